// The digits of numbers in configurations, whatever the locale.
#pragma once

namespace taskqueue {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace taskqueue
