// Keys to an account, from wherever the operator keeps them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/config/config.h"
#include "exporter/failure.h"
#include "exporter/result.h"
#include "exporter/secret.h"

namespace taskqueue {

struct Credentials {
  std::string id;
  Secret key;
  Secret token;                      // empty for long-lived keys
  std::optional<WallTime> expiry{};  // nothing: they do not expire
};

class CredentialsProvider {
 public:
  CredentialsProvider() = default;
  CredentialsProvider(const CredentialsProvider&) = delete;
  CredentialsProvider& operator=(const CredentialsProvider&) = delete;
  virtual ~CredentialsProvider() = default;

  /// Keys that are valid now. Failures are of kind `credentials`. Thread-safe.
  virtual Result<Credentials, Failure> get() = 0;
};

/// Looks up a variable of the environment; nothing where it is unset or empty.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The process's own environment.
[[nodiscard]] Environment process_environment();

/// The provider that an account's configuration asks for.
[[nodiscard]] std::unique_ptr<CredentialsProvider> make_credentials(const AccountConfig& account,
                                                                    Environment environment);

}  // namespace taskqueue
