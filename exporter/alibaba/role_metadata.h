// Keys of the role that an ECS instance has, from its metadata service; or from an address that speaks like it.
#pragma once

#include <optional>
#include <string>

#include "exporter/api/metadata_service.h"

namespace taskqueue {

/// In the hardened mode (version 2), with a token; where that is not to be had, in the plain one (version 1), unless
/// ALIBABA_CLOUD_IMDSV1_DISABLED is true. Source: the page "Instance RAM roles" and the vendor's SDKs.
class AlibabaRoleMetadata final : public KeySource {
 public:
  /// `role` empty: as ALIBABA_CLOUD_ECS_METADATA or the service says. Without `endpoint`: http://100.100.100.200
  AlibabaRoleMetadata(const std::optional<Endpoint>& endpoint, std::string role, const KeyParts& parts);

  Result<Credentials, Failure> fetch(const std::stop_token& stop) override;

 private:
  [[nodiscard]] Result<std::vector<Header>, Failure> token(const std::stop_token& stop) const;
  [[nodiscard]] Result<std::string, Failure> read(const std::string& path, const std::vector<Header>& token,
                                                  const std::stop_token& stop) const;
  [[nodiscard]] bool is_true(std::string_view variable) const;

  const MetadataService service_;
  const std::string role_;
  const KeyParts parts_;
};

/// ALIBABA_CLOUD_CREDENTIALS_URI: an address that answers as the metadata service does for a role.
class AlibabaKeysUri final : public KeySource {
 public:
  AlibabaKeysUri(std::string uri, const KeyParts& parts) : uri_(std::move(uri)), parts_(parts) {}

  Result<Credentials, Failure> fetch(const std::stop_token& stop) override;

 private:
  const std::string uri_;
  const KeyParts parts_;
};

}  // namespace taskqueue
