#include "exporter/config/wording.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "exporter/config/nearest.h"

namespace taskqueue {
namespace {

constexpr std::size_t longest_quote = 80;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string joined(std::span<const std::string_view> words, std::string_view last_separator) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last_separator : ", ";
    text += words[i];
  }
  return text;
}

std::string_view wanted_name(TomlKind wanted) {
  switch (wanted) {
    case TomlKind::string: return "a text in quotes";
    case TomlKind::integer: return "a whole number";
    case TomlKind::number: return "a number";
    case TomlKind::boolean: return "true or false";
    default: return kind_name(wanted);
  }
}

bool is_numeral(std::string_view text) {
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  return !text.empty() && text.size() < 20 && std::ranges::all_of(text, allowed) && text.front() != '.';
}

/// What the operator most likely wanted to write; empty where nobody can tell.
std::string correction(const TomlValue& value, TomlKind wanted) {
  if (wanted == TomlKind::string && value.kind == TomlKind::integer) return in_quotes(std::to_string(value.integer));
  if (wanted == TomlKind::string && value.kind == TomlKind::boolean) return in_quotes(value.boolean ? "true" : "false");
  if (wanted == TomlKind::integer && value.kind == TomlKind::number && std::abs(value.number) < 1e15) {
    return std::to_string(std::llround(value.number));
  }
  const bool wants_number = wanted == TomlKind::integer || wanted == TomlKind::number;
  if (value.kind != TomlKind::string) return {};
  if (wants_number && is_numeral(value.string)) return value.string + " without quotes";
  if (wanted == TomlKind::boolean && (value.string == "true" || value.string == "false")) {
    return value.string + " without quotes";
  }
  return {};
}

}  // namespace

std::string_view kind_name(TomlKind kind) {
  switch (kind) {
    case TomlKind::table: return "a table";
    case TomlKind::array: return "a list";
    case TomlKind::string: return "a text";
    case TomlKind::integer: return "an integer";
    case TomlKind::number: return "a decimal number";
    case TomlKind::boolean: return "a boolean";
    case TomlKind::date: return "a date or time";
  }
  return "something else";
}

std::string wrong_kind(std::string_view key, const TomlValue& value, TomlKind wanted, bool may_show) {
  std::string sentence(key);
  sentence.append(" needs ").append(wanted_name(wanted)).append(", but this is ").append(kind_name(value.kind));
  const std::string write = may_show ? correction(value, wanted) : std::string();
  if (!write.empty()) return sentence.append(": write ").append(write);
  switch (wanted) {
    case TomlKind::array: return sentence.append(": put brackets round it, as in [\"a\", \"b\"]");
    case TomlKind::string: return sentence.append(": write it as \"...\"");
    case TomlKind::boolean: return sentence.append(": write one of the two, without quotes");
    case TomlKind::table: return sentence.append(": put its keys under a heading in brackets, or into { }");
    default: return sentence.append(": write digits without quotes");
  }
}

std::string one_of(std::span<const std::string_view> words) {
  std::vector<std::string> quoted_words;
  for (const std::string_view word : words) quoted_words.push_back(in_quotes(word));
  return joined(std::vector<std::string_view>(quoted_words.begin(), quoted_words.end()), " or ");
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words) {
  const std::string_view meant = nearest(word, words);
  return meant.empty() ? std::string() : ": did you mean " + in_quotes(meant) + '?';
}

std::string enumerated(std::span<const std::string_view> words) { return joined(words, ", "); }

std::string harmless(std::string_view text) {
  const auto is_between = [](char c, unsigned first, unsigned last) {
    return static_cast<unsigned char>(c) >= first && static_cast<unsigned char>(c) <= last;
  };
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // U+0080 to U+009F are control characters too.
    const bool is_pair = text[i] == '\xC2' && i + 1 < text.size() && is_between(text[i + 1], 0x80, 0x9F);
    safe += is_pair || (is_control(text[i]) && text[i] != '\t') ? '?' : text[i];
    if (is_pair) ++i;
  }
  return safe;
}

std::string in_quotes(std::string_view text) {
  std::string shown(text.substr(0, longest_quote));
  if (shown.size() < text.size()) {
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0x80U) != 0) shown.pop_back();
    shown += "...";
  }
  std::ranges::replace(shown, '\t', '?');
  return '"' + harmless(shown) + '"';
}

bool has_control_characters(std::string_view text) { return std::ranges::any_of(text, is_control); }

}  // namespace taskqueue
