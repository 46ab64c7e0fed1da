#include "exporter/alibaba/alibaba_keys.h"

#include <array>

#include "exporter/alibaba/profile_files.h"
#include "exporter/alibaba/role_metadata.h"
#include "exporter/alibaba/token_service.h"
#include "exporter/api/given_credentials.h"

namespace taskqueue {

std::shared_ptr<CredentialsProvider> AlibabaKeys::environment() const {
  return std::make_shared<EnvironmentCredentials>(VariableNames{.id = "ALIBABA_CLOUD_ACCESS_KEY_ID",
                                                                .key = "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                                                                .tokens = {"ALIBABA_CLOUD_SECURITY_TOKEN"}},
                                                  parts_.environment);
}

Result<Profile, Failure> AlibabaKeys::profile() const {
  return read_alibaba_profile(account_.credentials.profile, parts_.environment);
}

std::unique_ptr<KeySource> AlibabaKeys::instance_role(const std::string& name) const {
  return std::make_unique<AlibabaRoleMetadata>(account_.metadata_endpoint, name, parts_);
}

Result<OidcIdentity, Failure> AlibabaKeys::oidc_identity() const {
  OidcIdentity identity;
  const std::array<std::pair<std::string_view, std::string*>, 3> variables{
      {{"ALIBABA_CLOUD_OIDC_TOKEN_FILE", &identity.token_file},
       {"ALIBABA_CLOUD_OIDC_PROVIDER_ARN", &identity.provider},
       {"ALIBABA_CLOUD_ROLE_ARN", &identity.role_arn}}};
  for (const auto& [name, value] : variables) {
    const auto found = parts_.environment(name);
    if (!found) return Unexpected(no_keys("the environment does not hold " + std::string(name)));
    *value = *found;
  }
  identity.session_name = parts_.environment("ALIBABA_CLOUD_ROLE_SESSION_NAME").value_or("");
  return identity;
}

std::unique_ptr<KeySource> AlibabaKeys::oidc(const OidcIdentity& identity) const {
  return alibaba_oidc_role(account_, identity, parts_);
}

std::unique_ptr<KeySource> AlibabaKeys::assumed(const AssumeRole& role,
                                                std::shared_ptr<CredentialsProvider> base) const {
  return alibaba_assumed_role(account_, role, std::move(base), parts_);
}

std::unique_ptr<KeySource> AlibabaKeys::uri() const {
  const auto uri = parts_.environment("ALIBABA_CLOUD_CREDENTIALS_URI");
  return uri ? std::make_unique<AlibabaKeysUri>(*uri, parts_) : nullptr;
}

std::span<const CredentialsSource> AlibabaKeys::chain() const {
  static constexpr std::array order{CredentialsSource::environment, CredentialsSource::oidc, CredentialsSource::profile,
                                    CredentialsSource::instance_role};
  return order;
}

}  // namespace taskqueue
