// How long a queue is remembered that nobody reads any more.
#pragma once

#include <chrono>

#include "exporter/clock.h"

namespace taskqueue {

inline constexpr Milliseconds retention = std::chrono::hours{7 * 24};

}  // namespace taskqueue
