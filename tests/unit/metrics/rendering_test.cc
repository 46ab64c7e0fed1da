#include "exporter/metrics/rendering.h"

#include <chrono>
#include <map>

#include "exporter/metrics/exposition.h"
#include "exporter/metrics/family.h"
#include "exporter/metrics/instruments.h"
#include "exporter/metrics/process.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

const WallTime now{seconds{1772359200}};
const QueueLabels labels{.queue = "transcode", .cloud_service = "mps", .account = "media", .cloud_region = ""};

QueueStatus fresh() {
  QueueStatus status;
  status.tried = status.last_refresh_succeeded = true;
  status.last_success = now - seconds{3};
  status.last_duration = Milliseconds{250};
  status.interval = seconds{30};
  status.stale_after = seconds{300};
  status.refreshes = {{"success", 2}, {"timeout", 0}};
  return status;
}

Snapshot snapshot() {
  Snapshot snapshot;
  snapshot.complete = true;
  snapshot.tasks = {{"A", "WAITING", Phase::queued, 2}, {"A", "FINISH", Phase::succeeded, 0}};
  snapshot.oldest["A"].queued = now - seconds{60};
  snapshot.window = seconds{604800};
  snapshot.tells_start = true;
  TypeCounters& counters = snapshot.counters["A"];
  counters.arrived = 5;
  counters.finished = {{Phase::succeeded, 4}, {Phase::failed, 0}};
  counters.wait.observe(1, {});
  counters.wait.observe(31, {});
  counters.wait.observe(1e6, {});
  return snapshot;
}

std::string text(const Rendering& rendering) { return exposition({&rendering}, {}); }

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a queue is rendered with its labels, family by family", "[metrics][rendering]") {
  const Snapshot shown = snapshot();
  const std::string out = text(render(labels, fresh(), &shown, now));
  const std::string q = R"(queue="transcode",cloud_service="mps",account="media")";
  CHECK(has(out, "taskqueue_tasks{" + q + R"(,type="A",status="WAITING",phase="queued"} 2)"));
  CHECK(has(out, "taskqueue_tasks{" + q + R"(,type="A",status="FINISH",phase="succeeded"} 0)"));
  CHECK(has(out, "taskqueue_window_seconds{" + q + "} 604800"));
  CHECK(has(out, "taskqueue_oldest_queued_timestamp_seconds{" + q + R"(,type="A"} 1772359140)"));
  CHECK(out.find("taskqueue_oldest_running") == std::string::npos);
  CHECK(has(out, "taskqueue_tasks_arrived_total{" + q + R"(,type="A"} 5)"));
  CHECK(has(out, "taskqueue_tasks_finished_total{" + q + R"(,type="A",outcome="failed"} 0)"));
  CHECK(has(out, "taskqueue_task_wait_seconds_bucket{" + q + R"(,type="A",le="1.0"} 1)"));
  CHECK(has(out, "taskqueue_task_wait_seconds_bucket{" + q + R"(,type="A",le="60.0"} 2)"));
  CHECK(has(out, "taskqueue_task_wait_seconds_bucket{" + q + R"(,type="A",le="+Inf"} 3)"));
  CHECK(has(out, "taskqueue_task_wait_seconds_count{" + q + R"(,type="A"} 3)"));
  CHECK(has(out, "taskqueue_task_wait_seconds_sum{" + q + R"(,type="A"} 1000032)"));
  CHECK(has(out, "taskqueue_up{" + q + "} 1"));
  CHECK(has(out, "taskqueue_data_complete{" + q + "} 1"));
  CHECK(has(out, "taskqueue_last_success_timestamp_seconds{" + q + "} 1772359197"));
  CHECK(has(out, "taskqueue_refresh_duration_seconds{" + q + "} 0.25"));
  CHECK(has(out, "taskqueue_refreshes_total{" + q + R"(,result="success"} 2)"));
  CHECK(has(out, "taskqueue_leader{" + q + "} 1"));
}

TEST_CASE("a stale queue loses its gauges and keeps its counters", "[metrics][rendering]") {
  const Snapshot shown = snapshot();
  QueueStatus status = fresh();
  status.last_success = now - seconds{301};
  const std::string dropped = text(render(labels, status, &shown, now));
  CHECK(dropped.find("taskqueue_tasks{") == std::string::npos);
  CHECK(dropped.find("taskqueue_oldest_queued") == std::string::npos);
  CHECK(dropped.find("taskqueue_window") == std::string::npos);
  CHECK(dropped.find("taskqueue_tasks_arrived_total{") != std::string::npos);
  CHECK(dropped.find("taskqueue_task_wait_seconds_bucket{") != std::string::npos);
  CHECK(dropped.find("taskqueue_up{queue=\"transcode\",cloud_service=\"mps\",account=\"media\"} 0") !=
        std::string::npos);
  status.drops_stale = false;
  CHECK(text(render(labels, status, &shown, now)).find("taskqueue_tasks{") != std::string::npos);
}

TEST_CASE("a queue that was never read shows only how it is going", "[metrics][rendering]") {
  const std::string out = text(render(labels, {}, nullptr, now));
  CHECK(out.find("taskqueue_tasks") == std::string::npos);
  CHECK(out.find("taskqueue_last_success_timestamp_seconds{") == std::string::npos);
  CHECK(has(out, R"(taskqueue_up{queue="transcode",cloud_service="mps",account="media"} 0)"));
}

TEST_CASE("a queue without start times has no wait and run", "[metrics][rendering]") {
  Snapshot shown = snapshot();
  shown.tells_start = false;
  const std::string out = text(render(labels, fresh(), &shown, now));
  CHECK(out.find("task_wait_seconds") == std::string::npos);
  CHECK(out.find("task_run_seconds") == std::string::npos);
  CHECK(out.find("task_turnaround_seconds") != std::string::npos);
}

TEST_CASE("a family is headed once, whatever the number of queues", "[metrics][exposition]") {
  const Snapshot shown = snapshot();
  const Rendering one = render(labels, fresh(), &shown, now);
  QueueLabels other = labels;
  other.queue = "other";
  const Rendering two = render(other, fresh(), nullptr, now);
  Instruments instruments;
  auto own = instruments.collect();
  for (auto& family : process_families()) own.push_back(std::move(family));
  const std::string out = exposition({&one, &two}, own);
  std::map<std::string, int> heads;
  for (std::size_t at = out.find("# TYPE "); at != std::string::npos; at = out.find("# TYPE ", at + 1)) {
    ++heads[out.substr(at + 7, out.find(' ', at + 7) - at - 7)];
  }
  for (const auto& [name, count] : heads) {
    CAPTURE(name);
    CHECK(count == 1);
  }
  CHECK(heads.size() > 20);
  CHECK(out.back() == '\n');
}

TEST_CASE("the help of queue data tells that they are polled and where their age stands", "[metrics][family]") {
  CHECK(help_text(head(QueueFamily::tasks)).ends_with("taskqueue_last_success_timestamp_seconds tells its age."));
  for (const FamilyHead& family : queue_families()) {
    CAPTURE(family.name);
    CHECK(family.help.ends_with('.'));
    CHECK((family.type == MetricType::counter) == family.name.ends_with("_total"));
  }
}
