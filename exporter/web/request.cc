#include "exporter/web/request.h"

#include <algorithm>
#include <charconv>

namespace taskqueue::web {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The byte that `%XX` at the head of `text` stands for.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  unsigned value = 0;
  const char* const end = text.data() + 3;
  const auto [stop, error] = std::from_chars(text.data() + 1, end, value, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return static_cast<char>(value);
}

std::optional<std::string> decode_path(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = escaped_byte(text.substr(i));
    if (!byte) return std::nullopt;
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

std::string decode_query(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? escaped_byte(text.substr(i)) : std::nullopt;
    if (byte) {
      decoded += *byte;
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::vector<Parameter> parse_query(std::string_view text) {
  std::vector<Parameter> parameters;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      parameters.push_back(
          {decode_query(pair.substr(0, equals)), decode_query(pair.substr(std::min(equals + 1, pair.size())))});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parameters;
}

/// `http://host/path` without scheme and host, `/path`.
std::string_view without_origin(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_ignoring_case(text.substr(0, scheme.size()), scheme)) continue;
    const auto path = text.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? "/" : text.substr(path);
  }
  return text;
}

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (same_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::optional<std::string> Request::list(std::string_view name) const {
  std::optional<std::string> whole;
  for (const Header& header : headers) {
    if (!same_ignoring_case(header.name, name)) continue;
    if (whole) {
      whole->append(", ").append(header.value);
    } else {
      whole = header.value;
    }
  }
  return whole;
}

std::vector<std::string> Request::parameters(std::string_view name) const {
  std::vector<std::string> values;
  for (const Parameter& parameter : query) {
    if (parameter.name == name) values.push_back(parameter.value);
  }
  return values;
}

std::optional<Target> split_target(std::string_view text) {
  text = without_origin(text);
  text = text.substr(0, text.find('#'));
  const auto question = std::min(text.find('?'), text.size());
  std::string_view path = text.substr(0, question);
  if (path.empty() && question < text.size()) path = "/";
  if (!path.starts_with('/')) return std::nullopt;
  auto decoded = decode_path(path);
  if (!decoded) return std::nullopt;
  return Target{std::move(*decoded), parse_query(text.substr(std::min(question + 1, text.size())))};
}

}  // namespace taskqueue::web
