// Which jobs there are.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "exporter/result.h"
#include "exporter/tally/batch_reader.h"
#include "exporter/tally/batch_round.h"
#include "exporter/tally/batch_scope.h"
#include "exporter/tally/batch_state.h"

namespace taskqueue {

/// Brings the jobs of `state` up to date with the API's lists: active ones; of those that ended the youngest, as far
/// back as one can have come since the last round; by id those that vanished from a list, and where a total fell the
/// ones that ended last. What no list shows is gone. Fails where the active ones cannot be listed or when stopped;
/// other failures go to `round`.
///
/// Cost: a call per hundred active jobs, one per hundred that vanished, two for the ended ones, whatever their number.
/// That lists begin with the youngest job is not documented: where one does not, it is read until its total is
/// explained.
[[nodiscard]] Result<Done, Failure> discover(BatchReader& reader, BatchState& state, const BatchScope& scope,
                                             BatchRound& round);

/// Takes over what the API says of a job now. `as_of` stands in for the end of a job that is over without an EndTime.
void see_job(KnownBatchJob& known, BatchJob job, WallTime as_of);

/// Asks for these jobs by id. Those that are not there are gone. Fails when stopped; other failures go to `round`.
[[nodiscard]] Result<Done, Failure> ask_for(const std::vector<std::string>& ids, BatchReader& reader, BatchState& state,
                                            BatchRound& round);

/// The states of the jobs of a list of ended ones. Interrupted ones are with the failed: they come to be such.
[[nodiscard]] const std::vector<std::string_view>& states_of_list(std::size_t list);
[[nodiscard]] bool is_in_list(const KnownBatchJob& job, std::size_t list);

}  // namespace taskqueue
