#include "exporter/config/complaint.h"

#include <algorithm>
#include <string_view>

namespace taskqueue {
namespace {

// A line of the file is cut to this many characters round the caret.
constexpr std::size_t widest_line = 160;
constexpr std::size_t kept_before_caret = 60;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Where the character with this number, from 0, begins.
std::size_t offset_of(std::string_view line, std::size_t character) {
  std::size_t offset = 0;
  for (; offset < line.size(); ++offset) {
    if (continues_character(line[offset])) continue;
    if (character == 0) break;
    --character;
  }
  return offset;
}

std::size_t length(std::string_view line) {
  return line.size() - static_cast<std::size_t>(std::ranges::count_if(line, continues_character));
}

struct Excerpt {
  std::string line;
  std::size_t column;  // from 1
};

Excerpt excerpt(std::string_view line, std::size_t column) {
  const std::size_t characters = length(line);
  column = std::clamp<std::size_t>(column, 1, characters + 1);
  if (characters <= widest_line) return {std::string(line), column};
  const std::size_t first = column > kept_before_caret ? column - kept_before_caret : 0;
  const std::size_t begin = offset_of(line, first);
  const std::size_t end = offset_of(line, first + widest_line);
  std::string cut(line.substr(begin, end - begin));
  if (end < line.size()) cut += "...";
  if (first > 0) cut.insert(0, "...");
  return {std::move(cut), column - first + (first > 0 ? 3 : 0)};
}

/// Blanks up to the caret; tabs stay tabs, so that the caret stands right at any tab width.
std::string caret_under(const Excerpt& shown) {
  std::string blanks;
  for (const char c : shown.line.substr(0, offset_of(shown.line, shown.column - 1))) {
    if (!continues_character(c)) blanks += c == '\t' ? '\t' : ' ';
  }
  return blanks + '^';
}

}  // namespace

std::string describe(const Complaint& complaint) {
  std::string text = complaint.file;
  if (complaint.line > 0) text += ':' + std::to_string(complaint.line) + ':' + std::to_string(complaint.column);
  text += ": " + complaint.sentence + '\n';
  if (complaint.line == 0 || complaint.source.empty()) return text;
  const Excerpt shown = excerpt(complaint.source, complaint.column);
  return text + "  " + shown.line + "\n  " + caret_under(shown) + '\n';
}

}  // namespace taskqueue
