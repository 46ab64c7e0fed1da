// Keys to an account, from wherever the operator keeps them.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "exporter/clock.h"
#include "exporter/failure.h"
#include "exporter/result.h"
#include "exporter/secret.h"

namespace taskqueue {

struct Credentials {
  std::string id;
  Secret key;
  Secret token;                      // empty for long-lived keys
  std::optional<WallTime> expiry{};  // nothing: they do not expire

  bool operator==(const Credentials&) const = default;
};

class CredentialsProvider {
 public:
  CredentialsProvider() = default;
  CredentialsProvider(const CredentialsProvider&) = delete;
  CredentialsProvider& operator=(const CredentialsProvider&) = delete;
  virtual ~CredentialsProvider() = default;

  /// Keys that are valid now, as far as we know. May ask a service for new ones, which takes seconds at most; ends soon
  /// after `stop`. Failures are of kind `credentials`, or `stopped`. Thread-safe.
  virtual Result<Credentials, Failure> get(const std::stop_token& stop) = 0;

  /// The cloud did not accept these keys: where others can be had, get() gives those from now on. Thread-safe.
  virtual void refused(const Credentials& keys) { static_cast<void>(keys); }
};

/// Where keys that expire come from: a service that gives new ones when asked.
class KeySource {
 public:
  KeySource() = default;
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;
  virtual ~KeySource() = default;

  /// Keys with an expiry. Failures are of kind `credentials`, or `stopped`. Called by one thread at a time.
  virtual Result<Credentials, Failure> fetch(const std::stop_token& stop) = 0;
};

/// A failure of kind `credentials`. `sentence` never holds a secret.
[[nodiscard]] inline Failure no_keys(std::string sentence) {
  return Failure{.kind = FailureKind::credentials, .sentence = std::move(sentence)};
}

/// The keys if they can be sent: neither half empty, nothing in them that a header may not hold. `giver` begins the
/// sentence of the failure: "the metadata service".
[[nodiscard]] Result<Credentials, Failure> checked(Credentials keys, std::string_view giver);

/// As checked(), and with a token and an expiry that is not past.
[[nodiscard]] Result<Credentials, Failure> checked_temporary(Credentials keys, std::string_view giver, WallTime now);

/// Looks up a variable of the environment; nothing where it is unset or empty.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The process's own environment.
[[nodiscard]] Environment process_environment();

}  // namespace taskqueue
