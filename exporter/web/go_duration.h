// Durations as Go writes them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace taskqueue::web {

/// `1h30m`, `1.5s`, `100ms`, `-1s`, `0`; a number without unit is nanoseconds, as Go's YAML reader takes it. Nothing
/// for what is none or beyond 292 years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text);

}  // namespace taskqueue::web
