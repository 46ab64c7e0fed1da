// A task as a list API shows it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "exporter/clock.h"
#include "exporter/metrics/phase.h"

namespace taskqueue {

struct Task {
  std::string id;
  std::string type;
  std::string status;  // the API's own word
  Phase phase = Phase::unknown;
  std::optional<WallTime> created;
  std::optional<WallTime> began;
  std::optional<WallTime> ended;

  bool operator==(const Task&) const = default;
};

/// Where a task that ended stands in time: at its end or, where the API does not tell that, at its creation.
[[nodiscard]] inline std::optional<WallTime> stamp(const Task& task) { return task.ended ? task.ended : task.created; }

/// Takes the tasks of a listing one by one, as pages arrive. The same id may come more than once.
using TaskSink = std::function<void(Task)>;

}  // namespace taskqueue
