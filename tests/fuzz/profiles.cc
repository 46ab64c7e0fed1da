// Files that hold profiles: INI and JSON, of both providers.
#include <cstdlib>
#include <filesystem>

#include "exporter/alibaba/profile_files.h"
#include "exporter/api/ini_file.h"
#include "exporter/tencent/profile_files.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/input_file.h"

namespace taskqueue::fuzz {
namespace {

void check_profile(const Result<Profile, Failure>& read) {
  if (read) {
    must(read->place.starts_with("profile "), "a profile has a place");
    must(read->roles.size() <= 6, "a chain of roles ends");
    return;
  }
  must(read.error().kind == FailureKind::credentials, "a failure is about keys");
  must(!read.error().sentence.empty(), "a failure says why");
}

/// A home where the input stands wherever a profile may be.
class Home {
 public:
  Home() {
    std::string name = (std::filesystem::temp_directory_path() / "taskqueue-home-XXXXXX").string();
    must(::mkdtemp(name.data()) != nullptr, "there is a temporary folder");
    folder_ = name;
    std::filesystem::create_directory(folder_ / ".tccli");
    input.link(folder_ / ".tccli" / "default.credential");
  }
  ~Home() { std::filesystem::remove_all(folder_); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  /// The variable names the input, if there is one; else only the home is known.
  [[nodiscard]] Environment environment(std::string_view variable) const {
    return [this, variable](std::string_view asked) -> std::optional<std::string> {
      if (asked == variable) return input.path();
      return asked == "HOME" ? std::optional(folder_.string()) : std::nullopt;
    };
  }

  InputFile input;

 private:
  std::filesystem::path folder_;
};

/// As parse_ini reads it.
std::string written(const IniFile& file) {
  std::string text;
  for (const auto& [title, section] : file) {
    text += '[' + title + "]\n";
    for (const auto& [key, value] : section) text.append(key).append("=").append(value).append("\n");
  }
  return text;
}

const Fuzzer profiles_fuzzer("profiles", [](std::string_view input) {
  const IniFile ini = parse_ini(input);
  must(parse_ini(written(ini)) == ini, "an INI file is read back as it was written");
  static const Home home;
  home.input.set(input);
  check_profile(read_tencent_profile("default", home.environment("")));
  check_profile(read_tencent_profile("default", home.environment("TENCENTCLOUD_CREDENTIALS_FILE")));
  check_profile(read_alibaba_profile("", home.environment("ALIBABA_CLOUD_CONFIG_FILE")));
  check_profile(read_alibaba_profile("", home.environment("ALIBABA_CLOUD_CREDENTIALS_FILE")));
});

}  // namespace
}  // namespace taskqueue::fuzz
