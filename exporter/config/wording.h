// Pieces of the sentences in complaints.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "exporter/config/toml_tree.h"

namespace taskqueue {

/// The kind with its article: "an integer".
[[nodiscard]] std::string_view kind_name(TomlKind kind);

/// That the value of `key` is not of the kind wanted, and what to write instead. The value itself is used only where
/// `may_show` allows it.
[[nodiscard]] std::string wrong_kind(std::string_view key, const TomlValue& value, TomlKind wanted, bool may_show);

/// `"list" or "detail"`
[[nodiscard]] std::string one_of(std::span<const std::string_view> words);

/// `: did you mean "detail"?`, or nothing if no word is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> words);

/// Words with commas between them.
[[nodiscard]] std::string enumerated(std::span<const std::string_view> words);

/// Control characters, which a terminal might obey, become question marks; tabs stay.
[[nodiscard]] std::string harmless(std::string_view text);

/// In double quotes; a long text is cut, control characters become question marks.
[[nodiscard]] std::string in_quotes(std::string_view text);

[[nodiscard]] bool has_control_characters(std::string_view text);

}  // namespace taskqueue
