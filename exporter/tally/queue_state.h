// What is remembered of a queue between refreshes, so that no task is counted twice or forgotten. The ledger keeps it.
#pragma once

#include "exporter/tally/batch_state.h"
#include "exporter/tally/task_state.h"

namespace taskqueue {

struct QueueState {
  TaskState tasks{};
  BatchState batch{};

  bool operator==(const QueueState&) const = default;
};

}  // namespace taskqueue
