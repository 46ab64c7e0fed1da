// What to tell the operator where a text is not TOML.
#pragma once

#include <string>
#include <string_view>

#include "exporter/config/toml_tree.h"

namespace taskqueue {

/// One sentence on what is wrong and what to do. `line` is the line as it may be shown; nothing of it is put into the
/// sentence if `hidden`.
[[nodiscard]] std::string syntax_sentence(const TomlError& error, std::string_view line, bool hidden);

}  // namespace taskqueue
