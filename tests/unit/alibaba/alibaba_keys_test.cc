#include "exporter/alibaba/alibaba_keys.h"

#include "exporter/api/key_ways.h"
#include "tests/catch.h"
#include "tests/unit/key_bench.h"

using namespace taskqueue;

namespace {

AccountConfig account(CredentialsSource source) {
  AccountConfig account;
  account.name = "ali";
  account.provider = "alibaba";
  account.credentials.source = source;
  return account;
}

std::shared_ptr<CredentialsProvider> provider(const KeyBench& bench, const AccountConfig& config) {
  return make_credentials(config, std::make_shared<AlibabaKeys>(config, bench.parts), bench.parts);
}

std::string outcome(const KeyBench& bench, const AccountConfig& config) {
  const auto keys = provider(bench, config)->get({});
  return keys ? "keys " + keys->id : keys.error().sentence;
}

const std::string good_keys = R"({"Code":"Success","AccessKeyId":"STS.tmp","AccessKeySecret":"k","SecurityToken":"t",)"
                              R"("Expiration":"2026-03-01T12:00:00Z","LastUpdated":"2026-03-01T06:00:00Z"})";
const std::string sts_keys =
    R"({"RequestId":"r","Credentials":{"AccessKeyId":"STS.tmp","AccessKeySecret":"k","SecurityToken":"t",)"
    R"("Expiration":"2026-03-01T12:00:00Z"}})";
const Credentials expected{"STS.tmp", Secret("k"), Secret("t"), parse_utc("2026-03-01T12:00:00Z")};
const std::string folder = "/latest/meta-data/ram/security-credentials/";

/// A metadata service with the role `reader` that answers the PUT with `token_status` and reads only with these tokens.
KeyBench::Answerer metadata(int token_status, std::vector<std::string> accepted) {
  return [=](const Endpoint&, const HttpRequest& request) -> KeyBench::Answer {
    if (request.method == "PUT") return KeyBench::says("the-token", token_status);
    std::string token;
    for (const Header& each : request.headers) {
      if (each.name == "X-aliyun-ecs-metadata-token") token = each.value;
    }
    if (std::ranges::find(accepted, token) == accepted.end()) return KeyBench::says("", 403);
    if (request.target == folder) return KeyBench::says("reader");
    return request.target == folder + "reader" ? KeyBench::says(good_keys) : KeyBench::says("", 404);
  };
}

}  // namespace

TEST_CASE("the role of an ECS instance gives keys, asked for with a token", "[alibaba][alibaba_keys]") {
  KeyBench bench(metadata(200, {"the-token"}));
  const auto keys = provider(bench, account(CredentialsSource::instance_role))->get({});
  REQUIRE(keys);
  CHECK(*keys == expected);
  REQUIRE(bench.asked.size() == 3);
  CHECK(bench.asked[0].endpoint == Endpoint{.tls = false, .host = "100.100.100.200", .port = 80});
  CHECK(bench.asked[0].request.target == "/latest/api/token");
  CHECK(bench.asked[0].header("X-aliyun-ecs-metadata-token-ttl-seconds") == "21600");
}

TEST_CASE("where no token is to be had, the role is asked for without", "[alibaba][alibaba_keys]") {
  KeyBench bench(metadata(404, {""}));
  CHECK(outcome(bench, account(CredentialsSource::instance_role)) == "keys STS.tmp");
  KeyBench lost(metadata(200, {""}));
  CHECK(outcome(lost, account(CredentialsSource::instance_role)) == "keys STS.tmp");
  bench.variables["ALIBABA_CLOUD_IMDSV1_DISABLED"] = "true";
  CHECK(outcome(bench, account(CredentialsSource::instance_role)) ==
        "the metadata service 100.100.100.200 answers HTTP 404 to /latest/api/token");
}

TEST_CASE("the environment names the role or forbids the metadata service", "[alibaba][alibaba_keys]") {
  KeyBench bench(metadata(200, {"the-token"}));
  bench.variables["ALIBABA_CLOUD_ECS_METADATA"] = "reader";
  CHECK(outcome(bench, account(CredentialsSource::instance_role)) == "keys STS.tmp");
  CHECK(bench.asked.size() == 2);
  bench.variables["ALIBABA_CLOUD_ECS_METADATA"] = "a/b";
  CHECK(outcome(bench, account(CredentialsSource::instance_role)) ==
        "the metadata service 100.100.100.200 answers with no role's name");
  bench.variables["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "true";
  CHECK(outcome(bench, account(CredentialsSource::instance_role)) == "ALIBABA_CLOUD_ECS_METADATA_DISABLED is true");
}

TEST_CASE("a role is assumed in the region that the environment names", "[alibaba][alibaba_keys]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::says(sts_keys); });
  bench.variables = {{"ALIBABA_CLOUD_ACCESS_KEY_ID", "i"}, {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "k"}};
  AccountConfig config = account(CredentialsSource::environment);
  config.credentials.assume_role = {"acs:ram::1:role/r", "s", "e"};
  CHECK(outcome(bench, config) == "keys STS.tmp");
  CHECK(bench.asked[0].endpoint.host == "sts.aliyuncs.com");
  CHECK(bench.asked[0].request.target ==
        "/?DurationSeconds=3600&ExternalId=e&RoleArn=acs%3Aram%3A%3A1%3Arole%2Fr&RoleSessionName=s");
  CHECK(bench.asked[0].header("x-acs-action") == "AssumeRole");
  CHECK(bench.asked[0].header("x-acs-version") == "2015-04-01");
  bench.variables["ALIBABA_CLOUD_STS_REGION"] = "cn-hangzhou";
  CHECK(outcome(bench, config) == "keys STS.tmp");
  CHECK(bench.asked[1].endpoint.host == "sts.cn-hangzhou.aliyuncs.com");
  bench.variables["ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"] = "true";
  CHECK(outcome(bench, config) == "keys STS.tmp");
  CHECK(bench.asked[2].endpoint.host == "sts-vpc.cn-hangzhou.aliyuncs.com");
  config.sts_endpoint = Endpoint{.tls = true, .host = "sts.inside", .port = 8443};
  CHECK(outcome(bench, config) == "keys STS.tmp");
  CHECK(bench.asked[3].endpoint.host == "sts.inside");
}

TEST_CASE("the token of a pod with RRSA is exchanged without a signature, in the body", "[alibaba][alibaba_keys]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::says(sts_keys); });
  const std::string file = bench.write("token", "the+token\n");
  CHECK(outcome(bench, account(CredentialsSource::oidc)) ==
        "the environment does not hold ALIBABA_CLOUD_OIDC_TOKEN_FILE");
  bench.variables.insert({{"ALIBABA_CLOUD_OIDC_TOKEN_FILE", file},
                          {"ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "p"},
                          {"ALIBABA_CLOUD_ROLE_ARN", "arn"}});
  CHECK(outcome(bench, account(CredentialsSource::oidc)) == "keys STS.tmp");
  CHECK(bench.asked[0].request.target ==
        "/?Action=AssumeRoleWithOIDC&Format=JSON&Timestamp=2026-03-01T10%3A00%3A00Z&Version=2015-04-01");
  CHECK(bench.asked[0].request.body ==
        "DurationSeconds=3600&OIDCProviderArn=p&OIDCToken=the%2Btoken&RoleArn=arn&RoleSessionName=taskqueue_exporter");
  CHECK(bench.asked[0].header("Authorization").empty());
}

TEST_CASE("the command line tool's profiles lead to keys in the ways that they name", "[alibaba][alibaba_keys]") {
  KeyBench bench([](const Endpoint& endpoint, const HttpRequest& request) -> KeyBench::Answer {
    if (endpoint.host == "100.100.100.200") return metadata(200, {"the-token"})(endpoint, request);
    return KeyBench::says(sts_keys);
  });
  bench.write("token", "t");
  bench.write(".aliyun/config.json", R"({"current": "ak", "profiles": [
    {"name": "ak", "mode": "AK", "access_key_id": "i", "access_key_secret": "k"},
    {"name": "sts", "mode": "StsToken", "access_key_id": "s", "access_key_secret": "k", "sts_token": "t"},
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "i", "access_key_secret": "k", "ram_role_arn": "arn",
     "ram_session_name": "me"},
    {"name": "ecs", "mode": "EcsRamRole", "ram_role_name": "reader"},
    {"name": "chained", "mode": "ChainableRamRoleArn", "source_profile": "ak", "ram_role_arn": "arn2"},
    {"name": "round", "mode": "ChainableRamRoleArn", "source_profile": "round", "ram_role_arn": "arn"},
    {"name": "sso", "mode": "CloudSSO"}]})");
  AccountConfig config = account(CredentialsSource::profile);
  const auto [name, result] = GENERATE(table<std::string, std::string>({
      {"", "keys i"},
      {"sts", "keys s"},
      {"role", "keys STS.tmp"},
      {"ecs", "keys STS.tmp"},
      {"chained", "keys STS.tmp"},
  }));
  CAPTURE(name);
  config.credentials.profile = name;
  CHECK(outcome(bench, config) == result);
  config.credentials.profile = "round";
  CHECK(outcome(bench, config).find("cannot be used here") != std::string::npos);
  config.credentials.profile = "sso";
  CHECK(outcome(bench, config) == "profile sso in " + bench.variables["HOME"] +
                                      "/.aliyun/config.json: its mode CloudSSO cannot be used here: AK, StsToken, "
                                      "RamRoleArn, EcsRamRole, OIDC and ChainableRamRoleArn can");
}

TEST_CASE("the SDKs' INI file is read where the tool's has no such profile", "[alibaba][alibaba_keys]") {
  KeyBench bench([](const Endpoint&, const HttpRequest&) { return KeyBench::says(sts_keys); });
  bench.write(
      ".alibabacloud/credentials",
      "[default]\ntype = access_key\naccess_key_id = i\naccess_key_secret = k\n"
      "[r]\ntype = ram_role_arn\naccess_key_id = i\naccess_key_secret = k\nrole_arn = arn\nrole_session_name = s\n"
      "[b]\ntype = bearer\n");
  AccountConfig config = account(CredentialsSource::profile);
  CHECK(outcome(bench, config) == "keys i");
  bench.variables["ALIBABA_CLOUD_PROFILE"] = "r";
  CHECK(outcome(bench, config) == "keys STS.tmp");
  config.credentials.profile = "b";
  CHECK(outcome(bench, config).find("its type bearer cannot be used here") != std::string::npos);
  config.credentials.profile = "none";
  const std::string home = bench.variables["HOME"];
  CHECK(outcome(bench, config) == "no profile none: " + home + "/.aliyun/config.json does not exist, " + home +
                                      "/.alibabacloud/credentials has no profile none");
}

TEST_CASE("the last source of the chain is an address that the environment names", "[alibaba][alibaba_keys]") {
  KeyBench bench([](const Endpoint& endpoint, const HttpRequest& request) -> KeyBench::Answer {
    if (endpoint.host != "127.0.0.1") return KeyBench::nobody();
    return request.target == "/keys?for=me" ? KeyBench::says(good_keys) : KeyBench::says("", 404);
  });
  bench.variables["ALIBABA_CLOUD_CREDENTIALS_URI"] = "http://127.0.0.1:99/keys?for=me";
  CHECK(outcome(bench, account(CredentialsSource::chain)) == "keys STS.tmp");
  bench.variables["ALIBABA_CLOUD_CREDENTIALS_URI"] = "http://keys.example/keys";
  CHECK(outcome(bench, account(CredentialsSource::chain))
            .ends_with("URI: ALIBABA_CLOUD_CREDENTIALS_URI leads off this machine without encryption: use https://"));
}
