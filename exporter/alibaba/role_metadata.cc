#include "exporter/alibaba/role_metadata.h"

#include <algorithm>
#include <utility>

#include "exporter/api/fields.h"

namespace taskqueue {
namespace {

const std::string folder = "/latest/meta-data/ram/security-credentials/";
constexpr const char* token_life = "21600";  // seconds, the longest

Result<Credentials, Failure> keys_in(const std::string& text, const std::string& giver, const KeyParts& parts) {
  const auto keys = parse_json(text);
  if (!keys) return Unexpected(no_keys(giver + " gives no JSON where keys belong"));
  const std::string code = text_member(*keys, "Code");
  if (code != "Success") {
    return Unexpected(no_keys(giver + " gives no keys: its Code is " + (code.empty() ? "missing" : shortened(code))));
  }
  return checked_temporary({.id = text_member(*keys, "AccessKeyId"),
                            .key = Secret(text_member(*keys, "AccessKeySecret")),
                            .token = Secret(text_member(*keys, "SecurityToken")),
                            .expiry = time_member(*keys, "Expiration")},
                           giver, parts.cloud_clock.now());
}

}  // namespace

AlibabaRoleMetadata::AlibabaRoleMetadata(const std::optional<Endpoint>& endpoint, std::string role,
                                         const KeyParts& parts)
    : service_(endpoint.value_or(Endpoint{.tls = false, .host = "100.100.100.200", .port = 80}), "", parts),
      role_(role.empty() ? parts.environment("ALIBABA_CLOUD_ECS_METADATA").value_or("") : std::move(role)),
      parts_(parts) {}

Result<Credentials, Failure> AlibabaRoleMetadata::fetch(const std::stop_token& stop) {
  if (is_true("ALIBABA_CLOUD_ECS_METADATA_DISABLED")) {
    return Unexpected(no_keys("ALIBABA_CLOUD_ECS_METADATA_DISABLED is true"));
  }
  const auto headers = token(stop);
  if (!headers) return Unexpected(headers.error());
  std::string role = role_;
  if (role.empty()) {
    auto name = read(folder, *headers, stop);
    if (!name && name.error().code == "404")
      return Unexpected(no_keys(service_.name() + " knows no role: attach a RAM role to this instance"));
    if (!name) return Unexpected(name.error());
    role = std::move(*name);
  }
  if (!is_role_name(role)) return Unexpected(no_keys(service_.name() + " answers with no role's name"));
  const auto text = read(folder + role, *headers, stop);
  if (!text) return Unexpected(text.error());
  return keys_in(*text, service_.name(), parts_);
}

/// The headers that carry the token; none where there is no token and it may be done without.
Result<std::vector<Header>, Failure> AlibabaRoleMetadata::token(const std::stop_token& stop) const {
  const auto token = service_.ask({.method = "PUT",
                                   .path = "/latest/api/token",
                                   .headers = {{"X-aliyun-ecs-metadata-token-ttl-seconds", token_life}}},
                                  stop);
  const bool is_plain = token && std::ranges::all_of(*token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (is_plain && !token->empty()) return std::vector<Header>{{"X-aliyun-ecs-metadata-token", *token}};
  if (!token && token.error().kind == FailureKind::stopped) return Unexpected(token.error());
  if (!is_true("ALIBABA_CLOUD_IMDSV1_DISABLED")) return std::vector<Header>{};
  return Unexpected(token ? no_keys(service_.name() + " gives no token") : token.error());
}

Result<std::string, Failure> AlibabaRoleMetadata::read(const std::string& path, const std::vector<Header>& token,
                                                       const std::stop_token& stop) const {
  auto text = service_.ask({.path = path, .headers = token}, stop);
  const bool may_do_without = !token.empty() && !is_true("ALIBABA_CLOUD_IMDSV1_DISABLED");
  // Something on the way may lose the token's header.
  if (!text && may_do_without && (text.error().code == "401" || text.error().code == "403")) {
    text = service_.ask({.path = path}, stop);
  }
  return text;
}

bool AlibabaRoleMetadata::is_true(std::string_view variable) const { return parts_.environment(variable) == "true"; }

Result<Credentials, Failure> AlibabaKeysUri::fetch(const std::stop_token& stop) {
  const std::size_t authority = uri_.find("://");
  const std::size_t slash = authority == std::string::npos ? authority : uri_.find('/', authority + 3);
  const auto endpoint = parse_endpoint(uri_.substr(0, slash));
  if (!endpoint)
    return Unexpected(no_keys("ALIBABA_CLOUD_CREDENTIALS_URI is no address: write http://host[:port]/path"));
  if (!endpoint->tls && !is_on_this_link(endpoint->host)) {
    return Unexpected(no_keys("ALIBABA_CLOUD_CREDENTIALS_URI leads off this machine without encryption: use https://"));
  }
  const MetadataService service(*endpoint, "", parts_);
  const auto text = service.ask({.path = slash == std::string::npos ? "/" : uri_.substr(slash)}, stop);
  // The path may be a secret of the machine's own.
  const std::string giver = "the address in ALIBABA_CLOUD_CREDENTIALS_URI";
  if (!text && text.error().kind == FailureKind::stopped) return Unexpected(text.error());
  if (!text && !text.error().code.empty()) return Unexpected(no_keys(giver + " answers HTTP " + text.error().code));
  if (!text) return Unexpected(no_keys(giver + " does not answer"));
  return keys_in(*text, giver, parts_);
}

}  // namespace taskqueue
