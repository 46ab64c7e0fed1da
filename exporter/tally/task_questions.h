// What a refresh asks a list API for: as little as shows everything that is new.
#pragma once

#include <chrono>
#include <cstdint>

#include "exporter/tally/sighting.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tally/task_state.h"

namespace taskqueue {

/// Some of what is new becomes visible late: once in a while we look back so far.
inline constexpr std::chrono::minutes long_overlap{10};
inline constexpr std::uint64_t refreshes_between_long_overlaps = 20;

[[nodiscard]] LiveQuestion live_question(const TaskState& state, const Abilities& abilities);

/// Since when ended tasks are asked for. `live`: the live tasks listed just now, `as_of` cloud time `as_of`.
[[nodiscard]] WallTime ended_question(const TaskState& state, const Abilities& abilities, const Sighting& live,
                                      WallTime as_of);

/// Notes by which time an API selects, where ended tasks that it listed when asked for [from, until) show that.
void learn_selection(TaskState& state, const Sighting& listed, WallTime from, WallTime until = WallTime::max());

}  // namespace taskqueue
