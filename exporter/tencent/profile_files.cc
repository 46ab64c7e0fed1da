#include "exporter/tencent/profile_files.h"

#include <optional>
#include <utility>
#include <vector>

#include "exporter/api/fields.h"
#include "exporter/api/ini_file.h"
#include "exporter/config/text_file.h"

namespace taskqueue {
namespace {

constexpr std::size_t largest_file = std::size_t{256} * 1024;

/// A file that may hold the profile, and how to read it.
struct Place {
  std::string file;
  /// Nothing where the text does not hold the profile.
  std::optional<Profile> (*read)(const std::string& text, const std::string& name);
};

void add_role(Profile& profile, std::string arn, std::string session_name) {
  if (!arn.empty()) profile.roles.push_back({.arn = std::move(arn), .session_name = std::move(session_name)});
}

std::optional<Profile> from_ini(const std::string& text, const std::string& name) {
  const IniFile file = parse_ini(text);
  const auto section = file.find(name);
  if (section == file.end()) return std::nullopt;
  Profile profile;
  profile.keys.id = ini_value(section->second, "secret_id");
  profile.keys.key = Secret(ini_value(section->second, "secret_key"));
  profile.keys.token = Secret(ini_value(section->second, "token"));
  add_role(profile, ini_value(section->second, "role_arn"), ini_value(section->second, "role_session_name"));
  return profile;
}

std::optional<Profile> from_json(const std::string& text, const std::string&) {
  const auto json = parse_json(text);
  if (!json) return std::nullopt;
  Profile profile;
  profile.keys.id = text_member(*json, "secretId");
  profile.keys.key = Secret(text_member(*json, "secretKey"));
  profile.keys.token = Secret(text_member(*json, "token"));
  add_role(profile, text_member(*json, "role-arn"), text_member(*json, "role-session-name"));
  return profile;
}

std::string name_of(const std::string& wanted, const Environment& environment) {
  if (!wanted.empty()) return wanted;
  for (const std::string_view variable : {"TENCENTCLOUD_PROFILE", "TCCLI_PROFILE"}) {
    if (const auto name = environment(variable)) return *name;
  }
  return "default";
}

std::vector<Place> places(const std::string& name, const Environment& environment) {
  std::vector<Place> all;
  const auto home = environment("HOME");
  if (const auto file = environment("TENCENTCLOUD_CREDENTIALS_FILE")) {
    all.push_back({*file, from_ini});
  } else {
    if (home) all.push_back({*home + "/.tencentcloud/credentials", from_ini});
    all.push_back({"/etc/tencentcloud/credentials", from_ini});
  }
  // The name becomes part of a path.
  if (home && name.find('/') == std::string::npos)
    all.push_back({*home + "/.tccli/" + name + ".credential", from_json});
  return all;
}

}  // namespace

Result<Profile, Failure> read_tencent_profile(const std::string& name, const Environment& environment) {
  const std::string wanted = name_of(name, environment);
  std::string tried;
  const auto add_tried = [&](const std::string& sentence) { tried += (tried.empty() ? "" : ", ") + sentence; };
  for (const Place& place : places(wanted, environment)) {
    const auto text = read_text_file(place.file, largest_file);
    if (!text) {
      add_tried(place.file + " " + text.error());
      continue;
    }
    auto profile = place.read(*text, wanted);
    if (!profile) {
      add_tried(place.file + " has no profile " + wanted);
      continue;
    }
    profile->place = "profile " + wanted + " in " + place.file;
    return std::move(*profile);
  }
  return Unexpected(no_keys("no profile " + wanted + ": " + tried));
}

}  // namespace taskqueue
