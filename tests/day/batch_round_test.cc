// Batch in large: how long a round takes, and what it costs.
#include <chrono>
#include <cmath>
#include <set>

#include "tests/day/batch_books.h"
#include "tests/day/batch_day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Farm {
  double live = 300;
  double ended = 5000;
  double abreast_share = 0;
  double brief_share = 0;
  std::string queue{};
  std::string polling = "interval = \"5s\"\nquota_share = 1";
};

/// Jobs of three tasks, at rates that keep so many alive and so many ended.
BatchDayPlan plan_of(const Farm& farm) {
  const Milliseconds least = minutes{20};
  const Milliseconds most = minutes{40};
  const double mean = std::chrono::duration<double>(least + most).count() / 2 * (farm.abreast_share > 0 ? 1.1 : 3.1);
  const double rate = farm.live / mean / (1 - farm.brief_share);
  const auto stay = Milliseconds{static_cast<std::int64_t>(farm.ended / rate * 1000)};
  const Milliseconds history = stay * 2;
  return {.world = {.arrivals = {.history_tasks = rate * std::chrono::duration<double>(history).count(),
                                 .history = history,
                                 .per_second = rate},
                    .least_tasks = 3,
                    .most_tasks = 3,
                    .most_instances = 3,
                    .run = {least, most},
                    .brief_share = farm.brief_share,
                    .abreast_share = farm.abreast_share,
                    .interrupted_share = 0,
                    .retried_share = 0,
                    .until_deleted = {stay * 3 / 4, stay * 5 / 4}},
          .polling = farm.polling,
          .queue = farm.queue};
}

/// What the API's limits allow at best: the jobs to be listed, those to be described, and the unfinished tasks that are
/// not the only one of their job: nothing but DescribeTask tells of those.
struct Work {
  std::set<std::string> listed, active;
  double tasks = 0;

  explicit Work(const json& truth) {
    std::map<std::string, std::set<std::string>> unfinished;
    for (const json& row : truth["instances"]) {
      const auto job = row["job_id"].get<std::string>();
      const auto status = row["status"].get<std::string>();
      if (row["phase"] != "queued" && row["phase"] != "running") continue;
      listed.insert(job);
      unfinished[job].insert(row["task"].get<std::string>());
      if (status != "SUBMITTED" && status != "PENDING") active.insert(job);
    }
    for (const auto& [job, names] : unfinished) tasks += names.size() > 1 ? static_cast<double>(names.size()) : 0;
  }
  [[nodiscard]] double seconds(double quota_share) const {
    const double pages = std::ceil(static_cast<double>(listed.size()) / 100);
    return std::max({pages / 2, static_cast<double>(active.size()) / 2, tasks / 3}) / quota_share;
  }
};

std::map<std::string, int> calls_by_action(const BatchDay& day) {
  std::map<std::string, int> calls;
  for (const auto& call : day.calls()) ++calls[call.action];
  return calls;
}

/// When jobs were last described.
std::map<std::string, SteadyTime> last_described(const BatchDay& day) {
  std::map<std::string, SteadyTime> last;
  for (const auto& call : day.calls()) {
    if (call.action == "DescribeJob") last[call.parameters["JobId"].get<std::string>()] = call.when;
  }
  return last;
}

/// The longest time between two readings of one of these jobs.
double longest_gap(const std::map<std::string, SteadyTime>& before, const std::map<std::string, SteadyTime>& after,
                   const std::set<std::string>& jobs) {
  SteadyTime::duration longest{0};
  for (const std::string& job : jobs) {
    if (before.contains(job)) longest = std::max(longest, after.at(job) - before.at(job));
  }
  return std::chrono::duration<double>(longest).count();
}

/// No job was described more than once after it was over, but for one in each round at which time was up.
void check_ended_cost_nothing(BatchDay& day, SteadyTime began, WallTime began_on_wall, int rounds) {
  std::map<std::string, int> after_end;
  const auto state = day.state();
  for (const auto& call : day.calls()) {
    if (call.action == "DescribeJobs") continue;
    const auto id = call.parameters["JobId"].get<std::string>();
    const auto job = state->batch.jobs.find(id);
    if (job == state->batch.jobs.end() || !job->second->over) continue;
    const SteadyTime end = began + (*job->second->over - began_on_wall);
    if (call.action == "DescribeJob" && call.when > end + seconds{1}) ++after_end[id];
  }
  int again = 0;
  for (const auto& [id, calls] : after_end) again += calls - 1;
  CHECK(again <= rounds);
}

struct Trial {
  Farm farm;
  int rounds = 4;
  double quota_share = 1;
};

void try_rounds(const Trial& trial) {
  BatchDay day(plan_of(trial.farm));
  day.control("POST", "pause");
  day.refresh();
  const Books true_before = true_books(day.truth());
  const Books shown_before = shown_books(day.snapshot());
  day.control("POST", "resume");
  const SteadyTime began = day.now();
  const WallTime began_on_wall = day.cloud_now();
  std::set<std::string> active_before = Work(day.truth()).active;
  day.refresh();
  auto described_before = last_described(day);
  day.calls().clear();

  double worst = 0;
  for (int i = 0; i < trial.rounds; ++i) {
    const Work work(day.truth());
    const double bound = work.seconds(trial.quota_share);
    const SteadyTime round_began = day.now();
    day.refresh();
    const double took = std::chrono::duration<double>(day.now() - round_began).count();
    CAPTURE(i, bound, took, work.active.size(), work.tasks);
    CHECK(day.shown().status.last_refresh_succeeded);
    CHECK(took <= 1.2 * bound);
    CHECK(std::chrono::duration<double>(day.shown().status.interval).count() <= 1.2 * bound);
    worst = std::max(worst, took / bound);
    const auto described = last_described(day);
    // Of a job that waited in the round before, the list told all.
    std::set<std::string> active = Work(day.truth()).active;
    std::erase_if(active, [&](const std::string& id) { return !work.active.contains(id) || !active_before.contains(id); });
    CHECK(longest_gap(described_before, described, active) <= 1.2 * bound);
    described_before = described;
    active_before = work.active;
  }
  auto calls = calls_by_action(day);
  check_ended_cost_nothing(day, began, began_on_wall, trial.rounds);

  day.control("POST", "pause");
  day.read_whole(2000);
  day.refresh();
  const json truth = day.truth();
  CHECK(growth(shown_before, shown_books(day.snapshot())) == growth(true_before, true_books(truth)));
  CHECK(difference(shown_gauges(day.snapshot()), true_gauges(truth, day.snapshot())) == "");
  CHECK(tasks_add_up(day.snapshot()));
  for (const json& action : day.requests()) {
    CAPTURE(action);
    const double limit = action["action"] == "DescribeTask" ? 3 : 2;
    CHECK(action["most_in_any_second"].get<double>() <= std::max(1.0, std::ceil(limit * trial.quota_share)));
  }
  const Work work(truth);
  WARN(work.listed.size() << " live jobs, " << work.tasks << " tasks beside others; a round takes at most " << worst
                          << " times what the limits allow; in " << trial.rounds << " rounds " << calls["DescribeJobs"]
                          << " DescribeJobs, " << calls["DescribeJob"] << " DescribeJob, " << calls["DescribeTask"]
                          << " DescribeTask; " << day.state()->batch.jobs.size() << " jobs remembered");
}

}  // namespace

TEST_CASE("300 live Batch jobs of 3 tasks are read within what the limits allow, 5000 ended ones cost nothing",
          "[day][batch]") {
  SECTION("tasks that wait for each other, jobs that live and die between rounds") {
    try_rounds({.farm = {.brief_share = 0.2, .queue = "keep_ended = \"10m\""}, .rounds = 3});
  }
  SECTION("tasks that run side by side") {
    try_rounds({.farm = {.ended = 1000, .abreast_share = 1, .queue = "keep_ended = \"10m\""}, .rounds = 2});
  }
}

TEST_CASE("hours of 300 live and 5000 ended Batch jobs", "[.full][batch]") {
  SECTION("tasks that wait for each other") { try_rounds({.farm = {}, .rounds = 100}); }
  SECTION("tasks that run side by side") { try_rounds({.farm = {.abreast_share = 1}, .rounds = 60}); }
  SECTION("jobs that live and die between rounds") { try_rounds({.farm = {.brief_share = 0.5}, .rounds = 60}); }
  SECTION("a quarter of the limits") {
    try_rounds({.farm = {.polling = "interval = \"30s\""}, .rounds = 20, .quota_share = 0.25});
  }
  SECTION("all 5000 ended ones are shown and must be read") {
    try_rounds({.farm = {.queue = "keep_ended = \"48h\"",
                         .polling = "interval = \"5s\"\nquota_share = 1\nmax_series = 200000"},
                .rounds = 40});
  }
}
