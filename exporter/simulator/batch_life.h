// How one Batch job's life is made up: when each of its instances changes its state.
#pragma once

#include <cstdint>

#include "exporter/simulator/batch_world.h"

namespace taskqueue::simulator {

/// Fills in the changes of the job's instances, which must exist, and the time of its deletion. `seed` is the job's
/// own.
void live(BatchJob& job, const BatchWorldPlan& plan, std::uint64_t seed);

}  // namespace taskqueue::simulator
