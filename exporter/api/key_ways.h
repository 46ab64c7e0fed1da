// The ways to keys that every provider has, each in its own shape; and the provider of keys that an account asks for.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "exporter/api/credentials.h"
#include "exporter/api/key_parts.h"
#include "exporter/config/config.h"

namespace taskqueue {

/// Who a workload says it is, with a token that its cluster puts into a file and renews.
struct OidcIdentity {
  std::string provider;  // the id or ARN of the identity provider
  std::string role_arn;
  std::string token_file;
  std::string session_name;
  std::string region;  // of the token service; empty: any

  bool operator==(const OidcIdentity&) const = default;
};

/// What a profile in a file says: keys, or a way to keys; and the roles to assume with those, one after the other.
struct Profile {
  enum class Way { keys, instance_role, oidc };
  std::string place{};  // "profile x in file", for sentences
  Way way = Way::keys;
  Credentials keys{};
  std::string instance_role{};  // its name; empty: as the metadata service says
  OidcIdentity oidc{};
  std::vector<AssumeRole> roles{};

  bool operator==(const Profile&) const = default;
};

/// One provider's own. Constant and thread-safe.
class KeyWays {
 public:
  KeyWays() = default;
  KeyWays(const KeyWays&) = delete;
  KeyWays& operator=(const KeyWays&) = delete;
  virtual ~KeyWays() = default;

  [[nodiscard]] virtual std::shared_ptr<CredentialsProvider> environment() const = 0;
  /// Reads the profile as its file is now. Failures are of kind `credentials`.
  [[nodiscard]] virtual Result<Profile, Failure> profile() const = 0;
  /// By its name, or the only one of this machine.
  [[nodiscard]] virtual std::unique_ptr<KeySource> instance_role(const std::string& name) const = 0;
  /// Of the environment.
  [[nodiscard]] virtual Result<OidcIdentity, Failure> oidc_identity() const = 0;
  [[nodiscard]] virtual std::unique_ptr<KeySource> oidc(const OidcIdentity& identity) const = 0;
  [[nodiscard]] virtual std::unique_ptr<KeySource> assumed(const AssumeRole& role,
                                                           std::shared_ptr<CredentialsProvider> base) const = 0;
  /// An address that gives keys, named by the environment; null where none is.
  [[nodiscard]] virtual std::unique_ptr<KeySource> uri() const { return nullptr; }
  /// The order of the vendor's SDKs; none of them is `chain` or `static`. `uri` comes last.
  [[nodiscard]] virtual std::span<const CredentialsSource> chain() const = 0;
};

/// The keys that `account` asks for.
[[nodiscard]] std::shared_ptr<CredentialsProvider> make_credentials(const AccountConfig& account,
                                                                    std::shared_ptr<const KeyWays> ways,
                                                                    const KeyParts& parts);

}  // namespace taskqueue
