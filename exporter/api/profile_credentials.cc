#include "exporter/api/profile_credentials.h"

namespace taskqueue {

Result<Credentials, Failure> ProfileCredentials::get(const std::stop_token& stop) {
  const auto profile = read_();
  if (!profile) return Unexpected(profile.error());
  return provider_for(*profile)->get(stop);
}

void ProfileCredentials::refused(const Credentials& keys) {
  std::shared_ptr<CredentialsProvider> provider;
  {
    const Lock lock(mutex_);
    provider = provider_;
  }
  if (provider) provider->refused(keys);
}

std::shared_ptr<CredentialsProvider> ProfileCredentials::provider_for(const Profile& profile) {
  const Lock lock(mutex_);
  if (profile_ != profile) {
    profile_ = profile;
    provider_ = follow_(profile);
  }
  return provider_;
}

}  // namespace taskqueue
