// Tencent Cloud's token service, STS 2018-08-13: keys of a role for keys, or for the token of a workload.
#pragma once

#include <memory>

#include "exporter/api/key_ways.h"

namespace taskqueue {

/// AssumeRole, signed with the keys of `base`. Without a session name the exporter's own is used.
[[nodiscard]] std::unique_ptr<KeySource> tencent_assumed_role(const AccountConfig& account, const AssumeRole& role,
                                                              std::shared_ptr<CredentialsProvider> base,
                                                              const KeyParts& parts);

/// AssumeRoleWithWebIdentity, which is not signed: the token says who asks.
[[nodiscard]] std::unique_ptr<KeySource> tencent_web_identity(const AccountConfig& account,
                                                              const OidcIdentity& identity, const KeyParts& parts);

}  // namespace taskqueue
