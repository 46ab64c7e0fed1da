// Calls in proportion to what changed: a great window of ended tasks, read for what is new.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "tests/day/day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr int refreshes_to_watch = 24;

/// `ended` tasks in the window, and twenty new ones a second that live for up to 30 s.
simulator::CloudPlan busy_cloud(const std::string& service, double ended, const simulator::Quirks& quirks) {
  const bool mps = service == "mps";
  const Milliseconds window = mps ? hours{168} : hours{72};
  simulator::TaskQueuePlan queue{.service = service, .sub_app_id = mps ? 0 : 1500000001};
  queue.world = {.arrivals = {.history_tasks = ended, .history = window, .per_second = 20},
                 .types = {{mps ? "WorkflowTask" : "Procedure", 4}, {mps ? "EditMediaTask" : "EditMedia", 1}},
                 .wait = {seconds{0}, seconds{10}},
                 .run = {seconds{0}, seconds{20}},
                 .failed_share = 0.05,
                 .aborted_share = mps ? 0 : 0.02,
                 .window = window};
  simulator::CloudPlan plan{.lead = seconds{60}};
  plan.accounts.push_back({.name = "busy",
                           .provider = "tencent",
                           .secret_id = "AKIDbusy",
                           .secret_key = "busy-key-of-no-worth",
                           .queues = {std::move(queue)}});
  plan.quirks[service] = quirks;
  return plan;
}

/// By type and status; by phase as well where the API can tell each outcome.
using Rows = std::map<std::array<std::string, 3>, std::int64_t>;

Rows held(const json& queue, bool by_phase) {
  Rows rows;
  for (const json& each : queue["tasks"]) {
    const std::string phase = by_phase ? each["phase"].get<std::string>() : "";
    rows[{each["type"].get<std::string>(), each["status"].get<std::string>(), phase}] += each["count"].get<int>();
  }
  return rows;
}

Rows shown(const Snapshot& snapshot, bool by_phase) {
  Rows rows;
  for (const TaskCount& each : snapshot.tasks) {
    if (each.count != 0) rows[{each.type, each.status, by_phase ? std::string(word(each.phase)) : ""}] += each.count;
  }
  return rows;
}

/// What is shown otherwise than it is, but for tasks that leave the window about now.
std::string difference(const json& queue, const Snapshot& snapshot, bool by_phase) {
  Rows off = shown(snapshot, by_phase);
  for (const auto& [row, count] : held(queue, by_phase)) off[row] -= count;
  std::string text;
  for (const auto& [row, count] : off) {
    if (std::abs(count) > queue["at_edge"].value(row[0], 0)) {
      text += row[0] + " " + row[1] + " " + row[2] + " is off by " + std::to_string(count) + "\n";
    }
  }
  return text;
}

std::int64_t pages(std::int64_t tasks) { return (tasks + 99) / 100; }

struct Cost {
  std::int64_t ours = 0;
  std::int64_t full_listing = 0;
  double bound = 0;
};

/// What one refresh would have cost at best, and cost.
Cost cost_of(const json& queue, std::int64_t newly_ended, std::uint64_t calls) {
  std::map<std::string, std::int64_t> tasks;  // by status
  for (const json& each : queue["tasks"]) tasks[each["status"].get<std::string>()] += each["count"].get<int>();
  const std::int64_t live = pages(tasks["WAITING"]) + pages(tasks["PROCESSING"]);
  const auto least = static_cast<double>(live + pages(newly_ended) + 2);
  return {.ours = static_cast<std::int64_t>(calls),
          .full_listing = live + pages(tasks["FINISH"] + tasks["ABORTED"]),
          .bound = 1.2 * least};
}

std::int64_t all_finished(const json& queue) {
  std::int64_t sum = 0;
  for (const json& each : queue["finished"]) sum += each["count"].get<std::int64_t>();
  return sum;
}

template <class Value>
Value median(std::vector<Value> values) {
  std::ranges::sort(values);
  return values.at(values.size() / 2);
}

struct Case {
  std::string name;
  std::string service;
  simulator::Quirks quirks;
  bool by_phase = true;
};

std::vector<Case> cases() {
  return {{"vod", "vod", simulator::documented_quirks("vod"), true},
          {"mps, StartTime is the end", "mps", {.by_end = true}, true},
          {"mps, StartTime is the creation", "mps", {}, false}};
}

void watch_busy_window(const Case& each, double ended) {
  CAPTURE(each.name, ended);
  Day day(busy_cloud(each.service, ended, each.quirks), "interval = \"30s\"\nquota_share = 1");
  day.stand_still_in_refreshes();
  day.live_until_complete();

  std::vector<Cost> costs;
  std::int64_t finished = -1;
  const std::uint64_t calls = day.calls();
  std::string wrong;
  day.watch([&](const Refreshed& refreshed) {
    const json queue = day.truth()["queues"][0];
    wrong += difference(queue, *refreshed.shown->snapshot, each.by_phase);
    const std::int64_t now = all_finished(queue);
    if (finished >= 0) costs.push_back(cost_of(queue, now - finished, refreshed.calls));
    finished = now;
  });
  while (costs.size() < refreshes_to_watch) day.live_for(seconds{30});

  std::vector<std::int64_t> ours;
  std::vector<std::int64_t> full;
  std::vector<double> bounds;
  for (const Cost& cost : costs) {
    ours.push_back(cost.ours);
    full.push_back(cost.full_listing);
    bounds.push_back(cost.bound);
  }
  WARN(each.name << ", " << ended << " ended: calls per refresh, median of " << costs.size() << ": full listing "
                 << median(full) << ", ours " << median(ours) << " (mean with checks "
                 << static_cast<double>(day.calls() - calls) / static_cast<double>(costs.size() + 1) << "), the bound "
                 << median(bounds));
  CHECK(wrong == "");
  CHECK(static_cast<double>(median(ours)) <= median(bounds));
}

}  // namespace

TEST_CASE("a refresh costs what changed, and shows the truth, however many tasks have ended", "[day][counting]") {
  for (const Case& each : cases()) watch_busy_window(each, 20000);
}

TEST_CASE("a refresh of a window of a million ended tasks costs what changed, and shows the truth",
          "[.full][counting]") {
  for (const Case& each : cases()) watch_busy_window(each, 1e6);
}
