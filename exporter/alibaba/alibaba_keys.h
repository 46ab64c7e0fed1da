// Keys to Alibaba Cloud, as its SDKs and its command line tool find them.
#pragma once

#include "exporter/api/key_ways.h"

namespace taskqueue {

class AlibabaKeys final : public KeyWays {
 public:
  /// Uses, does not own, what `parts` refers to.
  AlibabaKeys(AccountConfig account, const KeyParts& parts) : account_(std::move(account)), parts_(parts) {}

  [[nodiscard]] std::shared_ptr<CredentialsProvider> environment() const override;
  [[nodiscard]] Result<Profile, Failure> profile() const override;
  [[nodiscard]] std::unique_ptr<KeySource> instance_role(const std::string& name) const override;
  /// As RRSA puts it into a pod's environment.
  [[nodiscard]] Result<OidcIdentity, Failure> oidc_identity() const override;
  [[nodiscard]] std::unique_ptr<KeySource> oidc(const OidcIdentity& identity) const override;
  [[nodiscard]] std::unique_ptr<KeySource> assumed(const AssumeRole& role,
                                                   std::shared_ptr<CredentialsProvider> base) const override;
  /// ALIBABA_CLOUD_CREDENTIALS_URI
  [[nodiscard]] std::unique_ptr<KeySource> uri() const override;
  [[nodiscard]] std::span<const CredentialsSource> chain() const override;

 private:
  const AccountConfig account_;
  const KeyParts parts_;
};

}  // namespace taskqueue
