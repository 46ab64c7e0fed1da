// What is shown of tasks, from what is remembered.
#pragma once

#include "exporter/metrics/snapshot.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tally/task_state.h"

namespace taskqueue {

/// Counts by type, status and phase with their zero rows, and the oldest of each type. Ended tasks are left out until
/// the first sweep is complete. The types in `state` are label values already.
void fill_task_gauges(Snapshot& snapshot, TaskState& state, const Vocabulary& vocabulary);

/// What has been counted. A type or outcome shown for the first time is shown at 0 once, so that increase() sees what
/// follows.
void fill_counters(Snapshot& snapshot, TaskState& state, const Vocabulary& vocabulary);

}  // namespace taskqueue
