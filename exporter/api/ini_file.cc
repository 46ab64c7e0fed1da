#include "exporter/api/ini_file.h"

#include <algorithm>

#include "exporter/ascii.h"

namespace taskqueue {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view without_comment(std::string_view value) {
  return value.substr(0, std::min(value.find(" #"), value.find(" ;")));
}

void read_line(std::string_view line, IniFile& file, std::string& section) {
  if (line.empty() || line.front() == '#' || line.front() == ';') return;
  if (line.front() == '[') {
    section = trimmed(line.substr(1, line.find(']') - 1));
    file[section];
    return;
  }
  const std::size_t equals = line.find_first_of("=:");
  if (equals == std::string_view::npos) return;
  file[section][lower_case(trimmed(line.substr(0, equals)))] = trimmed(without_comment(line.substr(equals + 1)));
}

}  // namespace

IniFile parse_ini(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // editors of Windows leave this mark
  IniFile file;
  std::string section;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    read_line(trimmed(text.substr(0, end)), file, section);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return file;
}

std::string ini_value(const IniSection& section, const std::string& key) {
  const auto found = section.find(key);
  return found == section.end() ? std::string() : found->second;
}

}  // namespace taskqueue
