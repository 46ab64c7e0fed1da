// Keys from a token service: an API like any other, so called as any other, within a budget and with retries.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "exporter/api/client.h"
#include "exporter/api/key_parts.h"

namespace taskqueue {

class SessionKeys final : public KeySource {
 public:
  struct Recipe {
    Endpoint endpoint;
    std::string provider;
    std::string account;
    std::string action;  // AssumeRole
    std::string role;    // which role: for sentences
    std::function<std::unique_ptr<const Dialect>()> make_dialect;
    std::function<Result<Json, Failure>()> parameters;  // made anew for each call: a token's file may have changed
    std::function<Credentials(const Answer&)> read;     // what is missing stays empty
  };
  /// `base`: the keys that calls are signed with.
  SessionKeys(Recipe recipe, std::shared_ptr<CredentialsProvider> base, const KeyParts& parts)
      : recipe_(std::move(recipe)), base_(std::move(base)), parts_(parts) {}

  Result<Credentials, Failure> fetch(const std::stop_token& stop) override;

 private:
  const Recipe recipe_;
  const std::shared_ptr<CredentialsProvider> base_;
  const KeyParts parts_;
};

/// The content of a token's file without the space around it. Failures are of kind `credentials`.
[[nodiscard]] Result<std::string, Failure> read_token_file(const std::string& file);

}  // namespace taskqueue
