#include "exporter/config/syntax.h"

#include <algorithm>
#include <array>

#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

struct Advice {
  std::string_view reason;  // part of the library's words
  std::string_view sentence;
};
/// In order: the first that fits is said.
constexpr std::array<Advice, 12> advices{{
    {"cannot redefine existing array", "this heading stands once with one and once with two brackets: use one bracket"},
    {"cannot redefine existing table", "this table stands twice: put all of its keys under one heading"},
    {"cannot redefine", "this key stands twice in its table: keep one"},
    {"unescaped control characters", "the text in quotes does not end on this line: close its quotes"},
    {"unknown escape sequence", "a backslash in double quotes begins an escape: write \\\\, or use single quotes"},
    {"expected value, saw", "the key has no value: write one behind the equals sign, or remove the line"},
    {"expected '=', saw", "a key needs an equals sign and a value: write key = value"},
    {"table header: expected ']'", "the heading is not closed: end it with ]"},
    {"blank bare keys", "the heading has no name: write one between the brackets"},
    {"expected comma or closing ']'", "the list is not closed: put commas between its items and ] at its end"},
    {"Error while parsing inline table",
     "the table in braces is not closed on its line, or ends in a comma: correct it"},
    {"encountered end-of-file", "the file ends in the middle of a text, list or table: close it"},
}};

/// What stands between the first equals sign of the line and its end or comment.
std::string_view value_on(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  std::string_view value = line.substr(equals + 1);
  value = value.substr(0, std::min(value.find('#'), value.size()));
  const std::size_t begin = value.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return value.substr(begin, value.find_last_not_of(" \t") - begin + 1);
}

bool lacks_quotes(std::string_view value) {
  return !value.empty() && value.find_first_of("\"'[]{}") == std::string_view::npos;
}

std::string on_one_line(std::string reason) {
  std::ranges::replace(reason, '\n', ' ');
  return reason;
}

}  // namespace

std::string syntax_sentence(const TomlError& error, std::string_view line, bool hidden) {
  for (const Advice& advice : advices) {
    if (error.reason.find(advice.reason) != std::string::npos) return std::string(advice.sentence);
  }
  if (hidden) return "this value is not TOML: put double quotes round it";
  const std::string_view value = value_on(line);
  if (lacks_quotes(value)) return "a text needs quotes: write " + in_quotes(value);
  return "this is not TOML: " + harmless(on_one_line(error.reason));
}

}  // namespace taskqueue
