#include "exporter/tencent/token_service.h"

#include <chrono>
#include <utility>

#include "exporter/api/fields.h"
#include "exporter/api/given_credentials.h"
#include "exporter/api/session_keys.h"
#include "exporter/tencent/tencent_dialect.h"

namespace taskqueue {
namespace {

constexpr int life_seconds = 7200;  // as the vendor's SDKs ask
constexpr std::string_view own_session_name = "taskqueue_exporter";

Endpoint endpoint_of(const AccountConfig& account) {
  const std::string host = account.international ? "sts.intl.tencentcloudapi.com" : "sts.tencentcloudapi.com";
  return account.sts_endpoint.value_or(Endpoint{.tls = true, .host = host, .port = 443});
}

/// STS gives the same keys in each of its regions; a header must name one.
std::string region_of(const AccountConfig& account) { return account.international ? "ap-singapore" : "ap-guangzhou"; }

TencentDialect::Product product(std::string region, bool is_signed) {
  return {.service = "sts", .version = "2018-08-13", .region = std::move(region), .is_signed = is_signed};
}

Credentials keys_in(const Answer& answer) {
  static const Document empty;
  const Value* found = member(answer.fields, "Credentials");
  const Value& keys = found == nullptr ? empty.root() : *found;
  return {.id = text_member(keys, "TmpSecretId"),
          .key = Secret(text_member(keys, "TmpSecretKey")),
          .token = Secret(text_member(keys, "Token")),
          .expiry = unix_time_member(answer.fields, "ExpiredTime")};
}

std::string session_name(const std::string& given) { return given.empty() ? std::string(own_session_name) : given; }

}  // namespace

std::unique_ptr<KeySource> tencent_assumed_role(const AccountConfig& account, const AssumeRole& role,
                                                std::shared_ptr<CredentialsProvider> base, const KeyParts& parts) {
  Json parameters = {
      {"RoleArn", role.arn}, {"RoleSessionName", session_name(role.session_name)}, {"DurationSeconds", life_seconds}};
  if (!role.external_id.empty()) parameters["ExternalId"] = role.external_id;
  return std::make_unique<SessionKeys>(
      SessionKeys::Recipe{
          .endpoint = endpoint_of(account),
          .provider = account.provider,
          .account = account.name,
          .action = "AssumeRole",
          .role = role.arn,
          .make_dialect = [region =
                               region_of(account)] { return std::make_unique<TencentDialect>(product(region, true)); },
          .parameters = [parameters = std::move(parameters)] { return parameters; },
          .read = keys_in},
      std::move(base), parts);
}

std::unique_ptr<KeySource> tencent_web_identity(const AccountConfig& account, const OidcIdentity& identity,
                                                const KeyParts& parts) {
  const auto parameters = [identity]() -> Result<Json, Failure> {
    auto token = read_token_file(identity.token_file);
    if (!token) return Unexpected(token.error());
    return Json{{"ProviderId", identity.provider},
                {"WebIdentityToken", std::move(*token)},
                {"RoleArn", identity.role_arn},
                {"RoleSessionName", session_name(identity.session_name)},
                {"DurationSeconds", life_seconds}};
  };
  return std::make_unique<SessionKeys>(
      SessionKeys::Recipe{
          .endpoint = endpoint_of(account),
          .provider = account.provider,
          .account = account.name,
          .action = "AssumeRoleWithWebIdentity",
          .role = identity.role_arn,
          .make_dialect = [region =
                               identity.region] { return std::make_unique<TencentDialect>(product(region, false)); },
          .parameters = parameters,
          .read = keys_in},
      std::make_shared<FixedCredentials>(Credentials{}), parts);
}

}  // namespace taskqueue
