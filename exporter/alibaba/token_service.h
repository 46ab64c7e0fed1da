// Alibaba Cloud's token service, STS 2015-04-01: keys of a role for keys, or for the token of a workload.
#pragma once

#include <memory>

#include "exporter/api/key_ways.h"

namespace taskqueue {

/// AssumeRole, signed with the keys of `base`. Without a session name the exporter's own is used. The host is that of
/// ALIBABA_CLOUD_STS_REGION, inside the VPC where ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED is true.
[[nodiscard]] std::unique_ptr<KeySource> alibaba_assumed_role(const AccountConfig& account, const AssumeRole& role,
                                                              std::shared_ptr<CredentialsProvider> base,
                                                              const KeyParts& parts);

/// AssumeRoleWithOIDC, which is not signed: the token says who asks. It travels in the body, never in the URL.
[[nodiscard]] std::unique_ptr<KeySource> alibaba_oidc_role(const AccountConfig& account, const OidcIdentity& identity,
                                                           const KeyParts& parts);

}  // namespace taskqueue
