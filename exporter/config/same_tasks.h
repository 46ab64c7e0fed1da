// Do two queues read the same tasks? Then each task would be counted twice.
#pragma once

#include <string_view>

#include "exporter/config/config.h"

namespace taskqueue {

/// True where the two read the same API of the same account, and of its jobs some that both would read.
[[nodiscard]] bool read_same_tasks(const QueueConfig& a, const QueueConfig& b);

/// True where some name fits both patterns, of `*` (any letters) and `?` (one letter).
[[nodiscard]] bool patterns_overlap(std::string_view a, std::string_view b);

}  // namespace taskqueue
