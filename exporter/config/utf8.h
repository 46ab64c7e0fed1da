// Is a text UTF-8?
#pragma once

#include <cstddef>
#include <string_view>

namespace taskqueue {

/// The length in bytes of the UTF-8 character at the front of `text`; 0 where none begins there (RFC 3629: no
/// surrogates, no overlong forms, nothing above U+10FFFF).
[[nodiscard]] std::size_t utf8_length(std::string_view text);

}  // namespace taskqueue
