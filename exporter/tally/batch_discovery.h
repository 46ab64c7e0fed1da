// Which jobs there are.
#pragma once

#include "exporter/result.h"
#include "exporter/tally/batch_reader.h"
#include "exporter/tally/batch_round.h"
#include "exporter/tally/batch_state.h"

namespace taskqueue {

/// Brings the jobs of `state` up to date with the API's lists: active ones, interrupted ones, ended ones as far as
/// their number tells that there are new ones, and those that vanished from a list, by id. What no list shows is
/// forgotten. Fails where the active ones cannot be listed or when stopped; other failures go to `round`.
[[nodiscard]] Result<Done, Failure> discover(BatchReader& reader, BatchState& state, BatchRound& round);

/// Takes over what the API says of a job now. `as_of` stands in for the end of a job that is over without an EndTime.
void see_job(KnownBatchJob& known, BatchJob job, WallTime as_of);

}  // namespace taskqueue
