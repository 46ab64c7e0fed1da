#include "exporter/api/credentials.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/catch.h"

using namespace taskqueue;

namespace {

Environment environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

AccountConfig account(std::string provider, CredentialsSource source) {
  AccountConfig account;
  account.provider = std::move(provider);
  account.credentials.source = source;
  return account;
}

}  // namespace

TEST_CASE("keys come from the provider's variables, with the token under either name", "[api][credentials]") {
  const auto name = GENERATE(as<std::string>{}, "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN");
  const auto provider =
      make_credentials(account("tencent", CredentialsSource::environment),
                       environment({{"TENCENTCLOUD_SECRET_ID", "i"}, {"TENCENTCLOUD_SECRET_KEY", "k"}, {name, "t"}}));
  const auto credentials = provider->get();
  REQUIRE(credentials);
  CHECK(credentials->id == "i");
  CHECK(credentials->key.reveal() == "k");
  CHECK(credentials->token.reveal() == "t");
}

TEST_CASE("a missing variable is named", "[api][credentials]") {
  const auto tencent = make_credentials(account("tencent", CredentialsSource::environment),
                                        environment({{"TENCENTCLOUD_SECRET_ID", "i"}}))
                           ->get();
  REQUIRE_FALSE(tencent);
  CHECK(tencent.error().kind == FailureKind::credentials);
  CHECK(tencent.error().sentence == "the environment does not hold TENCENTCLOUD_SECRET_KEY");
  const auto alibaba = make_credentials(account("alibaba", CredentialsSource::chain), environment({}))->get();
  REQUIRE_FALSE(alibaba);
  CHECK(alibaba.error().sentence == "the environment does not hold ALIBABA_CLOUD_ACCESS_KEY_ID");
}

TEST_CASE("secret files are read at each use, without the line's end", "[api][credentials]") {
  const auto file = std::filesystem::temp_directory_path() / ("taskqueue-key-" + std::to_string(::getpid()));
  AccountConfig config = account("tencent", CredentialsSource::static_keys);
  config.credentials.id.value = Secret("i");
  config.credentials.key.file = file;
  const auto provider = make_credentials(config, environment({}));
  std::ofstream(file) << "first\n";
  REQUIRE(provider->get());
  CHECK(provider->get()->key.reveal() == "first");
  std::ofstream(file) << "second";
  CHECK(provider->get()->key.reveal() == "second");
  std::filesystem::remove(file);
  const auto gone = provider->get();
  REQUIRE_FALSE(gone);
  CHECK(gone.error().sentence == "cannot read " + file.string());
}
