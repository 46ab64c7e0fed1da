// What one refresh of Batch reads, and in which order.
#pragma once

#include "exporter/result.h"
#include "exporter/tally/batch_details.h"
#include "exporter/tally/batch_scope.h"

namespace taskqueue {

/// Reads the discovered jobs that are due: those that are live, were when last seen or ended since, the most overdue
/// first. What had ended before that takes what time is left: the walk of all ended jobs, then those that are shown
/// or may be retried, the newest first. Fails when stopped.
[[nodiscard]] Result<Done, Failure> read_discovered(BatchReader& reader, BatchState& state, const BatchScope& scope,
                                                    BatchDetails& details, BatchRound& round);

/// Reads the named jobs and tasks: those that are not over, and the others once in a while. Something is read in any
/// case, since only an answer tells the cloud's time. Fails when stopped.
[[nodiscard]] Result<Done, Failure> read_named(BatchState& state, const BatchScope& scope, BatchDetails& details,
                                               BatchRound& round);

}  // namespace taskqueue
