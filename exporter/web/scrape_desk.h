// Answers scrapes: what stands on the shelf, and what we say of ourselves.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/exposition.h"
#include "exporter/metrics/family.h"
#include "exporter/refresh/shelf.h"

namespace taskqueue::web {

/// For one thread at a time.
class ScrapeDesk {
 public:
  /// Scrapes that follow each other within this time, as in a burst, get the same answer if no queue has changed: our
  /// own instruments are then not read anew. It also bounds what a flood of scrapes costs.
  static constexpr Milliseconds burst{100};

  /// Uses, does not own, shelf and clock. `own`: our own families as they are now.
  ScrapeDesk(Shelf& shelf, const Clock& clock, std::function<std::vector<FamilyText>()> own)
      : shelf_(shelf), clock_(clock), own_(std::move(own)) {}

  /// The exposition of these queues, or of all and of ourselves if there are none; nothing if a name is unknown.
  [[nodiscard]] std::optional<Pieces> answer(const std::vector<std::string>& queues, Shape shape);

 private:
  /// An answer that was given.
  struct Given {
    Shape shape;
    SteadyTime when{};
    std::vector<std::weak_ptr<const Shown>> of;  // does not keep what is not shown any more
    Pieces pieces;                               // kept from the second of a burst on: most scrapes come alone
  };

  [[nodiscard]] Pieces answer_all(const Shelf::View& view, Shape shape);

  Shelf& shelf_;
  const Clock& clock_;
  const std::function<std::vector<FamilyText>()> own_;
  const Exposition exposition_;
  std::vector<Given> given_;  // the newest of each shape, none older than a burst when one was last given
};

}  // namespace taskqueue::web
