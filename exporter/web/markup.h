// Elements of HTML and SVG, put together from texts that are safe already.
#pragma once

#include <string>
#include <string_view>

namespace taskqueue::web {

/// `<tag attributes>inside</tag>`. The caller has escaped what came from outside.
[[nodiscard]] std::string element(std::string_view tag, std::string_view attributes, std::string_view inside);

/// ` name="value"`, escaped, to be strung together.
[[nodiscard]] std::string attribute(std::string_view name, std::string_view value);

/// A dash for people who see it and two words for those who hear it.
[[nodiscard]] std::string_view unknown_value();

}  // namespace taskqueue::web
