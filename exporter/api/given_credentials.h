// Keys that are given as they are: in the configuration, in files it names, in the environment.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/api/credentials.h"
#include "exporter/config/config.h"

namespace taskqueue {

/// credentials = "static". Files are read at each use, so that rotated secrets need no reload.
class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(CredentialsConfig config) : config_(std::move(config)) {}
  Result<Credentials, Failure> get(const std::stop_token& stop) override;

 private:
  const CredentialsConfig config_;
};

/// The names of one provider's variables; of several tokens, the first that is set counts.
struct VariableNames {
  std::string_view id;
  std::string_view key;
  std::vector<std::string_view> tokens;
};

class EnvironmentCredentials final : public CredentialsProvider {
 public:
  EnvironmentCredentials(VariableNames names, Environment environment)
      : names_(std::move(names)), environment_(std::move(environment)) {}
  Result<Credentials, Failure> get(const std::stop_token& stop) override;

 private:
  const VariableNames names_;
  const Environment environment_;
};

/// Always the same outcome: keys that somebody else has read, or why there are none.
class FixedCredentials final : public CredentialsProvider {
 public:
  explicit FixedCredentials(Result<Credentials, Failure> outcome) : outcome_(std::move(outcome)) {}
  Result<Credentials, Failure> get(const std::stop_token&) override { return outcome_; }

 private:
  const Result<Credentials, Failure> outcome_;
};

}  // namespace taskqueue
