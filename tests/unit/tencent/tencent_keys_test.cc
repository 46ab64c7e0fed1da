#include "exporter/tencent/tencent_keys.h"

#include "exporter/api/key_ways.h"
#include "tests/catch.h"
#include "tests/unit/key_bench.h"

using namespace taskqueue;

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

const std::string good_keys =
    R"({"TmpSecretId":"tmp","TmpSecretKey":"k","Token":"t","ExpiredTime":1772366400,"Expiration":"2026-03-01T12:00:00Z",)"
    R"("Code":"Success"})";
const std::string sts_keys =
    R"({"Response":{"Credentials":{"Token":"t","TmpSecretId":"tmp","TmpSecretKey":"k"},"ExpiredTime":1772366400,)"
    R"("Expiration":"2026-03-01T12:00:00Z","RequestId":"r"}})";

/// A metadata service whose role is `role`, with these keys.
KeyBench::Answerer metadata(std::string role, std::string keys) {
  return [role = std::move(role), keys = std::move(keys)](const Endpoint&,
                                                          const HttpRequest& request) -> KeyBench::Answer {
    const std::string folder = "/latest/meta-data/cam/security-credentials/";
    if (request.target == folder) return role.empty() ? KeyBench::says("", 404) : KeyBench::says(role);
    return request.target == folder + "reader" ? KeyBench::says(keys) : KeyBench::says("", 404);
  };
}

std::string failure(const KeyBench& bench, CredentialsSource source) {
  const auto keys = provider(bench, account(source))->get({});
  return keys ? "keys " + keys->id : keys.error().sentence;
}

}  // namespace

TEST_CASE("the role of a CVM instance gives keys", "[tencent][tencent_keys]") {
  KeyBench bench(metadata("reader\n", good_keys));
  const auto keys = provider(bench, account(CredentialsSource::instance_role))->get({});
  REQUIRE(keys);
  CHECK(*keys == Credentials{"tmp", Secret("k"), Secret("t"), parse_utc("2026-03-01T12:00:00Z")});
  REQUIRE(bench.asked.size() == 2);
  CHECK(bench.asked[0].endpoint == Endpoint{.tls = false, .host = "169.254.0.23", .port = 80});
  CHECK(bench.asked[0].header("Host") == "metadata.tencentyun.com");
  CHECK(bench.asked[0].request.method == "GET");
}

TEST_CASE("a metadata service that has no keys or says what cannot be is named", "[tencent][tencent_keys]") {
  const auto [role, keys, sentence] = GENERATE(table<std::string, std::string, std::string>({
      {"", "", "knows no role: bind one to this instance"},
      {"../../user-data", "", "answers with no role's name"},
      {"<html>", "", "answers with no role's name"},
      {"other", "", "answers HTTP 404 to /latest/meta-data/cam/security-credentials/other"},
      {"reader", "<html>", "gives no JSON for the role reader"},
      {"reader", R"({"Code":"InternalError"})", "gives no keys for the role reader: its Code is InternalError"},
      {"reader", "[]", "gives no keys for the role reader: its Code is missing"},
      {"reader", R"({"Code":"Success","TmpSecretId":"i","TmpSecretKey":"k","Token":"t","ExpiredTime":5})",
       "gives keys that expired at 1970-01-01T00:00:05Z: it is 2026-03-01T10:00:00Z by our clock"},
      {"reader",
       R"({"Code":"Success","TmpSecretId":"i","TmpSecretKey":"k","Token":"t","ExpiredTime":9223372036854775807})",
       "gives temporary keys and does not say when they expire"},
      {"reader", R"({"Code":"Success","TmpSecretId":"i","TmpSecretKey":"k","ExpiredTime":1772366400})",
       "gives temporary keys without a token"},
      {"reader",
       R"({"Code":"Success","TmpSecretId":"i\r\nX: y","TmpSecretKey":"k","Token":"t","ExpiredTime":1772366400})",
       "gives keys with a space or another character that no key has"},
  }));
  KeyBench bench(metadata(role, keys));
  CHECK(failure(bench, CredentialsSource::instance_role) == "the metadata service 169.254.0.23 " + sentence);
}

TEST_CASE("a role is assumed with the keys of any source, at the account's site", "[tencent][tencent_keys]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::says(sts_keys); });
  bench.variables = {{"TENCENTCLOUD_SECRET_ID", "i"}, {"TENCENTCLOUD_SECRET_KEY", "k"}};
  AccountConfig config = account(CredentialsSource::environment);
  config.international = true;
  config.credentials.assume_role = {"qcs::cam::uin/1:roleName/r", "", "e"};
  const auto keys = provider(bench, config);
  REQUIRE(keys->get({}));
  CHECK(*keys->get({}) == Credentials{"tmp", Secret("k"), Secret("t"), parse_utc("2026-03-01T12:00:00Z")});
  REQUIRE(bench.asked.size() == 1);
  const auto& asked = bench.asked[0];
  CHECK(asked.endpoint == Endpoint{.tls = true, .host = "sts.intl.tencentcloudapi.com", .port = 443});
  CHECK(asked.header("X-TC-Action") == "AssumeRole");
  CHECK(asked.header("X-TC-Version") == "2018-08-13");
  CHECK(asked.header("X-TC-Region") == "ap-singapore");
  CHECK(asked.header("Authorization").starts_with("TC3-HMAC-SHA256 Credential=i/2026-03-01/sts/tc3_request, "));
  CHECK(asked.request.body == R"({"DurationSeconds":7200,"ExternalId":"e","RoleArn":"qcs::cam::uin/1:roleName/r",)"
                              R"("RoleSessionName":"taskqueue_exporter"})");
}

TEST_CASE("a refused role says which, where and why", "[tencent][tencent_keys]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) {
    return KeyBench::says(
        R"({"Response":{"Error":{"Code":"UnauthorizedOperation","Message":"not you"},"RequestId":"r-1"}})");
  });
  bench.variables = {{"TENCENTCLOUD_SECRET_ID", "i"}, {"TENCENTCLOUD_SECRET_KEY", "k"}};
  AccountConfig config = account(CredentialsSource::environment);
  config.credentials.assume_role = {"arn", "s", ""};
  const auto keys = provider(bench, config)->get({});
  REQUIRE_FALSE(keys);
  CHECK(keys.error().kind == FailureKind::credentials);
  CHECK(keys.error().code == "UnauthorizedOperation");
  CHECK(keys.error().request_id == "r-1");
  CHECK(keys.error().sentence == "AssumeRole of arn at sts.tencentcloudapi.com failed: UnauthorizedOperation: not you");
}

TEST_CASE("the token of a TKE pod is exchanged without a signature, and read anew each time",
          "[tencent][tencent_keys]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::says(sts_keys); });
  const std::string file = bench.write("token", "first\n");
  CHECK(failure(bench, CredentialsSource::oidc) == "the environment does not hold TKE_PROVIDER_ID");
  bench.variables.insert({{"TKE_REGION", "ap-shanghai"},
                          {"TKE_PROVIDER_ID", "p"},
                          {"TKE_WEB_IDENTITY_TOKEN_FILE", file},
                          {"TKE_ROLE_ARN", "arn"}});
  const auto keys = provider(bench, account(CredentialsSource::oidc));
  REQUIRE(keys->get({}));
  CHECK(bench.asked[0].header("Authorization") == "SKIP");
  CHECK(bench.asked[0].header("X-TC-Region") == "ap-shanghai");
  CHECK(bench.asked[0].request.body ==
        R"({"DurationSeconds":7200,"ProviderId":"p","RoleArn":"arn","RoleSessionName":"taskqueue_exporter",)"
        R"("WebIdentityToken":"first"})");
  bench.write("token", "second");
  bench.clock.advance(std::chrono::minutes{116});
  REQUIRE(keys->get({}));
  CHECK(bench.asked[1].request.body.find(R"("WebIdentityToken":"second")") != std::string::npos);
  std::filesystem::remove(file);
  bench.clock.advance(std::chrono::hours{3});
  CHECK(keys->get({}).error().sentence == file + " does not exist");
}

TEST_CASE("a profile is read from the SDKs' file or the command line tool's, as it is now", "[tencent][tencent_keys]") {
  KeyBench bench;
  bench.write(".tccli/default.credential", R"({"secretId":"tool","secretKey":"k","token":"t"})");
  const auto keys = provider(bench, account(CredentialsSource::profile));
  REQUIRE(keys->get({}));
  CHECK(*keys->get({}) == Credentials{"tool", Secret("k"), Secret("t")});
  const std::string file = bench.write(".tencentcloud/credentials",
                                       "[default]\nsecret_id=sdk\nsecret_key=k\n[b]\nsecret_id=b\nsecret_key=k\n");
  CHECK(keys->get({})->id == "sdk");
  bench.variables["TENCENTCLOUD_PROFILE"] = "b";
  CHECK(keys->get({})->id == "b");
  bench.variables["TENCENTCLOUD_CREDENTIALS_FILE"] = bench.write("elsewhere", "[b]\nsecret_id=\n");
  CHECK(keys->get({}).error().sentence ==
        "profile b in " + bench.variables["TENCENTCLOUD_CREDENTIALS_FILE"] + " gives no key id");
}

TEST_CASE("a profile with a role assumes it", "[tencent][tencent_keys]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::says(sts_keys); });
  bench.write(".tencentcloud/credentials", "[default]\nsecret_id=i\nsecret_key=k\nrole_arn=arn\n");
  CHECK(failure(bench, CredentialsSource::profile) == "keys tmp");
  CHECK(bench.asked[0].header("X-TC-Action") == "AssumeRole");
}
