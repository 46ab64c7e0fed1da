// Asks how tasks ended, one by one, where lists do not tell.
#pragma once

#include <optional>

#include "exporter/failure.h"
#include "exporter/result.h"
#include "exporter/tally/sighting.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tally/task_state.h"

namespace taskqueue {

/// Asks for each task of `sighting` that ended since counting began, and is not counted yet, how it ended. One that is
/// not told yet is left out: it waits, and `state` says that the next refresh must list it again. Gives the failure
/// that every such question meets, if there is one. Fails when stopped.
[[nodiscard]] Result<std::optional<Failure>, Failure> tell_outcomes(TaskReader& reader, TaskState& state,
                                                                    Sighting& sighting, WallTime as_of);

}  // namespace taskqueue
