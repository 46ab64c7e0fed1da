#include "exporter/metrics/rendering.h"

#include <algorithm>
#include <chrono>

#include "exporter/metrics/exposition.h"
#include "exporter/metrics/family.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

const WallTime scraped{seconds{1772359200}};
const QueueLabels labels{.queue = "transcode", .cloud_service = "mps", .account = "media", .cloud_region = ""};

QueueStatus fresh() {
  QueueStatus status;
  status.tried = status.last_refresh_succeeded = true;
  status.last_success = scraped - seconds{3};
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
  snapshot.oldest["A"].queued = scraped - seconds{60};
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

std::string text(const Rendering& rendering) { return joined(Exposition().join({&rendering}, {}, {})); }

SharedPassage lines_of(const Rendering& rendering, QueueFamily family) {
  const auto found = std::ranges::find(rendering, static_cast<FamilyIndex>(family), &Fragment::family);
  REQUIRE(found != rendering.end());
  return found->lines;
}

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a queue is rendered with its labels, family by family", "[metrics][rendering]") {
  const Snapshot shown = snapshot();
  const std::string out = text(render(labels, fresh(), &shown, scraped));
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
  status.last_success = scraped - seconds{301};
  const std::string dropped = text(render(labels, status, &shown, scraped));
  CHECK(dropped.find("taskqueue_tasks{") == std::string::npos);
  CHECK(dropped.find("taskqueue_oldest_queued") == std::string::npos);
  CHECK(dropped.find("taskqueue_window") == std::string::npos);
  CHECK(dropped.find("taskqueue_tasks_arrived_total{") != std::string::npos);
  CHECK(dropped.find("taskqueue_task_wait_seconds_bucket{") != std::string::npos);
  CHECK(dropped.find("taskqueue_up{queue=\"transcode\",cloud_service=\"mps\",account=\"media\"} 0") !=
        std::string::npos);
  status.drops_stale = false;
  CHECK(text(render(labels, status, &shown, scraped)).find("taskqueue_tasks{") != std::string::npos);
}

TEST_CASE("a queue that was never read shows only how it is going", "[metrics][rendering]") {
  const std::string out = text(render(labels, {}, nullptr, scraped));
  CHECK(out.find("taskqueue_tasks") == std::string::npos);
  CHECK(out.find("taskqueue_last_success_timestamp_seconds{") == std::string::npos);
  CHECK(has(out, R"(taskqueue_up{queue="transcode",cloud_service="mps",account="media"} 0)"));
}

TEST_CASE("a queue without start times has no wait and run", "[metrics][rendering]") {
  Snapshot shown = snapshot();
  shown.tells_start = false;
  const std::string out = text(render(labels, fresh(), &shown, scraped));
  CHECK(out.find("task_wait_seconds") == std::string::npos);
  CHECK(out.find("task_run_seconds") == std::string::npos);
  CHECK(out.find("task_turnaround_seconds") != std::string::npos);
}

TEST_CASE("a bucket's newest task is its exemplar", "[metrics][rendering]") {
  Snapshot shown = snapshot();
  shown.counters["A"].run.observe(31, {.task_id = "t-1", .value = 31, .when = scraped});
  shown.counters["A"].run.observe(32, {.task_id = "t-2", .value = 32, .when = scraped});
  // What ended earlier may be seen later.
  shown.counters["A"].run.observe(33, {.task_id = "t-0", .value = 33, .when = scraped - std::chrono::seconds{5}});
  const Rendering rendering = render(labels, fresh(), &shown, scraped);
  const std::string line =
      R"(taskqueue_task_run_seconds_bucket{queue="transcode",cloud_service="mps",account="media",type="A",le="60.0"} 3)";
  const std::string& marked = lines_of(rendering, QueueFamily::run)->text(Format::openmetrics);
  CHECK(has(marked, line + R"( # {task_id="t-2"} 32 1772359200.000)"));
  CHECK(marked.find("t-1") == std::string::npos);
  CHECK(marked.find("t-0") == std::string::npos);
  CHECK(has(lines_of(rendering, QueueFamily::run)->plain(), line));
}

TEST_CASE("what has not changed is shared with the rendering before, compressed forms included",
          "[metrics][rendering]") {
  Snapshot shown = snapshot();
  const Snapshot shown_before = shown;
  const Rendering before = render(labels, fresh(), &shown, scraped);
  shown.tasks[0].count = 3;
  const Snapshot* const known = GENERATE(false, true) ? &shown_before : nullptr;
  const Rendering after = render(labels, fresh(), &shown, scraped, {&before, known});
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    CAPTURE(queue_families()[after[i].family].name);
    const bool is_changed = after[i].family == static_cast<FamilyIndex>(QueueFamily::tasks);
    CHECK((after[i].lines == before[i].lines) == !is_changed);
  }
}

TEST_CASE("another exemplar alone is a change", "[metrics][rendering]") {
  Snapshot shown = snapshot();
  const Rendering before = render(labels, fresh(), &shown, scraped);
  const Snapshot shown_before = shown;
  const Snapshot* const known = GENERATE(false, true) ? &shown_before : nullptr;
  shown.counters["A"].wait.exemplars[0] = {.task_id = "t-9", .value = 0.5, .when = scraped};
  const Rendering after = render(labels, fresh(), &shown, scraped, {&before, known});
  CHECK(lines_of(after, QueueFamily::wait) != lines_of(before, QueueFamily::wait));
  CHECK(lines_of(after, QueueFamily::run) == lines_of(before, QueueFamily::run));
}

TEST_CASE("a histogram that has come, gone or grown is written anew", "[metrics][rendering]") {
  const Snapshot one = snapshot();
  const Rendering before = render(labels, fresh(), &one, scraped);
  Snapshot other = one;
  SECTION("of another type") { other.counters["new"] = other.counters["A"]; }
  SECTION("no more") { other.counters.clear(); }
  SECTION("larger") { other.counters["A"].wait.observe(3, {}); }
  const Rendering after = render(labels, fresh(), &other, scraped, {&before, &one});
  CHECK(text(after) == text(render(labels, fresh(), &other, scraped)));
  CHECK(text(after) != text(before));
}
