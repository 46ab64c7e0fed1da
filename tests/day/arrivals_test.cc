// Lists of many pages while new tasks keep coming: by the time a list has been read it has grown.
#include <cstdint>
#include <map>
#include <utility>

#include "tests/day/day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// 40 pages of tasks, one more every two seconds: a listing at a quarter of the limit takes a minute.
simulator::CloudPlan growing_region() {
  simulator::TaskQueuePlan queue{.service = "ecs", .region = "cn-hangzhou"};
  queue.world = {.arrivals = {.history_tasks = 4000, .history = hours{168}, .per_second = 0.5},
                 .types = {{"ImportImage", 2}, {"ModifyDiskSpec", 1}},
                 .run = {seconds{0}, seconds{20}},
                 .failed_share = 0.05};
  simulator::CloudPlan plan{.lead = seconds{60}};
  plan.accounts.push_back({.name = "growing",
                           .provider = "alibaba",
                           .secret_id = "LTAIgrowing",
                           .secret_key = "growing-key-of-no-worth",
                           .queues = {std::move(queue)}});
  return plan;
}

/// Some 500 active jobs, most of them waiting, and new ones every other second.
simulator::CloudPlan busy_batch() {
  simulator::CloudPlan plan{.lead = seconds{60}};
  plan.accounts.push_back(
      {.name = "busy",
       .provider = "tencent",
       .secret_id = "AKIDbusy",
       .secret_key = "busy-key-of-no-worth",
       .batches = {{.region = "ap-guangzhou",
                    .world = {.arrivals = {.history_tasks = 600, .history = minutes{20}, .per_second = 0.5},
                              .most_tasks = 1,
                              .most_instances = 2,
                              .stay = {minutes{4}, minutes{5}},
                              .run = {seconds{1}, seconds{5}},
                              .until_deleted = {seconds{30}, minutes{1}}}}}});
  return plan;
}

using Counts = std::map<std::string, std::int64_t>;

Counts held(const json& rows, const std::string& name) {
  Counts counts;
  for (const json& each : rows) counts[each[name].get<std::string>()] += each["count"].get<std::int64_t>();
  std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
  return counts;
}

Counts shown(const Snapshot& snapshot) {
  Counts counts;
  for (const TaskCount& each : snapshot.tasks) {
    if (each.count != 0) counts[each.status] += each.count;
  }
  return counts;
}

}  // namespace

TEST_CASE("a region in which tasks keep arriving becomes complete, and is right once it rests", "[day][arrivals]") {
  Day day(growing_region(), "interval = \"30s\"");
  day.set_latency(Milliseconds{50});
  day.live_until_complete(minutes{10});
  day.live_for(minutes{30});
  CHECK(day.view().front()->snapshot->complete);
  day.freeze();
  CHECK(shown(*day.view().front()->snapshot) == held(day.truth()["queues"][0]["tasks"], "status"));
}

TEST_CASE("what Batch has is complete although jobs come and go while hundreds are listed", "[day][arrivals]") {
  Day day(busy_batch(), "interval = \"30s\"\nquota_share = 1");
  day.set_latency(Milliseconds{50});
  day.live_until_complete(minutes{30});
  int rounds = 0;
  int complete = 0;
  day.watch([&](const Refreshed& refreshed) {
    ++rounds;
    complete += refreshed.shown->snapshot->complete ? 1 : 0;
  });
  day.live_for(hours{2});
  CAPTURE(rounds, complete);
  CHECK(rounds > 10);
  CHECK(complete == rounds);
}
