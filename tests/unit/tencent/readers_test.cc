#include <map>

#include "exporter/tally/sighting.h"
#include "exporter/tencent/mps_reader.h"
#include "exporter/tencent/task_item.h"
#include "exporter/tencent/vod_reader.h"
#include "tests/catch.h"
#include "tests/unit/tencent/canned_cloud.h"

using namespace taskqueue;

namespace {

Json item(const std::string& id, const std::string& finished = "2026-03-01T09:00:00Z") {
  return {{"TaskId", id},
          {"TaskType", "WorkflowTask"},
          {"SubTaskTypes", {"action-trans"}},
          {"CreateTime", "2026-03-01T08:00:00Z"},
          {"BeginProcessTime", "2026-03-01T08:30:00Z"},
          {"FinishTime", finished}};
}

Json items(std::initializer_list<Json> all) {
  return {{"TaskSet", Json::array_t(all)}, {"ScrollToken", ""}, {"TotalCount", all.size()}, {"RequestId", "r"}};
}

/// Everything a reader passes, merged.
std::map<std::string, Task> read(TaskReader& reader) {
  Sighting sighting;
  const TaskSink sink = [&](Task task) { sighting.add(std::move(task)); };
  CHECK(reader.live({}, sink));
  CHECK(reader.ended(sink));
  return {sighting.tasks().begin(), sighting.tasks().end()};
}

/// MPS with one failed, one succeeded task, and how it takes the newer parameter.
enum class Newer { known, refused, ignored };

Json mps(const Json& asked, Newer newer, const std::string& refusal = "") {
  const std::string status = asked.at("Status").get<std::string>();
  if (status == "WAITING") return items({item("w", "0000-00-00T00:00:00Z")});
  if (status == "PROCESSING") return items({item("p", "")});
  if (asked.contains("SubTaskHasFailed")) {
    if (newer == Newer::refused) return error_answer(refusal);
    if (newer == Newer::known) return asked["SubTaskHasFailed"] == true ? items({item("f")}) : items({item("s")});
  }
  return items({item("f"), item("s")});
}

}  // namespace

TEST_CASE("MPS tells outcomes where it lists failed and other tasks apart", "[tencent][mps_reader]") {
  CannedCloud cloud([](const Json& asked) { return mps(asked, Newer::known); });
  MpsReader reader(cloud.client());
  const auto tasks = read(reader);
  REQUIRE(tasks.size() == 4);
  CHECK(tasks.at("w").phase == Phase::queued);
  CHECK_FALSE(tasks.at("w").ended);
  CHECK(tasks.at("p").phase == Phase::running);
  CHECK(tasks.at("f").phase == Phase::failed);
  CHECK(tasks.at("s").phase == Phase::succeeded);
  CHECK(tasks.at("s").status == "FINISH");
  CHECK(reader.vocabulary().outcomes == std::vector{Phase::succeeded, Phase::failed});
}

TEST_CASE("an MPS that does not know the parameter, or ignores it, leaves outcomes untold and is not asked again",
          "[tencent][mps_reader]") {
  const auto newer = GENERATE(Newer::refused, Newer::ignored);
  const auto refusal = GENERATE(as<std::string>{}, "UnknownParameter", "InvalidParameter", "InvalidParameterValue");
  CannedCloud cloud([&](const Json& asked) { return mps(asked, newer, refusal); });
  MpsReader reader(cloud.client());
  const auto tasks = read(reader);
  REQUIRE(tasks.size() == 4);
  CHECK(tasks.at("f").phase == Phase::ended);
  CHECK(tasks.at("s").phase == Phase::ended);
  CHECK(reader.vocabulary().outcomes == std::vector{Phase::ended});
  cloud.asked.clear();
  read(reader);
  CHECK(cloud.asked.size() == 3);
}

TEST_CASE("an MPS that told outcomes and refuses to once is believed to be at fault, not to have forgotten how",
          "[tencent][mps_reader]") {
  auto newer = Newer::known;
  CannedCloud cloud([&](const Json& asked) { return mps(asked, newer, "InvalidParameter"); });
  MpsReader reader(cloud.client());
  read(reader);
  const TaskSink ignore = [](const Task&) {};
  SECTION("once") {
    newer = Newer::refused;
    CHECK_FALSE(reader.ended(ignore));
    newer = Newer::known;
    CHECK(read(reader).at("f").phase == Phase::failed);
  }
  SECTION("for good") {
    newer = Newer::refused;
    CHECK_FALSE(reader.ended(ignore));
    CHECK_FALSE(reader.ended(ignore));
    CHECK(read(reader).at("f").phase == Phase::ended);
  }
}

TEST_CASE("a task that ended after outcomes were asked for waits, unless it ended long ago", "[tencent][mps_reader]") {
  CannedCloud cloud([&](const Json& asked) {
    if (asked["Status"] != "FINISH" || asked.contains("SubTaskHasFailed")) return items({});
    return items(
        {item("old", "2026-03-01T09:00:00Z"), item("new", "2026-03-01T09:59:58Z"), item("x", "2026-03-01T10:00:00Z")});
  });
  MpsReader reader(cloud.client());
  const auto tasks = read(reader);
  REQUIRE(tasks.contains("old"));
  CHECK(tasks.at("old").phase == Phase::ended);
  CHECK_FALSE(tasks.contains("new"));
  CHECK_FALSE(tasks.contains("x"));
}

TEST_CASE("VOD is asked for every task without a status, so that aborted ones are seen", "[tencent][vod_reader]") {
  CannedCloud cloud([](const Json& asked) {
    CHECK(asked["SubAppId"] == 1500000001);
    Json waiting = item("1", "0001-01-01T00:00:00Z"), aborted = item("2"), odd = item("3");
    waiting["Status"] = "WAITING";
    aborted["Status"] = "ABORTED";
    odd["Status"] = "DREAMING";
    if (!asked.contains("Status")) return items({waiting, aborted, odd});
    return asked["Status"] == "WAITING" ? items({waiting}) : items({});
  });
  VodReader reader(cloud.client(), 1500000001);
  const auto tasks = read(reader);
  REQUIRE(tasks.size() == 3);
  CHECK(tasks.at("1").phase == Phase::queued);
  CHECK(tasks.at("2").phase == Phase::cancelled);
  CHECK(tasks.at("3").phase == Phase::unknown);
  CHECK(tasks.at("3").status == "DREAMING");
}

TEST_CASE("a VOD that wants a status is asked for the ended tasks", "[tencent][vod_reader]") {
  CannedCloud cloud([](const Json& asked) {
    if (!asked.contains("Status")) return error_answer("InvalidParameterValue.Status");
    return asked["Status"] == "FINISH" ? items({item("1")}) : items({});
  });
  VodReader reader(cloud.client(), std::nullopt);
  const auto tasks = read(reader);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks.at("1").phase == Phase::ended);
}

TEST_CASE("VOD without a sub-application does not send one", "[tencent][vod_reader]") {
  CannedCloud cloud([](const Json& asked) {
    CHECK_FALSE(asked.contains("SubAppId"));
    return items({});
  });
  VodReader reader(cloud.client(), std::nullopt);
  CHECK(read(reader).empty());
}

TEST_CASE("an item's null, absent and odd fields are not there", "[tencent][task_item]") {
  const Task task = read_task(
      *parse_json(R"({"TaskId":"1","TaskType":null,"CreateTime":null,"BeginProcessTime":5,"FinishTime":"soon"})"),
      "FINISH");
  CHECK(task.type == "unknown");
  CHECK(task.status == "FINISH");
  CHECK(task.phase == Phase::ended);
  CHECK_FALSE(task.created);
  CHECK_FALSE(task.began);
  CHECK_FALSE(task.ended);
}

TEST_CASE("VOD asks a task's detail how it ended where that is wanted", "[tencent][vod_reader]") {
  CannedCloud cloud([](const Json& asked) {
    CHECK(asked["SubAppId"] == 1500000001);
    return Json{{"Status", "FINISH"}, {"EditMediaTask", {{"ErrCode", asked["TaskId"] == "bad" ? 60000 : 0}}}};
  });
  VodReader reader(cloud.client({"DescribeTasks", "DescribeTaskDetail"}), 1500000001, true);
  CHECK(reader.abilities().has_outcomes);
  CHECK(reader.outcome("good").value() == Phase::succeeded);
  CHECK(reader.outcome("bad").value() == Phase::failed);
  CHECK(VodReader(cloud.client(), std::nullopt).vocabulary().outcomes == std::vector{Phase::ended, Phase::cancelled});
}
