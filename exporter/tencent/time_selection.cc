#include "exporter/tencent/time_selection.h"

#include <chrono>

namespace taskqueue {

bool TimeSelection::is_worth_asking() { return refusals_left_ == 0 || --refusals_left_ == 0; }

bool lies_outside(const Task& task, WallTime from, WallTime until) {
  constexpr std::chrono::seconds rounding{2};
  const auto outside = [&](const std::optional<WallTime>& time) {
    return !time || *time + rounding < from || *time - rounding > until;
  };
  return (task.created || task.ended) && outside(task.created) && outside(task.began) && outside(task.ended);
}

}  // namespace taskqueue
