#include "exporter/api/given_credentials.h"

#include <fstream>
#include <iterator>
#include <utility>

namespace taskqueue {
namespace {

Result<Secret, Failure> read(const SecretOrFile& source) {
  if (source.file.empty()) return source.value;
  std::ifstream file(source.file);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return Unexpected(no_keys("cannot read " + source.file.string()));
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  text.resize(end == std::string::npos ? 0 : end + 1);
  if (text.empty()) return Unexpected(no_keys(source.file.string() + " is empty"));
  return Secret(std::move(text));
}

}  // namespace

Result<Credentials, Failure> StaticCredentials::get(const std::stop_token&) {
  const auto id = read(config_.id);
  if (!id) return Unexpected(id.error());
  const auto key = read(config_.key);
  if (!key) return Unexpected(key.error());
  const auto token = read(config_.token);
  if (!token) return Unexpected(token.error());
  return checked({.id = id->reveal(), .key = *key, .token = *token}, "the configuration");
}

Result<Credentials, Failure> EnvironmentCredentials::get(const std::stop_token&) {
  const auto id = environment_(names_.id);
  const auto key = environment_(names_.key);
  if (!id || !key) {
    return Unexpected(no_keys("the environment does not hold " + std::string(id ? names_.key : names_.id)));
  }
  Credentials credentials{.id = *id, .key = Secret(*key), .token = {}};
  for (const std::string_view name : names_.tokens) {
    if (const auto token = environment_(name); token && credentials.token.empty()) credentials.token = Secret(*token);
  }
  return checked(std::move(credentials), "the environment");
}

}  // namespace taskqueue
