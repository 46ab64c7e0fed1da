// What the exporter shows equals what the cloud holds, for all four services.
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "tests/day/day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

using Row = std::tuple<std::string, std::string, std::string>;  // type or task, status, phase
using Rows = std::map<Row, std::int64_t>;

std::string text(const json& object, const char* key) { return object.value(key, ""); }

/// Equal but for the tasks that leave the window about now.
bool same_rows(const json& queue, const Rows& shown, const Rows& held) {
  Rows off = held;
  for (const auto& [row, count] : shown) off[row] -= count;
  return std::ranges::all_of(off, [&](const auto& each) {
    return std::abs(each.second) <= queue["at_edge"].value(std::get<0>(each.first), 0);
  });
}

/// The queue of the truth that a shown one stands for; sub-applications tell two of VOD apart by their totals.
std::vector<json> candidates(const json& truth, const QueueLabels& labels) {
  std::vector<json> found;
  for (const json& queue : truth["queues"]) {
    if (queue["service"] == labels.cloud_service && queue["account"] == labels.account &&
        text(queue, "region") == labels.cloud_region) {
      found.push_back(queue);
    }
  }
  return found;
}

Rows shown_tasks(const Snapshot& snapshot) {
  Rows rows;
  for (const TaskCount& each : snapshot.tasks) {
    if (each.count != 0) rows[{each.type, each.status, std::string(word(each.phase))}] += each.count;
  }
  return rows;
}

Rows true_tasks(const json& queue) {
  Rows rows;
  for (const json& each : queue["tasks"]) {
    rows[{text(each, "type"), text(each, "status"), text(each, "phase")}] += each["count"].get<std::int64_t>();
  }
  return rows;
}

using Instances = std::map<std::tuple<std::string, std::string, std::string>, std::int64_t>;  // job, task, status

Instances shown_instances(const Snapshot& snapshot) {
  Instances rows;
  for (const InstanceCount& each : snapshot.instances) {
    if (each.count != 0) rows[{each.job_id, each.task, each.status}] = each.count;
  }
  return rows;
}

/// Of the jobs that are shown: those that ended long ago are not.
Instances true_instances(const json& queue, const Snapshot& snapshot) {
  std::set<std::string> jobs;
  for (const InstanceCount& each : snapshot.instances) jobs.insert(each.job_id);
  Instances rows;
  for (const json& each : queue["instances"]) {
    if (jobs.contains(text(each, "job_id"))) {
      rows[{text(each, "job_id"), text(each, "task"), text(each, "status")}] = each["count"].get<std::int64_t>();
    }
  }
  return rows;
}

std::map<std::string, std::int64_t> shown_jobs(const Snapshot& snapshot) {
  std::map<std::string, std::int64_t> rows;
  for (const JobCount& each : snapshot.jobs) {
    if (each.count != 0) rows[each.status] = each.count;
  }
  return rows;
}

std::map<std::string, std::int64_t> true_jobs(const json& queue) {
  std::map<std::string, std::int64_t> rows;
  for (const json& each : queue["jobs"]) rows[text(each, "status")] = each["count"].get<std::int64_t>();
  return rows;
}

/// Live jobs of the truth must be shown, each with all eight states of each task.
void check_live_jobs_are_shown(const json& queue, const Snapshot& snapshot) {
  std::map<std::pair<std::string, std::string>, int> states;
  for (const InstanceCount& each : snapshot.instances) ++states[{each.job_id, each.task}];
  for (const json& each : queue["instances"]) {
    if (each["phase"] == "queued" || each["phase"] == "running") {
      CHECK(states[{text(each, "job_id"), text(each, "task")}] == 8);
    }
  }
}

void check_batch(const json& queue, const Snapshot& snapshot) {
  CHECK(shown_jobs(snapshot) == true_jobs(queue));
  CHECK(shown_instances(snapshot) == true_instances(queue, snapshot));
  check_live_jobs_are_shown(queue, snapshot);
}

void check_queue(const json& truth, const Shown& shown) {
  CAPTURE(shown.labels.queue, shown.labels.cloud_service);
  REQUIRE(shown.snapshot);
  CHECK(shown.snapshot->complete);
  const auto queues = candidates(truth, shown.labels);
  REQUIRE_FALSE(queues.empty());
  if (shown.labels.cloud_service == "batch") return check_batch(queues.front(), *shown.snapshot);
  const Rows rows = shown_tasks(*shown.snapshot);
  CHECK(std::ranges::any_of(queues, [&](const json& queue) { return same_rows(queue, rows, true_tasks(queue)); }));
}

/// No sliding second held more than the limit times its share.
void check_requests(const json& requests, const std::map<std::string, double>& most) {
  for (const json& action : requests["actions"]) {
    const std::string name = text(action, "service") + "." + text(action, "action");
    CAPTURE(name);
    REQUIRE(most.contains(name));
    CHECK(action["most_in_any_second"].get<double>() <= std::max(1.0, std::ceil(most.at(name))));
    CHECK(action["by_code"].size() == 1);
    CHECK(action["by_code"].contains("OK"));
  }
}

}  // namespace

TEST_CASE("the demo is shown as it is, within every limit", "[day][truth]") {
  Day day(simulator::demo_cloud(), "interval = \"5s\"");
  for (int look = 0; look < 3; ++look) {
    day.live_for(minutes{5});
    day.freeze();
    const json truth = day.truth();
    for (const auto& shown : day.view()) check_queue(truth, *shown);
    day.thaw();
  }
  check_requests(day.requests(), {{"mps.DescribeTasks", 25},
                                  {"vod.DescribeTasks", 25},
                                  {"batch.DescribeJobs", 0.5},
                                  {"batch.DescribeJob", 0.5},
                                  {"batch.DescribeTask", 0.75},
                                  {"ecs.DescribeTasks", 2.5}});
}

TEST_CASE("fifty live and two hundred ended Batch jobs are right under 2, 2 and 3 requests a second", "[day][batch]") {
  simulator::CloudPlan plan;
  plan.accounts.push_back(
      {.name = "farm",
       .provider = "tencent",
       .secret_id = "AKIDfarm00000000000000000000000001",
       .secret_key = "farm-key-of-no-worth",
       .batches = {{.region = "ap-guangzhou",
                    .world = {.arrivals = {.history_tasks = 300, .history = hours{5}, .per_second = 1.0 / 60},
                              .run = {minutes{20}, minutes{40}},
                              .until_deleted = {hours{10}, hours{20}}}}}});
  Day day(plan, "interval = \"30s\"\nquota_share = 1");
  day.live_for(minutes{30});
  day.freeze();
  const json truth = day.truth();
  std::int64_t live = 0, ended = 0;
  for (const json& jobs : truth["queues"][0]["jobs"]) {
    const bool is_live = jobs["phase"] == "queued" || jobs["phase"] == "running";
    (is_live ? live : ended) += jobs["count"].get<std::int64_t>();
  }
  CAPTURE(live, ended);
  CHECK(live >= 40);
  CHECK(ended >= 200);
  const auto shown = day.view().at(0);
  check_queue(truth, *shown);
  CHECK(shown->status.interval >= seconds{30});
  bool interval_is_rendered = false;
  for (const Fragment& fragment : shown->rendering) {
    interval_is_rendered |= fragment.lines->plain().starts_with("taskqueue_refresh_interval_seconds{");
  }
  CHECK(interval_is_rendered);
  check_requests(day.requests(), {{"batch.DescribeJobs", 2}, {"batch.DescribeJob", 2}, {"batch.DescribeTask", 3}});
  WARN("live " << live << ", ended " << ended << ", interval in force " << shown->status.interval.count()
               << " ms, last refresh " << shown->status.last_duration->count() << " ms, requests "
               << day.requests()["total"]);
}
