#include "exporter/tencent/batch_item.h"

#include <nlohmann/json.hpp>

#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("a job is read, not-yet in every form", "[tencent][batch_item]") {
  const auto end =
      GENERATE(values<std::string>({"null", "\"\"", "\"0000-00-00T00:00:00Z\"", "\"0001-01-01T00:00:00Z\""}));
  const BatchJob job = read_batch_job(*parse_json(
      R"({"JobId":"job-1","JobName":"n","JobState":"RUNNING","CreateTime":"2018-02-07T09:29:09Z","EndTime":)" + end +
      R"(,"TaskMetrics":{"RunningCount":2,"SucceedCount":1,"FailedInterruptedCount":3,"FailedCount":null},"Tags":null})"));
  CHECK(job == BatchJob{.id = "job-1",
                        .name = "n",
                        .state = "RUNNING",
                        .created = parse_utc("2018-02-07T09:29:09Z"),
                        .ended = {},
                        .tasks = StateCounts{0, 0, 0, 0, 2, 3, 1, 0}});
}

TEST_CASE("an old spelling of SUCCEED is the same state, no state is unknown", "[tencent][batch_item]") {
  CHECK(read_batch_task(*parse_json(R"({"TaskName":"A","TaskState":"SUCCEEDED"})")).state == "SUCCEED");
  CHECK(read_batch_task(*parse_json(R"({"TaskName":"A"})")).state == "unknown");
  CHECK(read_batch_task(*parse_json(R"({"TaskName":"A","TaskState":"NEW_STATE"})")).state == "NEW_STATE");
}

TEST_CASE("absent metrics are not zeros", "[tencent][batch_item]") {
  CHECK_FALSE(read_state_counts(*parse_json(R"({})"), "TaskMetrics"));
  CHECK_FALSE(read_state_counts(*parse_json(R"({"TaskMetrics":null})"), "TaskMetrics"));
  CHECK_FALSE(read_state_counts(*parse_json(R"({"TaskMetrics":[]})"), "TaskMetrics"));
  CHECK(read_state_counts(*parse_json(R"({"TaskMetrics":{}})"), "TaskMetrics") == StateCounts{});
}

TEST_CASE("counts that are none are absent", "[tencent][batch_item]") {
  CHECK_FALSE(read_state_counts(*parse_json(R"({"M":{"RunningCount":-1}})"), "M"));
  CHECK_FALSE(read_state_counts(*parse_json(R"({"M":{"RunningCount":4611686018427387904}})"), "M"));
  CHECK(read_state_counts(*parse_json(R"({"M":{"RunningCount":null,"FailedCount":1}})"), "M"));
}

TEST_CASE("instances are counted by their states", "[tencent][batch_item]") {
  const auto set = parse_json(
      R"([{"TaskInstanceState":"RUNNING"},{"TaskInstanceState":"FAILED"},{"TaskInstanceState":"RUNNING"},{"X":1},null])");
  InstanceSet instances;
  CHECK(instances.add(*set, 0));
  CHECK(instances.counts() == StateCounts{0, 0, 0, 0, 2, 0, 0, 1});
  CHECK(instances.size() == 5);
  CHECK_FALSE(instances.add(*set, 0));
  CHECK_FALSE(instances.add(*parse_json("[]"), 5));
  CHECK(instances.add(*parse_json(R"([{"TaskInstanceIndex":5,"TaskInstanceState":"RUNNING"},
                                      {"TaskInstanceIndex":1,"TaskInstanceState":"SUCCEED"}])"),
                      0));
  CHECK(instances.counts() == StateCounts{0, 0, 0, 0, 3, 0, 1, 0});
}
