// What refreshes of a VOD queue cost in calls, on simulated days: exact, whatever else the machine does.
//   calls   with the environment's CALLS_ENDED tasks in the window and CALLS_RATE new ones a second
// prints for each refresh, after the window has been read once: calls, milliseconds it took with 50 ms there and back,
// waiting, processing, all tasks shown, newly ended, milliseconds since the data of the refresh before.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/day/day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

// Every twentieth looks further back: two of those are among them.
constexpr std::size_t refreshes = 40;

double setting(const char* name) {
  const char* value = std::getenv(name);
  if (!value) FAIL(name << " is not set");
  return std::strtod(value, nullptr);
}

simulator::CloudPlan cloud(double ended, double per_second) {
  simulator::TaskQueuePlan queue{.service = "vod", .sub_app_id = 1500000001};
  queue.world = {.arrivals = {.history_tasks = ended, .history = hours{72}, .per_second = per_second},
                 .types = {{"Procedure", 4}, {"EditMedia", 1}},
                 .wait = {seconds{0}, seconds{10}},
                 .run = {seconds{0}, seconds{20}},
                 .failed_share = 0.05,
                 .aborted_share = 0.02,
                 .window = hours{72}};
  simulator::CloudPlan plan{.lead = seconds{60}};
  plan.accounts.push_back({.name = "busy",
                           .provider = "tencent",
                           .secret_id = "AKIDbusy",
                           .secret_key = "busy-key-of-no-worth",
                           .queues = {std::move(queue)}});
  plan.quirks["vod"] = simulator::documented_quirks("vod");
  return plan;
}

std::uint64_t ended(const Snapshot& snapshot) {
  std::uint64_t sum = 0;
  for (const auto& [type, counters] : snapshot.counters) {
    for (const auto& [outcome, count] : counters.finished) sum += count;
  }
  return sum;
}

std::uint64_t ended(const json& truth) {
  std::uint64_t sum = 0;
  for (const json& each : truth["queues"][0]["finished"]) sum += each["count"].get<std::uint64_t>();
  return sum;
}

struct Row {
  std::uint64_t calls = 0;
  Milliseconds took{0};
  std::int64_t waiting = 0, processing = 0, all = 0;
  std::uint64_t newly_ended = 0;
  Milliseconds gap{0};
};

Row row(const Refreshed& refreshed, std::uint64_t ended_before) {
  Row row{.calls = refreshed.calls,
          .took = refreshed.took,
          .newly_ended = ended(*refreshed.shown->snapshot) - ended_before};
  for (const TaskCount& each : refreshed.shown->snapshot->tasks) {
    row.all += each.count;
    if (each.phase == Phase::queued) row.waiting += each.count;
    if (each.phase == Phase::running) row.processing += each.count;
  }
  return row;
}

}  // namespace

TEST_CASE("what refreshes cost in calls") {
  Day day(cloud(setting("CALLS_ENDED"), setting("CALLS_RATE")), "interval = \"30s\"\nquota_share = 1");
  day.set_latency(Milliseconds{50});
  day.stand_still_in_refreshes();
  day.live_until_complete(hours{24});
  std::vector<Row> rows;
  std::uint64_t shown_before = 0, true_before = 0, shown_now = 0;
  WallTime began{};
  bool begun = false;
  day.watch([&](const Refreshed& refreshed) {
    if (rows.size() == refreshes) return;
    REQUIRE(refreshed.shown->snapshot->complete);
    if (begun) {
      rows.push_back(row(refreshed, shown_now));
      rows.back().gap = refreshed.shown->snapshot->began - began;
    } else {
      shown_before = ended(*refreshed.shown->snapshot);
      true_before = ended(day.truth());
    }
    begun = true;
    began = refreshed.shown->snapshot->began;
    shown_now = ended(*refreshed.shown->snapshot);
    // Few calls are worth something only if nothing was missed.
    if (rows.size() == refreshes) CHECK(shown_now - shown_before == ended(day.truth()) - true_before);
  });
  while (rows.size() < refreshes) day.live_for(seconds{30});
  for (const Row& each : rows) {
    std::printf("%llu %lld %lld %lld %lld %llu %lld\n", static_cast<unsigned long long>(each.calls),
                static_cast<long long>(each.took.count()), static_cast<long long>(each.waiting),
                static_cast<long long>(each.processing), static_cast<long long>(each.all),
                static_cast<unsigned long long>(each.newly_ended), static_cast<long long>(each.gap.count()));
  }
}
