#include "exporter/web/quality_list.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace taskqueue::web {
namespace {

/// Takes the text up to the next `separator` outside of quotes, and the separator, off the front.
std::string_view take_until(char separator, std::string_view& text) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (text[end] == '\\' && quoted) ++end;
  }
  end = std::min(end, text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

/// Nothing for a quoted string that does not end.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  std::string plain;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size() ? std::optional(plain) : std::nullopt;
    if (text[i] == '\\') ++i;
    if (i < text.size()) plain += text[i];
  }
  return std::nullopt;
}

std::optional<double> parse_quality(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

// The worst of what a name may not hold (RFC 9110, 5.6.2).
constexpr std::string_view no_token = " \t\"=";

std::optional<Weighted> parse_element(std::string_view text) {
  Weighted element{.value = in_small_letters(trimmed(take_until(';', text)))};
  if (element.value.empty() || element.value.find_first_of(no_token) != std::string::npos) return std::nullopt;
  while (!text.empty()) {
    std::string_view rest = trimmed(take_until(';', text));
    if (rest.empty()) continue;
    std::string name = in_small_letters(trimmed(take_until('=', rest)));
    auto value = unquoted(trimmed(rest));
    if (name.empty() || name.find_first_of(no_token) != std::string::npos || !value) return std::nullopt;
    if (name != "q") {
      element.parameters.push_back({std::move(name), std::move(*value)});
    } else if (const auto quality = parse_quality(*value)) {
      element.quality = *quality;
    } else {
      return std::nullopt;
    }
  }
  return element;
}

}  // namespace

std::string_view Weighted::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? std::string_view() : found->value;
}

std::vector<Weighted> parse_quality_list(std::string_view header) {
  std::vector<Weighted> elements;
  while (!header.empty()) {
    if (auto element = parse_element(take_until(',', header))) elements.push_back(std::move(*element));
  }
  return elements;
}

}  // namespace taskqueue::web
