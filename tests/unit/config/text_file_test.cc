#include "exporter/config/text_file.h"

#include <unistd.h>

#include <fstream>

#include "tests/catch.h"

using taskqueue::read_text_file;

namespace {

std::filesystem::path written(std::string_view content) {
  auto path = std::filesystem::temp_directory_path() / ("text_file_test." + std::to_string(getpid()));
  std::ofstream(path) << content;
  return path;
}

}  // namespace

TEST_CASE("a file is read whole up to its limit", "[config][text_file]") {
  const auto path = written(std::string(2048, 'x'));
  const auto text = read_text_file(path, 2048);
  REQUIRE(text);
  CHECK(*text == std::string(2048, 'x'));
  const auto refused = read_text_file(path, 2047);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == "is larger than 1 KiB");
  std::filesystem::remove(path);
}

TEST_CASE("a file without end is given up at the limit", "[config][text_file]") {
  const auto text = read_text_file("/dev/zero", 1024 * 1024);
  REQUIRE_FALSE(text);
  CHECK(text.error() == "is larger than 1024 KiB");
}

TEST_CASE("why a file cannot be read is said in words", "[config][text_file]") {
  CHECK(read_text_file("/nonexistent/file", 10).error() == "does not exist");
  CHECK(read_text_file("/etc", 10).error() == "is a directory");
  CHECK(read_text_file("/etc/passwd/x", 10).error() == "cannot be read: Not a directory");
}

TEST_CASE("a file without permission is not read", "[config][text_file]") {
  if (geteuid() == 0) return;  // root may read everything
  const auto path = written("x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const auto text = read_text_file(path, 10);
  std::filesystem::remove(path);
  REQUIRE_FALSE(text);
  CHECK(text.error() == "cannot be read: Permission denied");
}
