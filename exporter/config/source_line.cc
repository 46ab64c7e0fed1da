#include "exporter/config/source_line.h"

#include <algorithm>
#include <array>

#include "exporter/config/nearest.h"
#include "exporter/config/utf8.h"

namespace taskqueue {
namespace {

constexpr std::string_view mask = "***";

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string_view trimmed_front(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// Follows TOML just closely enough to know where a statement goes on in the next line: in a text of three quotes or an
/// open bracket. Where the TOML is broken it may say yes too often, which hides a line too many.
class Continuation {
 public:
  [[nodiscard]] bool open() const { return !quote_.empty() || depth_ > 0; }

  void follow(std::string_view line) {
    while (!line.empty()) {
      line.remove_prefix(quote_.empty() ? outside(line) : inside(line));
    }
    if (quote_.size() == 1) quote_ = {};
  }

 private:
  std::size_t outside(std::string_view rest) {
    if (rest.front() == '#') return rest.size();
    if (rest.front() == '[' || rest.front() == '{') ++depth_;
    if ((rest.front() == ']' || rest.front() == '}') && depth_ > 0) --depth_;
    for (const std::string_view quote : {"\"\"\"", "'''", "\"", "'"}) {
      if (!rest.starts_with(quote)) continue;
      quote_ = quote;
      return quote.size();
    }
    return 1;
  }
  std::size_t inside(std::string_view rest) {
    if (rest.front() == '\\' && quote_.front() == '"') return std::min<std::size_t>(2, rest.size());
    if (!rest.starts_with(quote_)) return 1;
    const std::size_t length = quote_.size();
    quote_ = {};
    return length;
  }

  std::string_view quote_;  // the quotes that end the text we are in
  int depth_ = 0;
};

struct Statement {
  std::string_view key;   // with the blanks before it; dotted keys whole
  std::string_view rest;  // from the equals sign on, or whatever stands there
};

/// Takes a line apart at the end of its first key, or of a heading in brackets.
Statement split(std::string_view line) {
  std::size_t end = line.size() - trimmed_front(line).size();
  const std::size_t close = line.find_last_of(']');
  if (end < line.size() && line[end] == '[') {
    if (close != std::string_view::npos) return {line.substr(0, close + 1), line.substr(close + 1)};
    ++end;
  }
  const bool in_quotes = end < line.size() && (line[end] == '"' || line[end] == '\'');
  if (in_quotes) ++end;
  while (end < line.size() && (is_key_character(line[end]) || line[end] == '.')) ++end;
  if (in_quotes && end < line.size()) ++end;
  return {line.substr(0, end), line.substr(end)};
}

/// `secret_key_file = "/run/secrets/key"` is worth seeing, if nothing else stands on the line.
bool names_a_path(const Statement& statement) {
  std::string_view value = trimmed_front(statement.rest);
  if (!statement.key.ends_with("_file") || !value.starts_with('=')) return false;
  value = trimmed_front(value.substr(1));
  if (!value.empty() && (value.front() == '"' || value.front() == '\'')) value.remove_prefix(1);
  return looks_like_path(value) && value.find('=') == std::string_view::npos;
}

/// True where any word outside the values, or before an equals sign, could be the key of a secret, and for a heading
/// with something behind it. In doubt a line is hidden rather than shown.
bool gives_secret(std::string_view line) {
  const Statement statement = split(line);
  const std::string_view behind = trimmed_front(statement.rest);
  if (trimmed_front(line).starts_with('[')) return !behind.empty() && behind.front() != '#';
  if (names_a_path(statement)) return false;
  if (line.find("redis://") != std::string_view::npos || line.find("rediss://") != std::string_view::npos) return true;
  if (looks_secret(statement.key)) return true;
  std::string_view rest = statement.rest;
  while (!rest.empty()) {
    const auto end = std::ranges::find_if_not(rest, is_key_character);
    const std::string_view word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(word.size());
    std::string_view next = trimmed_front(rest);
    if (next.starts_with('"') || next.starts_with('\'')) next = trimmed_front(next.substr(1));
    if (looks_secret(word) && next.starts_with('=')) return true;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return false;
}

/// `://user:password@host` becomes `://***@host`; without `://`, whatever is joined to the @.
std::string without_user_info(std::string_view line) {
  const std::size_t at = line.rfind('@');
  if (at == std::string_view::npos) return std::string(line);
  const std::size_t scheme = line.find("://");
  const std::size_t begin =
      scheme < at ? scheme + 3 : line.find_last_of("\"' \t=/", at) + 1;  // 0 where there is none of them
  return std::string(line.substr(0, begin)).append(mask).append(line.substr(at));
}

std::string printable(std::string_view line) {
  std::string safe;
  while (!line.empty()) {
    const std::size_t length = utf8_length(line);
    const auto first = static_cast<unsigned char>(line.front());
    // U+0080 to U+009F are control characters too.
    const bool is_control = (first < 0x20 && first != '\t') || first == 0x7F ||
                            (length == 2 && first == 0xC2 && static_cast<unsigned char>(line[1]) < 0xA0);
    if (length == 0 || is_control) {
      safe += "\xEF\xBF\xBD";
    } else {
      safe += line.substr(0, length);
    }
    line.remove_prefix(std::max<std::size_t>(1, length));
  }
  return safe;
}

}  // namespace

bool looks_secret(std::string_view key) {
  static constexpr std::array<std::string_view, 5> parts{"secret", "token", "passw", "key", "redis"};
  static constexpr std::array<std::string_view, 6> words{"secret", "token", "access", "key", "password", "redis"};
  const std::string lowered = lower(key);
  const auto contains = [&](std::string_view part) { return lowered.find(part) != std::string::npos; };
  if (std::ranges::any_of(parts, contains)) return true;
  std::string_view rest = lowered;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("_-."), rest.size());
    if (!nearest(rest.substr(0, end), words).empty()) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool looks_like_path(std::string_view value) {
  return value.starts_with('/') || value.starts_with("./") || value.starts_with("../");
}

SourceLines::SourceLines(std::string_view text) {
  Continuation continuation;
  std::size_t statement = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!continuation.open()) statement = lines_.size();
    continuation.follow(line);
    lines_.push_back({line, statement});
  }
}

bool SourceLines::hides(std::size_t line) const {
  if (line == 0 || line > lines_.size()) return false;
  const Line& asked = lines_[line - 1];
  return gives_secret(asked.text) || gives_secret(lines_[asked.statement].text);
}

std::string SourceLines::shown(std::size_t line) const {
  if (line == 0 || line > lines_.size()) return {};
  const Line& asked = lines_[line - 1];
  if (!hides(line)) return printable(without_user_info(asked.text));
  if (asked.statement != line - 1) return std::string(mask);
  const Statement statement = split(asked.text);
  if (trimmed_front(statement.rest).empty()) return printable(asked.text);
  const bool has_equals = trimmed_front(statement.rest).starts_with('=');
  return printable(statement.key).append(has_equals ? " = " : " ").append(mask);
}

}  // namespace taskqueue
