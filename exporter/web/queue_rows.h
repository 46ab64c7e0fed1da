// The rows of the status page's table: one queue each, with what does not fit into columns below it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"
#include "exporter/web/history.h"
#include "exporter/web/queue_summary.h"

namespace taskqueue::web {

/// What all rows share.
struct RowContext {
  const std::set<Phase>& phases;  // that have a column
  const History& history;
  WallTime now{};
};

/// The names of the columns, in their order.
struct Column {
  std::string name;
  bool numeric = true;
};
[[nodiscard]] std::vector<Column> columns(const std::set<Phase>& phases);

/// One `<tbody>`. `number` is the queue's place in the configuration and makes the element's id, `queue-0`.
[[nodiscard]] std::string queue_rows(const QueueSummary& queue, std::size_t number, const RowContext& context);

/// The state in words: "up", "still counting", "failing", ...
[[nodiscard]] std::string_view state_words(QueueState state);

}  // namespace taskqueue::web
