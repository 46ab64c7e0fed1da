#include "exporter/tencent/task_detail.h"

#include "tests/catch.h"

using namespace taskqueue;

namespace {

std::optional<Phase> outcome(const std::string& text) {
  const auto answer = parse_json(text);
  REQUIRE(answer);
  return outcome_of_detail(*answer);
}

}  // namespace

TEST_CASE("a task's own object tells how it ended", "[tencent][task_detail]") {
  CHECK(outcome(R"({"Status":"FINISH","ProcedureTask":null,"EditMediaTask":{"Status":"FINISH","ErrCode":0}})") ==
        Phase::succeeded);
  CHECK(outcome(R"({"Status":"FINISH","EditMediaTask":{"Status":"FINISH","ErrCode":40000}})") == Phase::failed);
  CHECK(outcome(R"({"Status":"ABORTED","EditMediaTask":{"ErrCode":0}})") == Phase::cancelled);
}

TEST_CASE("a procedure's subtasks tell for it, its own code does not", "[tencent][task_detail]") {
  const std::string head = R"({"Status":"FINISH","TaskType":"Procedure","ProcedureTask":{"ErrCode":0,)";
  CHECK(outcome(head + R"("MediaProcessResultSet":[{"TranscodeTask":{"Status":"SUCCESS","ErrCode":0}}]}})") ==
        Phase::succeeded);
  CHECK(outcome(head +
                R"("MediaProcessResultSet":[{"TranscodeTask":null},{"SampleSnapshotTask":{"ErrCode":70000}}]}})") ==
        Phase::failed);
  CHECK(outcome(head + R"("AiAnalysisResultSet":[{"CoverTask":{"Status":"FAIL"}}]}})") == Phase::failed);
}

TEST_CASE("what says nothing tells nothing", "[tencent][task_detail]") {
  CHECK(outcome(R"({})") == std::nullopt);
  CHECK(outcome(R"({"Status":"PROCESSING","EditMediaTask":{"ErrCode":0}})") == std::nullopt);
  CHECK(outcome(R"({"Status":"FINISH","EditMediaTask":null,"ErrCode":7})") == std::nullopt);
}
