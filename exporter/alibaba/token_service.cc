#include "exporter/alibaba/token_service.h"

#include <utility>

#include "exporter/alibaba/alibaba_dialect.h"
#include "exporter/api/digest.h"
#include "exporter/api/fields.h"
#include "exporter/api/given_credentials.h"
#include "exporter/api/session_keys.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

constexpr const char* version = "2015-04-01";
constexpr int life_seconds = 3600;  // as the vendor's SDKs ask

/// A call without a signature: what is common stands in the query, the parameters are a form.
class UnsignedDialect final : public Dialect {
 public:
  [[nodiscard]] HttpRequest request(const Call& call, const Signing& signing) const override {
    HttpRequest request;
    request.target = "/?Action=" + percent_encode(call.action) +
                     "&Format=JSON&Timestamp=" + percent_encode(utc_seconds(signing.now)) + "&Version=" + version;
    request.headers = {
        {"Host", signing.host}, {"accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    for (const auto& [name, value] : call.parameters.items()) {
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      request.body += (request.body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(text);
    }
    return request;
  }
  [[nodiscard]] Result<Answer, Failure> judge(const HttpResponse& response) const override {
    return usual_.judge(response);
  }
  [[nodiscard]] bool is_documented(std::string_view code) const override { return usual_.is_documented(code); }
  [[nodiscard]] bool is_clock_fault(std::string_view code) const override { return usual_.is_clock_fault(code); }

 private:
  const AlibabaDialect usual_{version};
};

Endpoint endpoint_of(const AccountConfig& account, const Environment& environment) {
  if (account.sts_endpoint) return *account.sts_endpoint;
  const std::string region =
      environment("ALIBABA_CLOUD_STS_REGION").value_or(account.international ? "ap-southeast-1" : "");
  const bool in_vpc = environment("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED") == "true";
  const std::string host =
      region.empty() ? "sts.aliyuncs.com" : (in_vpc ? "sts-vpc." : "sts.") + region + ".aliyuncs.com";
  return {.tls = true, .host = host, .port = 443};
}

Credentials keys_in(const Answer& answer) {
  static const Document empty;
  const Value* found = member(answer.fields, "Credentials");
  const Value& keys = found == nullptr ? empty.root() : *found;
  return {.id = text_member(keys, "AccessKeyId"),
          .key = Secret(text_member(keys, "AccessKeySecret")),
          .token = Secret(text_member(keys, "SecurityToken")),
          .expiry = time_member(keys, "Expiration")};
}

std::string session_name(const std::string& given) { return given.empty() ? "taskqueue_exporter" : given; }

}  // namespace

std::unique_ptr<KeySource> alibaba_assumed_role(const AccountConfig& account, const AssumeRole& role,
                                                std::shared_ptr<CredentialsProvider> base, const KeyParts& parts) {
  Json parameters = {
      {"RoleArn", role.arn}, {"RoleSessionName", session_name(role.session_name)}, {"DurationSeconds", life_seconds}};
  if (!role.external_id.empty()) parameters["ExternalId"] = role.external_id;
  return std::make_unique<SessionKeys>(
      SessionKeys::Recipe{.endpoint = endpoint_of(account, parts.environment),
                          .provider = account.provider,
                          .account = account.name,
                          .action = "AssumeRole",
                          .role = role.arn,
                          .make_dialect = [] { return std::make_unique<AlibabaDialect>(version); },
                          .parameters = [parameters = std::move(parameters)] { return parameters; },
                          .read = keys_in},
      std::move(base), parts);
}

std::unique_ptr<KeySource> alibaba_oidc_role(const AccountConfig& account, const OidcIdentity& identity,
                                             const KeyParts& parts) {
  const auto parameters = [identity]() -> Result<Json, Failure> {
    auto token = read_token_file(identity.token_file);
    if (!token) return Unexpected(token.error());
    return Json{{"RoleArn", identity.role_arn},
                {"OIDCProviderArn", identity.provider},
                {"OIDCToken", std::move(*token)},
                {"RoleSessionName", session_name(identity.session_name)},
                {"DurationSeconds", life_seconds}};
  };
  return std::make_unique<SessionKeys>(
      SessionKeys::Recipe{.endpoint = endpoint_of(account, parts.environment),
                          .provider = account.provider,
                          .account = account.name,
                          .action = "AssumeRoleWithOIDC",
                          .role = identity.role_arn,
                          .make_dialect = [] { return std::make_unique<UnsignedDialect>(); },
                          .parameters = parameters,
                          .read = keys_in},
      std::make_shared<FixedCredentials>(Credentials{}), parts);
}

}  // namespace taskqueue
