// The page at `/`: every queue, how it is doing and why. Plain HTML, made here; looks and script are in page/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/web/history.h"
#include "exporter/web/queue_summary.h"

namespace taskqueue::web {

struct PageFacts {
  std::vector<QueueSummary> queues;  // in the order of the configuration
  const History& history;
  std::vector<BudgetUse> budgets;
  std::optional<std::string> sickness;  // why the process is not healthy
  std::string version;
  std::string revision;
  std::string telemetry_path;  // with its leading slash
  WallTime now{};
};

/// Whole and self-contained but for `style.css`, `status.js` and `icon.svg` beside it; without the script it reloads
/// itself. Queues that need somebody come first. Links are relative, so that it works behind a prefix. Everything that
/// came from outside is escaped.
[[nodiscard]] std::string status_page(const PageFacts& facts);

}  // namespace taskqueue::web
