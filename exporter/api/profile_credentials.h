// The keys that a profile in a file leads to. The file is read at each use: what is changed in it holds from then on.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "exporter/api/credentials.h"
#include "exporter/api/key_ways.h"
#include "exporter/locks.h"

namespace taskqueue {

class ProfileCredentials final : public CredentialsProvider {
 public:
  using Read = std::function<Result<Profile, Failure>()>;
  using Follow = std::function<std::shared_ptr<CredentialsProvider>(const Profile&)>;
  ProfileCredentials(Read read, Follow follow) : read_(std::move(read)), follow_(std::move(follow)) {}

  Result<Credentials, Failure> get(const std::stop_token& stop) override;
  void refused(const Credentials& keys) override;

 private:
  [[nodiscard]] std::shared_ptr<CredentialsProvider> provider_for(const Profile& profile);

  const Read read_;
  const Follow follow_;
  Mutex mutex_;
  std::optional<Profile> profile_ GUARDED_BY(mutex_);
  std::shared_ptr<CredentialsProvider> provider_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue
