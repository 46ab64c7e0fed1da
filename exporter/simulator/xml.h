// JSON values as the XML that Alibaba writes for them: a list repeats its element.
#pragma once

#include <string>
#include <string_view>

#include "exporter/simulator/json.h"

namespace taskqueue::simulator {

/// One element with all that is in `value`. Objects become child elements; a list becomes its items, one after another.
[[nodiscard]] std::string xml_element(std::string_view name, const Json& value);

}  // namespace taskqueue::simulator
