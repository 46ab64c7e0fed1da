// ECS through the whole cloud: both signatures, JSON and XML.
#include "exporter/simulator/ecs.h"

#include <set>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct EcsFixture {
  ManualClock clock{noon};
  Cloud cloud{small_cloud(), clock};
  int nonces = 0;

  EcsFixture() { clock.advance(minutes{8}); }
  std::string nonce() { return "nonce-" + std::to_string(++nonces); }
  Answer answer(Pairs pairs) {
    pairs.emplace_back("RegionId", "cn-hangzhou");
    return cloud.handle(acs3_request(pairs, clock.wall_now(), nonce()));
  }
  Json ask(const Pairs& pairs) { return Json::parse(answer(pairs).body); }
  std::vector<Json> all(Pairs pairs) {
    std::vector<Json> items;
    pairs.emplace_back("PageSize", "33");
    for (int page = 1;; ++page) {
      Pairs numbered = pairs;
      numbered.emplace_back("PageNumber", std::to_string(page));
      const Json response = ask(numbered);
      const Json& tasks = response.at("TaskSet").at("Task");
      items.insert(items.end(), tasks.begin(), tasks.end());
      if (tasks.empty()) {
        CHECK(response.at("TotalCount") == items.size());
        return items;
      }
    }
  }
  Answer rpc(Pairs pairs) { return cloud.handle(rpc_request(std::move(pairs), clock.wall_now(), nonce())); }
};

const Pairs describe{{"Action", "DescribeTasks"}, {"RegionId", "cn-hangzhou"}};

Pairs with(Pairs pairs, const std::string& name, const std::string& value) {
  pairs.emplace_back(name, value);
  return pairs;
}

}  // namespace

TEST_CASE("all pages together are the truth", "[simulator][ecs]") {
  EcsFixture f;
  std::map<std::string, std::uint64_t> expected;
  const Json truth = truth_of(f.cloud, "ecs");
  for (const Json& row : truth.at("tasks")) {
    expected[row.at("type").get<std::string>() + row.at("status").get<std::string>()] +=
        row.at("count").get<std::uint64_t>();
  }
  std::map<std::string, std::uint64_t> listed;
  std::set<std::string> ids;
  for (const Json& item : f.all({})) {
    ++listed[item.at("TaskAction").get<std::string>() + item.at("TaskStatus").get<std::string>()];
    ids.insert(item.at("TaskId").get<std::string>());
    CHECK(item.at("CreationTime").get<std::string>().size() == 17);
    const auto status = item.at("TaskStatus").get<std::string>();
    CHECK(item.contains("FinishedTime") == (status != "Waiting" && status != "Processing"));
  }
  CHECK(listed == expected);
  CHECK(ids.size() == truth.at("total"));
}

TEST_CASE("only three words filter by status; others are not heeded", "[simulator][ecs]") {
  EcsFixture f;
  std::map<std::string, std::size_t> counts;
  const auto everything = f.all({});
  for (const Json& item : everything) ++counts[item.at("TaskStatus").get<std::string>()];
  for (const char* status : {"Finished", "Processing", "Failed"}) {
    CHECK(f.all({{"TaskStatus", status}}).size() == counts[status]);
  }
  CHECK(counts.at("Waiting") > 0);
  CHECK(f.all({{"TaskStatus", "Waiting"}}).size() == everything.size());
}

TEST_CASE("tasks can be asked for by id, action and creation", "[simulator][ecs]") {
  EcsFixture f;
  const auto everything = f.all({});
  const auto id = [&](std::size_t i) { return everything.at(i).at("TaskId").get<std::string>(); };
  CHECK(f.all({{"TaskIds", id(3) + "," + id(70) + ",t-none"}}).size() == 2);
  std::size_t edits = 0;
  for (const Json& item : everything) edits += item.at("TaskAction") == "EditMediaTask" ? 1U : 0U;
  CHECK(f.all({{"TaskAction", "EditMediaTask"}}).size() == edits);
  std::size_t since = 0;
  for (const Json& item : everything) since += item.at("CreationTime") >= "2024-05-01T12:03Z" ? 1U : 0U;
  CHECK(f.all({{"StartTime", "2024-05-01T12:03:00Z"}}).size() == since);
  CHECK(since > 10);
}

TEST_CASE("RPC answers are XML unless JSON is asked for", "[simulator][ecs]") {
  EcsFixture f;
  const Answer xml = f.rpc(describe);
  CHECK(xml.status == 200);
  CHECK(xml.body.find("<DescribeTasksResponse>") != std::string::npos);
  CHECK(xml.body.find("<TaskSet><Task><CreationTime>") != std::string::npos);
  const Json json = Json::parse(f.rpc(with(describe, "Format", "JSON")).body);
  CHECK(json.at("TaskSet").at("Task").size() == 10);
  CHECK(json.at("RegionId") == "cn-hangzhou");
}

TEST_CASE("errors are at the top level, with a status of their own", "[simulator][ecs]") {
  EcsFixture f;
  const auto failing = [](const Answer& answer) {
    return std::to_string(answer.status) + " " + Json::parse(answer.body).at("Code").get<std::string>();
  };
  const Pairs json = with(describe, "Format", "JSON");
  const Pairs nowhere{{"Action", "DescribeTasks"}, {"Format", "JSON"}};
  CHECK(failing(f.rpc(nowhere)) == "400 MissingParameter");
  CHECK(failing(f.rpc(with(nowhere, "RegionId", "mars"))) == "400 InvalidRegionId.NotFound");
  CHECK(failing(f.rpc(with(json, "PageSize", "101"))) == "400 InvalidParameter");
  CHECK(failing(f.rpc({{"Action", "DescribeNothing"}, {"Format", "JSON"}})) == "404 InvalidAction.NotFound");
  const WallTime now = f.clock.wall_now();
  CHECK(failing(f.cloud.handle(rpc_request(json, now, "n1", {.id = "LTAInone"}))) == "404 InvalidAccessKeyId.NotFound");
  CHECK(failing(f.cloud.handle(rpc_request(json, now, "n2", {.key = "wrong"}))) == "400 SignatureDoesNotMatch");
  CHECK(failing(f.cloud.handle(rpc_request(json, now - seconds{901}, "n3"))) == "400 InvalidTimeStamp.Expired");
  CHECK(f.rpc({{"Action", "DescribeTasks"}}).body.find("<Error><Code>MissingParameter</Code>") != std::string::npos);
}

TEST_CASE("a nonce works once, in either signature", "[simulator][ecs]") {
  EcsFixture f;
  const Request rpc = rpc_request(with(describe, "Format", "JSON"), f.clock.wall_now(), "again");
  CHECK(f.cloud.handle(rpc).status == 200);
  CHECK(Json::parse(f.cloud.handle(rpc).body).at("Code") == "SignatureNonceUsed");
  const Request acs3 = acs3_request({{"RegionId", "cn-hangzhou"}}, f.clock.wall_now(), "other");
  CHECK(f.cloud.handle(acs3).status == 200);
  CHECK(Json::parse(f.cloud.handle(acs3).body).at("Code") == "SignatureNonceUsed");
  // A refused request uses no nonce up.
  CHECK(f.cloud.handle(rpc_request(describe, f.clock.wall_now(), "third", {.key = "wrong"})).status == 400);
  CHECK(f.cloud.handle(rpc_request(describe, f.clock.wall_now(), "third")).status == 200);
}

TEST_CASE("over the limit everything is refused until the minute ends", "[simulator][ecs]") {
  EcsFixture f;
  control(f.cloud, "POST", "limits", R"({"ecs.DescribeTasks": 2})");
  CHECK(f.answer({}).status == 200);
  CHECK(f.answer({}).status == 200);
  CHECK(f.ask({}).at("Code") == "Throttling.User");
  f.clock.advance(seconds{30});
  CHECK(f.ask({}).at("Code") == "Throttling.User");
  f.clock.advance(seconds{30});
  CHECK(f.answer({}).status == 200);
}

TEST_CASE("a fault can say when to come back", "[simulator][ecs]") {
  EcsFixture f;
  control(f.cloud, "POST", "faults",
          R"([{"service": "ecs", "kind": "error", "code": "Throttling", "status": 429, "retry_after_ms": 1500}])");
  const Answer answer = f.answer({});
  CHECK(answer.status == 429);
  CHECK(Json::parse(answer.body).at("Code") == "Throttling");
  CHECK(std::find(answer.headers.begin(), answer.headers.end(), Header{"x-acs-retry-after", "1500"}) !=
        answer.headers.end());
}

TEST_CASE("the first sample's form of TaskSet can be had", "[simulator][ecs]") {
  EcsFixture f;
  control(f.cloud, "POST", "quirks", R"({"service": "ecs", "array_of_objects": true, "real_booleans": true})");
  const Json set = f.ask({}).at("TaskSet");
  REQUIRE(set.is_array());
  CHECK(set.at(0).at("Task").at(0).at("SupportCancel").is_boolean());
}

}  // namespace taskqueue::simulator
