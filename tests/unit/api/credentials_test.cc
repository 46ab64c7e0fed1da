#include "exporter/api/credentials.h"

#include "exporter/api/given_credentials.h"
#include "exporter/api/key_ways.h"
#include "exporter/tencent/tencent_keys.h"
#include "tests/catch.h"
#include "tests/unit/key_bench.h"

using namespace taskqueue;
using std::chrono::hours;

namespace {

AccountConfig account(CredentialsSource source) {
  AccountConfig account;
  account.name = "media";
  account.provider = "tencent";
  account.credentials.source = source;
  return account;
}

std::shared_ptr<CredentialsProvider> provider(const KeyBench& bench, const AccountConfig& config) {
  return make_credentials(config, std::make_shared<TencentKeys>(config, bench.parts), bench.parts);
}

}  // namespace

TEST_CASE("keys come from the provider's variables, with the token under either name", "[api][credentials]") {
  const auto name = GENERATE(as<std::string>{}, "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN");
  KeyBench bench;
  bench.variables = {{"TENCENTCLOUD_SECRET_ID", "i"}, {"TENCENTCLOUD_SECRET_KEY", "k"}, {name, "t"}};
  const auto credentials = provider(bench, account(CredentialsSource::environment))->get(bench.stop.get_token());
  REQUIRE(credentials);
  CHECK(credentials->id == "i");
  CHECK(credentials->key.reveal() == "k");
  CHECK(credentials->token.reveal() == "t");
}

TEST_CASE("a missing variable is named", "[api][credentials]") {
  KeyBench bench;
  bench.variables = {{"TENCENTCLOUD_SECRET_ID", "i"}};
  const auto keys = provider(bench, account(CredentialsSource::environment))->get(bench.stop.get_token());
  REQUIRE_FALSE(keys);
  CHECK(keys.error().kind == FailureKind::credentials);
  CHECK(keys.error().sentence == "the environment does not hold TENCENTCLOUD_SECRET_KEY");
}

TEST_CASE("secret files are read at each use, without the line's end", "[api][credentials]") {
  KeyBench bench;
  AccountConfig config = account(CredentialsSource::static_keys);
  config.credentials.id.value = Secret("i");
  config.credentials.key.file = bench.write("key", "first\n");
  const auto keys = provider(bench, config);
  REQUIRE(keys->get({}));
  CHECK(keys->get({})->key.reveal() == "first");
  bench.write("key", "second");
  CHECK(keys->get({})->key.reveal() == "second");
  bench.write("key", "two words");
  CHECK(keys->get({}).error().sentence ==
        "the configuration gives keys with a space or another character that no key has");
  std::filesystem::remove(config.credentials.key.file);
  const auto gone = keys->get({});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().sentence == "cannot read " + config.credentials.key.file.string());
}

TEST_CASE("a chain that finds nothing says what it tried and why that had no keys", "[api][credentials]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::nobody(); });
  bench.write("unrelated", "");
  const std::string home = bench.variables["HOME"];
  const auto keys = provider(bench, account(CredentialsSource::chain))->get(bench.stop.get_token());
  REQUIRE_FALSE(keys);
  CHECK(keys.error().kind == FailureKind::credentials);
  CHECK(keys.error().sentence ==
        "no keys found. Tried environment: the environment does not hold TENCENTCLOUD_SECRET_ID; profile: no profile "
        "default: " +
            home + "/.tencentcloud/credentials does not exist, /etc/tencentcloud/credentials does not exist, " + home +
            "/.tccli/default.credential does not exist; instance_role: the metadata service 169.254.0.23: cannot "
            "connect; oidc: the environment does not hold TKE_PROVIDER_ID");
}

TEST_CASE("a chain goes by the vendor's order, and stays with what gave keys until that has none",
          "[api][credentials]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::nobody(); });
  const std::string file = bench.write(".tencentcloud/credentials", "[default]\nsecret_id = file\nsecret_key = k\n");
  const auto keys = provider(bench, account(CredentialsSource::chain));
  CHECK(keys->get({})->id == "file");
  bench.variables["TENCENTCLOUD_SECRET_ID"] = "environment";
  bench.variables["TENCENTCLOUD_SECRET_KEY"] = "k";
  CHECK(keys->get({})->id == "file");
  CHECK(provider(bench, account(CredentialsSource::chain))->get({})->id == "environment");
  std::filesystem::remove(file);
  CHECK(keys->get({})->id == "environment");
}

TEST_CASE("temporary keys must have a token and an expiry that is to come", "[api][credentials]") {
  const WallTime now = *parse_utc("2026-03-01T10:00:00Z");
  const Credentials good{.id = "i", .key = Secret("k"), .token = Secret("t"), .expiry = now + hours{1}};
  REQUIRE(checked_temporary(good, "x", now));
  CHECK(*checked_temporary(good, "x", now) == good);
  const auto sentence = [&](auto change) {
    Credentials keys = good;
    change(keys);
    const auto outcome = checked_temporary(keys, "x", now);
    return outcome ? std::string("good") : outcome.error().sentence;
  };
  CHECK(sentence([](Credentials& k) { k.id.clear(); }) == "x gives no key id");
  CHECK(sentence([](Credentials& k) { k.key = {}; }) == "x gives no secret key");
  CHECK(sentence([](Credentials& k) { k.token = {}; }) == "x gives temporary keys without a token");
  CHECK(sentence([](Credentials& k) { k.token = Secret("a\r\nHost: b"); }) ==
        "x gives keys with a space or another character that no key has");
  CHECK(sentence([](Credentials& k) { k.expiry.reset(); }) ==
        "x gives temporary keys and does not say when they expire");
  CHECK(sentence([&](Credentials& k) { k.expiry = now; }) ==
        "x gives keys that expired at 2026-03-01T10:00:00Z: it is 2026-03-01T10:00:00Z by our clock");
}
