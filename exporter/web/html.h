// Text on its way into HTML, and lengths of time on their way to people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exporter/clock.h"

namespace taskqueue::web {

/// Safe as the text of an element and as a quoted attribute.
[[nodiscard]] std::string escape(std::string_view text);

/// `0.4 s`, `12 s`, `3 min`, `2 h 5 min`, `4 d 3 h`: two units at most. Less than nothing is `0 s`.
[[nodiscard]] std::string spoken(Milliseconds length);

/// `1 234 567`, with narrow spaces that do not break.
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace taskqueue::web
