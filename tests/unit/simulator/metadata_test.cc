// The metadata and token services, and the temporary keys that they give out. The vendors' SDKs try the same in
// tests/witness.
#include "exporter/simulator/metadata.h"

#include "exporter/simulator/demo.h"
#include "exporter/simulator/token_service.h"
#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

const std::string cam = "/latest/meta-data/cam/security-credentials/";
const std::string ram = "/latest/meta-data/ram/security-credentials/";

std::string text(const Json& object, const char* name) { return object.at(name).get<std::string>(); }

struct Machine {
  Machine() : cloud(demo_cloud(), clock) {}
  Answer ask(const std::string& path, std::vector<Header> headers = {}, const std::string& method = "GET") {
    return cloud.handle({.method = method, .target = path, .headers = std::move(headers)});
  }
  Json keys(const std::string& path) { return Json::parse(ask(path).body); }
  void tell(const std::string& what, const std::string& json) {
    REQUIRE(cloud.handle({.method = "POST", .target = "/control/" + what, .body = json}).status == 200);
  }
  /// What the cloud says to a call with these keys; with their own token, or another.
  std::string code_with(const Json& tencent_keys) { return code_with(tencent_keys, text(tencent_keys, "Token")); }
  std::string code_with(const Json& tencent_keys, const std::string& token) {
    Request request = tencent_request({}, R"({"Status":"FINISH"})", clock.wall_now(),
                                      {text(tencent_keys, "TmpSecretId"), text(tencent_keys, "TmpSecretKey")});
    request.headers.push_back({"X-TC-Token", token});
    const Json response = Json::parse(cloud.handle(request).body)["Response"];
    return response.contains("Error") ? text(response["Error"], "Code") : "OK";
  }
  ManualClock clock{noon};
  Cloud cloud;
};

}  // namespace

TEST_CASE("a machine's keys open the cloud until they expire, with their token only", "[simulator][metadata]") {
  Machine machine;
  CHECK(machine.ask(cam).body == "taskqueue-reader");
  const Json keys = machine.keys(cam + "taskqueue-reader");
  CHECK(keys["Code"] == "Success");
  CHECK(keys["Expiration"] == "2024-05-01T18:00:00Z");
  CHECK(machine.code_with(keys) == "OK");
  CHECK(machine.code_with(keys, "") == "AuthFailure.TokenFailure");
  machine.clock.advance(std::chrono::hours{6});
  CHECK(machine.code_with(keys) == "AuthFailure.TokenFailure");
}

TEST_CASE("the metadata service keeps its keys until half of their life is over or they are revoked",
          "[simulator][metadata]") {
  Machine machine;
  const std::string path = cam + "taskqueue-reader";
  const Json first = machine.keys(path);
  machine.clock.advance(std::chrono::minutes{179});
  CHECK(machine.keys(path) == first);
  machine.clock.advance(std::chrono::minutes{2});
  const Json second = machine.keys(path);
  CHECK(second["TmpSecretId"] != first["TmpSecretId"]);
  CHECK(machine.code_with(first) == "OK");
  machine.tell("keys", R"({"revoke": true})");
  CHECK(machine.code_with(first) == "AuthFailure.TokenFailure");
  CHECK(machine.keys(path)["TmpSecretId"] != second["TmpSecretId"]);
  machine.tell("keys", R"({"life_seconds": 8, "revoke": true})");
  CHECK(machine.keys(path)["Expiration"] == "2024-05-01T15:01:08Z");
}

TEST_CASE("an ECS machine has tokens for its metadata, and may be told to want or not to know them",
          "[simulator][metadata]") {
  Machine machine;
  const std::string life = "X-aliyun-ecs-metadata-token-ttl-seconds";
  CHECK(machine.ask("/latest/api/token", {{life, "0"}}, "PUT").status == 400);
  CHECK(machine.ask("/latest/api/token", {{life, "21601"}}, "PUT").status == 400);
  CHECK(machine.ask("/latest/api/token").status == 405);
  const Answer token = machine.ask("/latest/api/token", {{life, "21600"}}, "PUT");
  REQUIRE(token.status == 200);
  CHECK(machine.ask(ram, {{"X-aliyun-ecs-metadata-token", token.body}}).body == "taskqueue-reader");
  CHECK(machine.ask(ram).status == 200);
  CHECK(machine.ask(ram, {{"X-aliyun-ecs-metadata-token", "wrong"}}).status == 403);
  machine.tell("metadata", R"({"version": 2})");
  CHECK(machine.ask(ram).status == 403);
  machine.tell("metadata", R"({"version": 1})");
  CHECK(machine.ask("/latest/api/token", {{life, "21600"}}, "PUT").status == 404);
}

TEST_CASE("a metadata service without a role knows nothing, and one that lies lies as told", "[simulator][metadata]") {
  Machine machine;
  machine.tell("metadata", R"({"role": "none"})");
  CHECK(machine.ask(cam).status == 404);
  machine.tell("metadata", R"({"lie": "expired"})");
  CHECK(machine.keys(cam + "taskqueue-reader")["Expiration"] == "2024-05-01T11:00:00Z");
  machine.tell("metadata", R"({"lie": "unknown_keys"})");
  const Json keys = machine.keys(cam + "taskqueue-reader");
  CHECK(machine.code_with(keys) == "AuthFailure.SecretIdNotFound");
  CHECK(machine.cloud.handle({.method = "POST", .target = "/control/metadata", .body = R"({"lie": "x"})"}).status ==
        400);
}

TEST_CASE("faults hit the metadata service by its name, and its requests are counted", "[simulator][metadata]") {
  Machine machine;
  machine.tell("faults", R"([{"service": "metadata", "action": "keys", "kind": "hang"}])");
  CHECK(machine.ask(cam).fault == WireFault::none);
  CHECK(machine.ask(cam + "taskqueue-reader").fault == WireFault::hang);
  const Json counted = Json::parse(machine.cloud.handle({.method = "GET", .target = "/control/requests"}).body);
  CHECK(counted["total"] == 2);
}

TEST_CASE("a role is given to who may assume it and says so rightly", "[simulator][token_service]") {
  const ManualClock clock(noon);
  const Estate estate(demo_cloud());
  KeyRing keys(estate);
  const RoleQuestion signed_by_media{.caller = estate.account("AKIDdemomedia0000000000000000000001"),
                                     .action = "AssumeRole",
                                     .estate = estate,
                                     .keys = keys,
                                     .now = noon};
  const Json right{{"RoleArn", "qcs::cam::uin/100000000001:roleName/taskqueue-reader"},
                   {"RoleSessionName", "me"},
                   {"ExternalId", "demo-external-id"}};
  const auto code = [&](const RoleQuestion& question, Json change) {
    Json parameters = right;
    parameters.update(change);
    const auto outcome = tencent_role_keys(question, parameters);
    return outcome ? std::string("OK") : outcome.error().code;
  };
  CHECK(code(signed_by_media, Json::object()) == "OK");
  CHECK(code(signed_by_media, {{"RoleArn", "other"}}) == "ResourceNotFound.RoleNotFound");
  CHECK(code(signed_by_media, {{"ExternalId", ""}}) == "UnauthorizedOperation");
  CHECK(code(signed_by_media, {{"DurationSeconds", 899}}) == "InvalidParameter.OverTimeError");
  CHECK(code(signed_by_media, {{"RoleSessionName", "a b"}}) == "InvalidParameter.ParamError");
  const RoleQuestion by_nobody{
      .caller = nullptr, .action = "AssumeRoleWithWebIdentity", .estate = estate, .keys = keys, .now = noon};
  CHECK(code(by_nobody, Json::object()) == "InvalidParameter.WebIdentityTokenError");
  CHECK(code(by_nobody, {{"ProviderId", "demo-cluster"}, {"WebIdentityToken", "demo-media-workload-token"}}) == "OK");
}

}  // namespace taskqueue::simulator
