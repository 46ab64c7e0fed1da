// The JSON type of this room's sources.
#pragma once

#include <nlohmann/json.hpp>

namespace taskqueue::simulator {

using Json = nlohmann::json;

}  // namespace taskqueue::simulator
