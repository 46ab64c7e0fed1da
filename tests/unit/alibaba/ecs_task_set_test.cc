#include "exporter/alibaba/ecs_task_set.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;

namespace {

std::vector<Task> tasks_in(const std::string& answer) {
  std::vector<Task> tasks;
  read_task_set(*parse_json(answer), [&](Task task) { tasks.push_back(std::move(task)); });
  return tasks;
}

// The two tasks of the manual's sample, SupportCancel being a boolean as printed there.
const std::string two = R"([{"CreationTime": "2015-11-24T12:50Z", "FinishedTime": "2015-11-24T12:50Z",
  "SupportCancel": true, "TaskAction": "ImportImage", "TaskStatus": "Finished", "TaskId": "t-bp1hvgwromzv32iq****"},
  {"CreationTime": "2015-11-23T15:10Z", "FinishedTime": "2015-11-23T15:16Z",
  "SupportCancel": "true", "TaskAction": "IMPORT_IMAGE", "TaskStatus": "Finished", "TaskId": "t-bp179lofu2pv768w****"}])";

}  // namespace

TEST_CASE("the tasks are found in every shape of the set", "[alibaba][ecs_task_set]") {
  const auto set = GENERATE(values<std::string>({R"({"Task":)" + two + "}", R"([{"Task":)" + two + "}]", two}));
  const auto tasks = tasks_in(R"({"TotalCount":2,"TaskSet":)" + set + "}");
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0].id == "t-bp1hvgwromzv32iq****");
  CHECK(tasks[1].id == "t-bp179lofu2pv768w****");
  for (const Task& task : tasks) {
    CHECK(task.type == "ImportImage");
    CHECK(task.status == "Finished");
    CHECK(task.phase == Phase::succeeded);
    CHECK_FALSE(task.began);
  }
  CHECK(tasks[1].created == parse_utc("2015-11-23T15:10:00Z"));
  CHECK(tasks[1].ended == parse_utc("2015-11-23T15:16:00Z"));
}

TEST_CASE("a lone task is a set as well, and no set has no tasks", "[alibaba][ecs_task_set]") {
  CHECK(tasks_in(R"({"TaskSet":{"Task":{"TaskId":"t-1"}}})").size() == 1);
  CHECK(tasks_in(R"({"TaskSet":{"Task":[]}})").empty());
  CHECK(tasks_in(R"({"TaskSet":{"Task":null}})").empty());
  CHECK(tasks_in(R"({"TaskSet":[]})").empty());
  CHECK(tasks_in(R"({"TaskSet":null})").empty());
  CHECK(tasks_in(R"({"TaskSet":"none"})").empty());
  CHECK(tasks_in(R"({})").empty());
}

TEST_CASE("what a task lacks is not there, other spellings stay as sent", "[alibaba][ecs_task_set]") {
  const auto tasks = tasks_in(R"({"TaskSet":{"Task":[{"TaskId":"t-1","FinishedTime":"","SupportCancel":{}},
    {"TaskId":"t-2","TaskAction":"EXPORT_IMAGE","TaskStatus":"Paused","SupportCancel":1},{"TaskAction":"ImportImage"}]}})");
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0].type == "unknown");
  CHECK(tasks[0].status == "unknown");
  CHECK(tasks[0].phase == Phase::unknown);
  CHECK_FALSE(tasks[0].created);
  CHECK_FALSE(tasks[0].ended);
  CHECK(tasks[1].type == "EXPORT_IMAGE");
  CHECK(tasks[1].phase == Phase::held);
}
