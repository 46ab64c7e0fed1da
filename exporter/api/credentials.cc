#include "exporter/api/credentials.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

namespace taskqueue {
namespace {

Failure missing(std::string sentence) {
  return Failure{.kind = FailureKind::credentials, .sentence = std::move(sentence)};
}

/// The names of one provider's variables; of several, the first that is set counts.
struct VariableNames {
  std::string_view id;
  std::string_view key;
  std::span<const std::string_view> tokens;
};

constexpr std::string_view tencent_tokens[] = {"TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"};
constexpr std::string_view alibaba_tokens[] = {"ALIBABA_CLOUD_SECURITY_TOKEN"};
constexpr VariableNames tencent_names{"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", tencent_tokens};
constexpr VariableNames alibaba_names{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", alibaba_tokens};

class EnvironmentCredentials final : public CredentialsProvider {
 public:
  EnvironmentCredentials(const VariableNames& names, Environment environment)
      : names_(names), environment_(std::move(environment)) {}

  Result<Credentials, Failure> get() override {
    const auto id = environment_(names_.id);
    const auto key = environment_(names_.key);
    if (!id || !key) {
      return Unexpected(missing("the environment does not hold " + std::string(id ? names_.key : names_.id)));
    }
    Credentials credentials{.id = *id, .key = Secret(*key), .token = {}};
    for (const std::string_view name : names_.tokens) {
      if (const auto token = environment_(name); token && credentials.token.empty()) credentials.token = Secret(*token);
    }
    return credentials;
  }

 private:
  const VariableNames& names_;
  const Environment environment_;
};

/// The keys of the configuration itself. Files are read at each use, so that rotated secrets need no reload.
class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(CredentialsConfig config) : config_(std::move(config)) {}

  Result<Credentials, Failure> get() override {
    const auto id = read(config_.id);
    if (!id) return Unexpected(id.error());
    const auto key = read(config_.key);
    if (!key) return Unexpected(key.error());
    const auto token = read(config_.token);
    if (!token) return Unexpected(token.error());
    return Credentials{.id = id->reveal(), .key = *key, .token = *token};
  }

 private:
  static Result<Secret, Failure> read(const SecretOrFile& source) {
    if (source.file.empty()) return source.value;
    std::ifstream file(source.file);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return Unexpected(missing("cannot read " + source.file.string()));
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    text.resize(end == std::string::npos ? 0 : end + 1);
    if (text.empty()) return Unexpected(missing(source.file.string() + " is empty"));
    return Secret(std::move(text));
  }

  const CredentialsConfig config_;
};

/// A source that this build does not have yet; says so at each use.
class UnknownCredentials final : public CredentialsProvider {
 public:
  Result<Credentials, Failure> get() override {
    return Unexpected(missing("this kind of credentials is not supported: use environment or static"));
  }
};

}  // namespace

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

std::unique_ptr<CredentialsProvider> make_credentials(const AccountConfig& account, Environment environment) {
  switch (account.credentials.source) {
    case CredentialsSource::static_keys: return std::make_unique<StaticCredentials>(account.credentials);
    case CredentialsSource::chain:
    case CredentialsSource::environment:
      return std::make_unique<EnvironmentCredentials>(account.provider == "alibaba" ? alibaba_names : tencent_names,
                                                      std::move(environment));
    case CredentialsSource::profile:
    case CredentialsSource::instance_role:
    case CredentialsSource::oidc: break;
  }
  return std::make_unique<UnknownCredentials>();
}

}  // namespace taskqueue
