#include "exporter/tencent/role_metadata.h"

#include <chrono>

#include "exporter/api/fields.h"

namespace taskqueue {
namespace {

constexpr std::string_view own_name = "metadata.tencentyun.com";

std::optional<WallTime> expiry_of(const Value& keys) {
  if (const auto expiry = unix_time_member(keys, "ExpiredTime")) return expiry;
  return time_member(keys, "Expiration");
}

}  // namespace

TencentRoleMetadata::TencentRoleMetadata(const std::optional<Endpoint>& endpoint, std::string role,
                                         const KeyParts& parts)
    : service_(endpoint.value_or(Endpoint{.tls = false, .host = "169.254.0.23", .port = 80}),
               endpoint ? "" : std::string(own_name), parts),
      role_(std::move(role)),
      parts_(parts) {}

Result<Credentials, Failure> TencentRoleMetadata::fetch(const std::stop_token& stop) {
  const std::string folder = "/latest/meta-data/cam/security-credentials/";
  const auto role = role_name(folder, stop);
  if (!role) return Unexpected(role.error());
  const auto text = service_.ask({.path = folder + *role}, stop);
  if (!text) return Unexpected(text.error());
  const auto keys = parse_json(*text);
  if (!keys) return Unexpected(no_keys(service_.name() + " gives no JSON for the role " + *role));
  const std::string code = text_member(*keys, "Code");
  if (code != "Success") {
    return Unexpected(no_keys(service_.name() + " gives no keys for the role " + *role + ": its Code is " +
                              (code.empty() ? "missing" : shortened(code))));
  }
  return checked_temporary({.id = text_member(*keys, "TmpSecretId"),
                            .key = Secret(text_member(*keys, "TmpSecretKey")),
                            .token = Secret(text_member(*keys, "Token")),
                            .expiry = expiry_of(*keys)},
                           service_.name(), parts_.cloud_clock.now());
}

Result<std::string, Failure> TencentRoleMetadata::role_name(const std::string& folder,
                                                            const std::stop_token& stop) const {
  if (!role_.empty()) return role_;
  auto name = service_.ask({.path = folder}, stop);
  if (!name && name.error().code == "404")
    return Unexpected(no_keys(service_.name() + " knows no role: bind one to this instance"));
  if (name && !is_role_name(*name)) return Unexpected(no_keys(service_.name() + " answers with no role's name"));
  return name;
}

}  // namespace taskqueue
