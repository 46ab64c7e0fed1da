// Durations as people write them: a number and a unit.
#pragma once

#include <string>
#include <string_view>

#include "exporter/clock.h"
#include "exporter/result.h"

namespace taskqueue {

/// Reads "500ms", "30s", "5m", "24h", "7d" and combinations from the larger unit to the smaller, such as "1h30m"; at
/// most 3650 days. The error says what is wrong with the text and what to write, beginning with the text in quotes.
[[nodiscard]] Result<Milliseconds, std::string> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads as `duration`, which must not be negative: "90s", "1d", "25h".
[[nodiscard]] std::string text(Milliseconds duration);

}  // namespace taskqueue
