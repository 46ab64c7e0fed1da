#include "exporter/alibaba/profile_files.h"

#include <optional>
#include <utility>

#include "exporter/api/fields.h"
#include "exporter/api/ini_file.h"
#include "exporter/config/text_file.h"

namespace taskqueue {
namespace {

constexpr std::size_t largest_file = std::size_t{256} * 1024;
constexpr int longest_chain = 5;

/// A profile; or that the file does not hold it; or that it holds one that cannot be used.
using Reading = Result<std::optional<Profile>, Failure>;

const Value* find_profile(const Value& config, const std::string& name) {
  const Value* profiles = array_member(config, "profiles");
  if (profiles == nullptr) return nullptr;
  for (const Value& each : *profiles) {
    if (text_member(each, "name") == name) return &each;
  }
  return nullptr;
}

AssumeRole role_in(const Value& profile) {
  return {.arn = text_member(profile, "ram_role_arn"),
          .session_name = text_member(profile, "ram_session_name"),
          .external_id = text_member(profile, "external_id")};
}

Credentials keys_in(const Value& profile) {
  return {.id = text_member(profile, "access_key_id"),
          .key = Secret(text_member(profile, "access_key_secret")),
          .token = Secret(text_member(profile, "sts_token"))};
}

Reading from_config(const Value& config, const std::string& name, int depth) {
  const Value* found = find_profile(config, name);
  if (found == nullptr) return std::optional<Profile>();
  const std::string mode = text_member(*found, "mode");
  Profile profile;
  if (mode == "AK" || mode == "StsToken") {
    profile.keys = keys_in(*found);
  } else if (mode == "RamRoleArn") {
    profile.keys = keys_in(*found);
    profile.roles = {role_in(*found)};
  } else if (mode == "EcsRamRole" || mode == "RamRoleArnWithRoleName") {
    profile.way = Profile::Way::instance_role;
    profile.instance_role = text_member(*found, "ram_role_name");
    if (mode != "EcsRamRole") profile.roles = {role_in(*found)};
  } else if (mode == "OIDC") {
    profile.way = Profile::Way::oidc;
    profile.oidc = {.provider = text_member(*found, "oidc_provider_arn"),
                    .role_arn = text_member(*found, "ram_role_arn"),
                    .token_file = text_member(*found, "oidc_token_file"),
                    .session_name = text_member(*found, "ram_session_name")};
  } else if (mode == "ChainableRamRoleArn" && depth < longest_chain) {
    const std::string source = text_member(*found, "source_profile");
    auto base = from_config(config, source, depth + 1);
    if (!base) return base;
    if (!*base) return Unexpected(no_keys("its source_profile " + shortened(source) + " is not there"));
    profile = std::move(**base);
    profile.roles.push_back(role_in(*found));
  } else {
    return Unexpected(
        no_keys("its mode " + shortened(mode) +
                " cannot be used here: AK, StsToken, RamRoleArn, EcsRamRole, OIDC and ChainableRamRoleArn can"));
  }
  return std::optional(std::move(profile));
}

Reading from_ini(const std::string& text, const std::string& name) {
  const IniFile file = parse_ini(text);
  const auto found = file.find(name);
  if (found == file.end()) return std::optional<Profile>();
  const IniSection& section = found->second;
  const std::string type = ini_value(section, "type");
  Profile profile;
  profile.keys = {.id = ini_value(section, "access_key_id"),
                  .key = Secret(ini_value(section, "access_key_secret")),
                  .token = Secret(ini_value(section, "security_token"))};
  const AssumeRole role{.arn = ini_value(section, "role_arn"),
                        .session_name = ini_value(section, "role_session_name"),
                        .external_id = ini_value(section, "external_id")};
  if (type == "ecs_ram_role") {
    profile.way = Profile::Way::instance_role;
    profile.instance_role = ini_value(section, "role_name");
  } else if (type == "ram_role_arn") {
    profile.roles = {role};
  } else if (type == "oidc_role_arn") {
    profile.way = Profile::Way::oidc;
    profile.oidc = {.provider = ini_value(section, "oidc_provider_arn"),
                    .role_arn = role.arn,
                    .token_file = ini_value(section, "oidc_token_file_path"),
                    .session_name = role.session_name};
  } else if (type != "access_key" && type != "sts") {
    return Unexpected(
        no_keys("its type " + shortened(type) +
                " cannot be used here: access_key, sts, ecs_ram_role, ram_role_arn and oidc_role_arn can"));
  }
  return std::optional(std::move(profile));
}

/// Where the two files are, and which profile is wanted.
class Search {
 public:
  Search(const std::string& name, const Environment& environment)
      : environment_(environment), name_(name.empty() ? environment("ALIBABA_CLOUD_PROFILE").value_or("") : name) {}

  [[nodiscard]] Result<Profile, Failure> run() {
    if (auto profile = in_config()) return std::move(*profile);
    if (auto profile = in_ini()) return std::move(*profile);
    return Unexpected(no_keys("no profile " + (name_.empty() ? "default" : name_) + ": " + tried_));
  }

 private:
  using Found = std::optional<Result<Profile, Failure>>;

  [[nodiscard]] Found in_config() {
    if (environment_("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") == "true") return std::nullopt;
    const std::string file = place("ALIBABA_CLOUD_CONFIG_FILE", "/.aliyun/config.json");
    const auto text = read(file);
    if (!text) return std::nullopt;
    const auto config = parse_json(*text);
    if (!config) return tried(file + " is not JSON");
    const std::string current = text_member(*config, "current");
    const std::string name = !name_.empty() ? name_ : current.empty() ? "default" : current;
    return placed(from_config(*config, name, 0), name, file);
  }

  [[nodiscard]] Found in_ini() {
    const std::string file = place("ALIBABA_CLOUD_CREDENTIALS_FILE", "/.alibabacloud/credentials");
    const auto text = read(file);
    if (!text) return std::nullopt;
    const std::string name = name_.empty() ? "default" : name_;
    return placed(from_ini(*text, name), name, file);
  }

  [[nodiscard]] Found placed(Reading reading, const std::string& name, const std::string& file) {
    const std::string where = "profile " + name + " in " + file;
    if (!reading) return Result<Profile, Failure>(Unexpected(no_keys(where + ": " + reading.error().sentence)));
    if (!*reading) return tried(file + " has no profile " + name);
    (*reading)->place = where;
    return Result<Profile, Failure>(std::move(**reading));
  }

  /// Empty where neither the variable nor a home is known.
  [[nodiscard]] std::string place(std::string_view variable, const char* below_home) const {
    if (const auto file = environment_(variable)) return *file;
    const auto home = environment_("HOME");
    return home ? *home + below_home : "";
  }

  [[nodiscard]] std::optional<std::string> read(const std::string& file) {
    if (file.empty()) {
      static_cast<void>(tried("the environment does not hold HOME"));
      return std::nullopt;
    }
    auto text = read_text_file(file, largest_file);
    if (text) return std::move(*text);
    static_cast<void>(tried(file + " " + text.error()));
    return std::nullopt;
  }

  [[nodiscard]] Found tried(const std::string& sentence) {
    tried_ += (tried_.empty() ? "" : ", ") + sentence;
    return std::nullopt;
  }

  const Environment& environment_;
  const std::string name_;
  std::string tried_;
};

}  // namespace

Result<Profile, Failure> read_alibaba_profile(const std::string& name, const Environment& environment) {
  return Search(name, environment).run();
}

}  // namespace taskqueue
