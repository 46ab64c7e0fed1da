// Keys to Tencent Cloud, as its SDKs and its command line tool find them.
#pragma once

#include "exporter/api/key_ways.h"

namespace taskqueue {

class TencentKeys final : public KeyWays {
 public:
  /// Uses, does not own, what `parts` refers to.
  TencentKeys(AccountConfig account, const KeyParts& parts) : account_(std::move(account)), parts_(parts) {}

  [[nodiscard]] std::shared_ptr<CredentialsProvider> environment() const override;
  [[nodiscard]] Result<Profile, Failure> profile() const override;
  [[nodiscard]] std::unique_ptr<KeySource> instance_role(const std::string& name) const override;
  /// As TKE puts it into a pod's environment.
  [[nodiscard]] Result<OidcIdentity, Failure> oidc_identity() const override;
  [[nodiscard]] std::unique_ptr<KeySource> oidc(const OidcIdentity& identity) const override;
  [[nodiscard]] std::unique_ptr<KeySource> assumed(const AssumeRole& role,
                                                   std::shared_ptr<CredentialsProvider> base) const override;
  [[nodiscard]] std::span<const CredentialsSource> chain() const override;

 private:
  const AccountConfig account_;
  const KeyParts parts_;
};

}  // namespace taskqueue
