// What one refresh of Batch reads, and in which order.
#pragma once

#include "exporter/result.h"
#include "exporter/tally/batch_details.h"
#include "exporter/tally/batch_scope.h"

namespace taskqueue {

/// Reads the discovered jobs that are due: first those that are live or were when last seen, the most overdue first;
/// then ended ones that were never read, the newest first, some in each refresh. Fails when stopped.
[[nodiscard]] Result<Done, Failure> read_discovered(BatchState& state, const BatchScope& scope, BatchDetails& details,
                                                    BatchRound& round);

/// Reads the named jobs and tasks: those that are not over, and the others once in a while. Something is read in any
/// case, since only an answer tells the cloud's time. Fails when stopped.
[[nodiscard]] Result<Done, Failure> read_named(BatchState& state, const BatchScope& scope, BatchDetails& details,
                                               BatchRound& round);

}  // namespace taskqueue
