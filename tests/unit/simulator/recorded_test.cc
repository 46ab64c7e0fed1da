#include "exporter/simulator/recorded.h"

#include <fstream>
#include <sstream>

#include "exporter/simulator/demo.h"
#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

Json golden(const std::string& name) {
  std::ifstream file(std::string(TEST_DATA) + "/golden/answers/" + name + ".json");
  REQUIRE(file);
  return Json::parse(file);
}

const TencentKey seed_key{.id = "AKIDseed000000000000000000000000001", .key = "seed-key-of-no-worth"};

struct RecordedFixture {
  ManualClock clock{noon};
  Cloud cloud{seed_cloud(), clock};

  Json body(const TencentCall& call, const Json& parameters) {
    return Json::parse(cloud.handle(tencent_request(call, parameters.dump(), clock.wall_now(), seed_key)).body);
  }
};

}  // namespace

TEST_CASE("the seed cloud gives the vendors' examples, word for word", "[simulator][recorded]") {
  RecordedFixture f;
  CHECK(f.body(mps(), {{"Status", "FINISH"}, {"Limit", "5"}}) == golden("mps-finish-1"));
  CHECK(f.body(mps(), {{"Status", "FINISH"}, {"ScrollToken", "taskId6"}, {"Limit", "5"}}) == golden("mps-finish-2"));
  CHECK(f.body(mps(), {{"Status", "PROCESSING"}, {"Limit", "5"}}) == golden("mps-processing"));
  CHECK(f.body(vod(), {{"Status", "FINISH"}, {"Limit", 5}}) == golden("vod-finish-1"));
  CHECK(f.body(vod(), {{"Status", "FINISH"}, {"ScrollToken", "taskId6"}}) == golden("vod-finish-2"));
  CHECK(f.body(vod(), {{"Status", "PROCESSING"}}) == golden("vod-processing"));
  CHECK(f.body(batch("DescribeTask"), {{"JobId", "job-97zcl3wt"}, {"TaskName", "A"}}) == golden("batch-task"));
  const AlibabaKey key{.id = "LTAIseed000000000001", .key = "seed-ali-key-of-no-worth"};
  const Request ecs = acs3_request({{"RegionId", "cn-hangzhou"}}, f.clock.wall_now(), "n", key);
  CHECK(Json::parse(f.cloud.handle(ecs).body) == golden("ecs-tasks"));
}

TEST_CASE("what the pages have no example of is empty", "[simulator][recorded]") {
  RecordedFixture f;
  const Json waiting = f.body(mps(), {{"Status", "WAITING"}}).at("Response");
  CHECK(waiting.at("TaskSet").empty());
  CHECK(waiting.at("TotalCount") == 0);
  const Json after = f.body(vod(), {{"Status", "FINISH"}, {"ScrollToken", "token-test"}}).at("Response");
  CHECK(after.at("TaskSet").empty());
  CHECK(after.at("ScrollToken") == "token-test");
}

TEST_CASE("vod without Status gives all seven tasks of the examples", "[simulator][recorded]") {
  RecordedFixture f;
  const Json all = f.body(vod(), {{"Limit", 100}}).at("Response");
  CHECK(all.at("TaskSet").size() == 7);
  CHECK(all.at("ScrollToken") == "token-test");
}

TEST_CASE("the seed's mps knows the parameters of its page only", "[simulator][recorded]") {
  RecordedFixture f;
  CHECK(error_code(f.body(mps(), {{"Status", "FINISH"}, {"SubTaskHasFailed", true}}).at("Response")) ==
        "UnknownParameter");
}

}  // namespace taskqueue::simulator
