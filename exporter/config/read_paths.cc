#include "exporter/config/read_tables.h"
#include "exporter/config/source_line.h"
#include "exporter/config/text_file.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

constexpr std::size_t largest_file = std::size_t{1024} * 1024;

/// Why the file is of no use; empty where it is fine.
std::string trouble_with(const std::filesystem::path& file) {
  const auto content = read_text_file(file, largest_file);
  if (!content) return content.error();
  const bool is_blank = content->find_first_not_of(" \t\r\n") == std::string::npos;
  return is_blank ? "is empty" : "";
}

}  // namespace

std::filesystem::path read_path(TableReader& reader, std::string_view key, const std::filesystem::path& folder) {
  const auto written = reader.text(key);
  return written ? folder / *written : std::filesystem::path();
}

std::filesystem::path read_file_name(TableReader& reader, std::string_view key, const std::filesystem::path& folder) {
  const auto written = reader.text(key);
  if (!written) return {};
  std::filesystem::path file = folder / *written;
  const std::string trouble = trouble_with(file);
  if (trouble.empty()) return file;
  const bool may_show = !looks_secret(key) || looks_like_path(*written);
  const std::string named = may_show ? " names " + in_quotes(file.string()) + ", which " : " names a file that ";
  reader.complain(key, std::string(key) + named + trouble + ": correct the path, or put the file there");
  return {};
}

}  // namespace taskqueue
