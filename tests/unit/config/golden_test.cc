// Every wrong configuration in tests/golden/config with the exact complaints it gets.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include "exporter/config/load.h"
#include "tests/catch.h"
#include "tests/unit/config/services.h"

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::filesystem::path> files_with(std::string_view extension) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TEST_DATA) / "golden" / "config")) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string complaints_about(const std::filesystem::path& file) {
  const auto loaded = taskqueue::parse_config(content_of(file), file.filename().string(), taskqueue::test_services());
  if (loaded) return "no complaint";
  std::string text;
  for (const auto& complaint : loaded.error()) text += describe(complaint);
  return text;
}

}  // namespace

TEST_CASE("every wrong configuration gets exactly the complaints expected", "[config][golden]") {
  const auto files = files_with(".toml");
  REQUIRE(files.size() >= 30);
  CHECK(files_with(".expected").size() == files.size());
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    auto expected = file;
    expected.replace_extension(".expected");
    REQUIRE(std::filesystem::exists(expected));
    CHECK(complaints_about(file) == content_of(expected));
  }
}

TEST_CASE("no complaint shows a secret", "[config][golden]") {
  int secrets = 0;
  for (const auto& file : files_with(".toml")) {
    if (content_of(file).find("hush") != std::string::npos) ++secrets;
    CAPTURE(file.filename().string());
    CHECK(complaints_about(file).find("hush") == std::string::npos);
  }
  CHECK(secrets >= 10);
}

TEST_CASE("every complaint says in one line what to do", "[config][golden]") {
  for (const auto& file : files_with(".toml")) {
    const auto loaded = taskqueue::parse_config(content_of(file), "x", taskqueue::test_services());
    REQUIRE_FALSE(loaded);
    for (const auto& complaint : loaded.error()) {
      CAPTURE(file.filename().string(), complaint.sentence);
      CHECK(complaint.sentence.find('\n') == std::string::npos);
      CHECK((complaint.sentence.find(':') != std::string::npos ||
             complaint.sentence.find(" is \"") != std::string::npos));
    }
  }
}
