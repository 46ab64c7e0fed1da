// What Batch's jobs look like now.
#pragma once

#include "exporter/metrics/snapshot.h"
#include "exporter/tally/batch_counting.h"
#include "exporter/tally/batch_scope.h"
#include "exporter/tally/batch_state.h"

namespace taskqueue {

/// The job's tasks are shown: it is named, live, or ended less than keep_ended before `as_of`.
[[nodiscard]] bool is_shown(const KnownBatchJob& job, const BatchScope& scope, WallTime as_of);

/// Fills in tasks, instances, jobs, the oldest times and the window. Instances keep to max_series: whole ended jobs go
/// first, longest ended first, then whole other jobs, newest first.
void fill_batch_gauges(Snapshot& snapshot, const BatchState& state, const BatchScope& scope, BatchCounting& counting);

}  // namespace taskqueue
