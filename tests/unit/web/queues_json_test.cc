#include "exporter/web/queues_json.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;
using Json = nlohmann::json;

namespace {

Json first(const Shown& shown) {
  const Json whole = Json::parse(queues_json({summarize(shown, shown::now)}, {}, "1.2.3", shown::now));
  CHECK(whole.at("time") == "2030-01-02T12:00:00.000Z");
  CHECK(whole.at("version") == "1.2.3");
  REQUIRE(whole.at("queues").size() == 1);
  return whole.at("queues").at(0);
}

}  // namespace

TEST_CASE("the JSON of a working queue tells everything", "[web][queues_json]") {
  const Json queue = first(*shown::queue(shown::transcode, shown::working(), shown::counted()));
  CHECK(queue.at("queue") == "transcode");
  CHECK(queue.at("cloud_service") == "mps");
  CHECK(queue.at("account") == "media");
  CHECK(queue.at("cloud_region").is_null());
  CHECK(queue.at("state") == "up");
  CHECK(queue.at("up") == true);
  CHECK(queue.at("stale") == false);
  CHECK(queue.at("complete") == true);
  CHECK(queue.at("leader") == true);
  CHECK(queue.at("refresh") == Json::parse(R"({"interval_seconds": 30.0, "stale_after_seconds": 300.0,
      "last_success": "2030-01-02T11:59:48.000Z", "data_age_seconds": 12.0, "last_duration_seconds": 0.42})"));
  CHECK(queue.at("tasks") == Json::parse(R"({"queued": 1234, "running": 40, "succeeded": 48210, "failed": 7})"));
  CHECK(queue.at("tasks_by_type").size() == 5);
  CHECK(queue.at("tasks_by_type").at(0) ==
        Json::parse(R"({"type": "WorkflowTask", "status": "WAITING", "phase": "queued", "count": 1200})"));
  CHECK(queue.at("instances").is_null());
  CHECK(queue.at("jobs").is_null());
  CHECK(queue.at("oldest") == Json::parse(R"({"queued": "2030-01-02T11:18:00.000Z",
      "running": "2030-01-02T10:00:00.000Z", "unfinished": "2030-01-02T10:00:00.000Z"})"));
  CHECK(queue.at("oldest_queued") == Json::parse(R"([{"id": "2459-EditMedia-17", "type": "EditMediaTask",
      "since": "2030-01-02T11:18:00.000Z", "age_seconds": 2520.0}])"));
  CHECK(queue.at("longest_running").size() == 1);
  CHECK(queue.at("last_error").is_null());
}

TEST_CASE("what is not known is null in the JSON", "[web][queues_json]") {
  const Json queue = first(*shown::queue(shown::render, {}, std::nullopt));
  CHECK(queue.at("state") == "untried");
  CHECK(queue.at("cloud_region") == "ap-guangzhou");
  CHECK(queue.at("tasks").is_null());
  CHECK(queue.at("tasks_by_type") == Json::array());
  CHECK(queue.at("refresh").at("last_success").is_null());
  CHECK(queue.at("refresh").at("data_age_seconds").is_null());
  CHECK(queue.at("oldest").at("queued").is_null());
}

TEST_CASE("an error stands in the JSON with what to do", "[web][queues_json]") {
  QueueStatus status = shown::working();
  status.last_refresh_succeeded = false;
  status.last_failure = shown::throttled();
  status.last_failure_at = shown::ago(std::chrono::seconds{3});
  const Json error = first(*shown::queue(shown::transcode, status, shown::counted())).at("last_error");
  CHECK(error.at("kind") == "throttled");
  CHECK(error.at("code") == "RequestLimitExceeded");
  CHECK(error.at("sentence") == "The API refuses more than 20 requests a second.");
  CHECK(error.at("advice") == std::string(advice(FailureKind::throttled)));
  CHECK(error.at("request_id") == "b2c3-77");
  CHECK(error.at("at") == "2030-01-02T11:59:57.000Z");
  CHECK(error.at("recovered") == false);
}

TEST_CASE("jobs and instances of Batch are counted by phase", "[web][queues_json]") {
  Snapshot snapshot = shown::counted();
  snapshot.jobs = {{"RUNNING", Phase::running, 2}, {"STARTING", Phase::running, 1}};
  snapshot.instances = {{"job-1", "", "A", "FAILED", Phase::failed, 3}};
  const Json queue = first(*shown::queue(shown::render, shown::working(), snapshot));
  CHECK(queue.at("jobs") == Json::parse(R"({"running": 3})"));
  CHECK(queue.at("instances") == Json::parse(R"({"failed": 3})"));
}

TEST_CASE("bytes that are no UTF-8 do not spoil the JSON", "[web][queues_json]") {
  Snapshot snapshot = shown::counted();
  snapshot.oldest_queued = {{"broken-\xff-id", "a\"b\n", shown::now}};
  const Json queue = first(*shown::queue(shown::transcode, shown::working(), snapshot));
  CHECK(queue.at("oldest_queued").at(0).at("id") == "broken-\uFFFD-id");
  CHECK(queue.at("oldest_queued").at(0).at("type") == "a\"b\n");
}

TEST_CASE("budgets stand beside the queues, with null for what is not known yet", "[web][queues_json]") {
  const CallLabels key{"tencent", "media", "mps", "", "DescribeTasks"};
  const std::vector<BudgetUse> budgets{{{key, 12.5, 25, 400}, 5.0}, {{key, 25, 25, 0}, std::nullopt}};
  const Json calls = Json::parse(queues_json({}, budgets, "1.2.3", shown::now)).at("budgets");
  REQUIRE(calls.size() == 2);
  CHECK(calls[0] == Json{{"provider", "tencent"},
                         {"account", "media"},
                         {"cloud_service", "mps"},
                         {"cloud_region", nullptr},
                         {"action", "DescribeTasks"},
                         {"requests", 400},
                         {"requests_per_second", 5.0},
                         {"allowed_per_second", 12.5},
                         {"ceiling_per_second", 25.0}});
  CHECK(calls[1].at("requests_per_second").is_null());
}
