// Keys of the role that a CVM instance has, from its metadata service.
#pragma once

#include <optional>
#include <string>

#include "exporter/api/metadata_service.h"

namespace taskqueue {

class TencentRoleMetadata final : public KeySource {
 public:
  /// `role` empty: as the service says. Without `endpoint`: http://169.254.0.23, which is metadata.tencentyun.com in
  /// every region, without asking the DNS. Source: CVM's page "Instance role" and the vendor's SDKs.
  TencentRoleMetadata(const std::optional<Endpoint>& endpoint, std::string role, const KeyParts& parts);

  Result<Credentials, Failure> fetch(const std::stop_token& stop) override;

 private:
  [[nodiscard]] Result<std::string, Failure> role_name(const std::string& folder, const std::stop_token& stop) const;

  const MetadataService service_;
  const std::string role_;
  const KeyParts parts_;
};

}  // namespace taskqueue
