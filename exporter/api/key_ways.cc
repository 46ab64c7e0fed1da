#include "exporter/api/key_ways.h"

#include <utility>

#include "exporter/api/credentials_chain.h"
#include "exporter/api/given_credentials.h"
#include "exporter/api/profile_credentials.h"
#include "exporter/api/refreshed_credentials.h"

namespace taskqueue {
namespace {

/// As in the configuration.
std::string_view word(CredentialsSource source) {
  switch (source) {
    case CredentialsSource::environment: return "environment";
    case CredentialsSource::profile: return "profile";
    case CredentialsSource::instance_role: return "instance_role";
    case CredentialsSource::oidc: return "oidc";
    case CredentialsSource::static_keys: return "static";
    case CredentialsSource::chain: break;
  }
  return "chain";
}

/// Puts providers together. Copies share everything.
class Assembly {
 public:
  Assembly(AccountConfig account, std::shared_ptr<const KeyWays> ways, const KeyParts& parts)
      : account_(std::move(account)), ways_(std::move(ways)), parts_(parts) {}

  [[nodiscard]] std::shared_ptr<CredentialsProvider> whole() const {
    auto keys = from(account_.credentials.source);
    const auto& role = account_.credentials.assume_role;
    return role ? refreshed(ways_->assumed(*role, std::move(keys))) : keys;
  }

 private:
  [[nodiscard]] std::shared_ptr<CredentialsProvider> from(CredentialsSource source) const {
    switch (source) {
      case CredentialsSource::static_keys: return std::make_shared<StaticCredentials>(account_.credentials);
      case CredentialsSource::environment: return ways_->environment();
      case CredentialsSource::profile: return profile();
      case CredentialsSource::instance_role: return refreshed(ways_->instance_role(""));
      case CredentialsSource::oidc: return oidc();
      case CredentialsSource::chain: break;
    }
    return chain();
  }

  [[nodiscard]] std::shared_ptr<CredentialsProvider> chain() const {
    std::vector<CredentialsChain::Link> links;
    for (const CredentialsSource source : ways_->chain()) links.push_back({std::string(word(source)), from(source)});
    if (auto uri = ways_->uri()) links.push_back({"URI", refreshed(std::move(uri))});
    return std::make_shared<CredentialsChain>(std::move(links));
  }

  [[nodiscard]] std::shared_ptr<CredentialsProvider> profile() const {
    return std::make_shared<ProfileCredentials>(
        [ways = ways_] { return ways->profile(); },
        [assembly = *this](const Profile& profile) { return assembly.followed(profile); });
  }

  [[nodiscard]] std::shared_ptr<CredentialsProvider> followed(const Profile& profile) const {
    std::shared_ptr<CredentialsProvider> keys;
    switch (profile.way) {
      case Profile::Way::keys: keys = std::make_shared<FixedCredentials>(checked(profile.keys, profile.place)); break;
      case Profile::Way::instance_role: keys = refreshed(ways_->instance_role(profile.instance_role)); break;
      case Profile::Way::oidc: keys = refreshed(ways_->oidc(profile.oidc)); break;
    }
    for (const AssumeRole& role : profile.roles) keys = refreshed(ways_->assumed(role, std::move(keys)));
    return keys;
  }

  [[nodiscard]] std::shared_ptr<CredentialsProvider> oidc() const {
    const auto identity = ways_->oidc_identity();
    if (!identity) return std::make_shared<FixedCredentials>(Unexpected(identity.error()));
    return refreshed(ways_->oidc(*identity));
  }

  [[nodiscard]] std::shared_ptr<CredentialsProvider> refreshed(std::unique_ptr<KeySource> source) const {
    return std::make_shared<RefreshedCredentials>(
        std::move(source), account_.name, RefreshedCredentials::Parts{parts_.clock, parts_.cloud_clock, parts_.log});
  }

  AccountConfig account_;
  std::shared_ptr<const KeyWays> ways_;
  KeyParts parts_;
};

}  // namespace

std::shared_ptr<CredentialsProvider> make_credentials(const AccountConfig& account, std::shared_ptr<const KeyWays> ways,
                                                      const KeyParts& parts) {
  return Assembly(account, std::move(ways), parts).whole();
}

}  // namespace taskqueue
