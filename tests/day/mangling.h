// Answers bent as another API may give them: what no document promises and nobody should need.
#pragma once

#include <nlohmann/json.hpp>
#include <random>

#include "tests/day/small_world.h"

namespace taskqueue {

/// The answer of a list with its total, its times and the order of its tasks as `world` wants them.
void mangle(nlohmann::json& answer, const SmallWorld& world, std::mt19937_64& engine);

}  // namespace taskqueue
