// The INI files that the vendors' SDKs and tools keep keys in.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace taskqueue {

using IniSection = std::map<std::string, std::string>;
using IniFile = std::map<std::string, IniSection>;

/// `[section]`, then `key = value` or `key: value`; lines that begin with `#` or `;` are comments, and so is the rest
/// of a line after a space and one of these. Keys are in small letters; of a key given twice the last counts. What is
/// neither is skipped.
[[nodiscard]] IniFile parse_ini(std::string_view text);

/// The value, or an empty text.
[[nodiscard]] std::string ini_value(const IniSection& section, const std::string& key);

}  // namespace taskqueue
