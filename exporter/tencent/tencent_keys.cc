#include "exporter/tencent/tencent_keys.h"

#include <array>

#include "exporter/api/given_credentials.h"
#include "exporter/tencent/profile_files.h"
#include "exporter/tencent/role_metadata.h"
#include "exporter/tencent/token_service.h"

namespace taskqueue {

std::shared_ptr<CredentialsProvider> TencentKeys::environment() const {
  return std::make_shared<EnvironmentCredentials>(
      VariableNames{.id = "TENCENTCLOUD_SECRET_ID",
                    .key = "TENCENTCLOUD_SECRET_KEY",
                    .tokens = {"TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"}},
      parts_.environment);
}

Result<Profile, Failure> TencentKeys::profile() const {
  return read_tencent_profile(account_.credentials.profile, parts_.environment);
}

std::unique_ptr<KeySource> TencentKeys::instance_role(const std::string& name) const {
  return std::make_unique<TencentRoleMetadata>(account_.metadata_endpoint, name, parts_);
}

Result<OidcIdentity, Failure> TencentKeys::oidc_identity() const {
  OidcIdentity identity{.provider = {}, .role_arn = {}, .token_file = {}, .session_name = "taskqueue_exporter"};
  const std::array<std::pair<std::string_view, std::string*>, 4> variables{
      {{"TKE_PROVIDER_ID", &identity.provider},
       {"TKE_WEB_IDENTITY_TOKEN_FILE", &identity.token_file},
       {"TKE_ROLE_ARN", &identity.role_arn},
       {"TKE_REGION", &identity.region}}};
  for (const auto& [name, value] : variables) {
    const auto found = parts_.environment(name);
    if (!found) return Unexpected(no_keys("the environment does not hold " + std::string(name)));
    *value = *found;
  }
  return identity;
}

std::unique_ptr<KeySource> TencentKeys::oidc(const OidcIdentity& identity) const {
  return tencent_web_identity(account_, identity, parts_);
}

std::unique_ptr<KeySource> TencentKeys::assumed(const AssumeRole& role,
                                                std::shared_ptr<CredentialsProvider> base) const {
  return tencent_assumed_role(account_, role, std::move(base), parts_);
}

std::span<const CredentialsSource> TencentKeys::chain() const {
  static constexpr std::array order{CredentialsSource::environment, CredentialsSource::profile,
                                    CredentialsSource::instance_role, CredentialsSource::oidc};
  return order;
}

}  // namespace taskqueue
