// No sliding second holds more requests than it may: first sweeps, reload storms and two queues of one account
// included.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>

#include "tests/day/day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

simulator::TaskQueuePlan vod_application(std::int64_t id, double ended) {
  return {.service = "vod",
          .sub_app_id = id,
          .world = {.arrivals = {.history_tasks = ended, .history = hours{72}, .per_second = 5},
                    .types = {{"Procedure", 1}},
                    .run = {seconds{0}, seconds{60}},
                    .window = hours{72}}};
}

/// Two applications of one account, which share its budget.
simulator::CloudPlan two_queues(double ended) {
  simulator::CloudPlan plan{.lead = seconds{60}};
  plan.accounts.push_back({.name = "media",
                           .provider = "tencent",
                           .secret_id = "AKIDmedia",
                           .secret_key = "media-key-of-no-worth",
                           .queues = {vod_application(1500000001, ended), vod_application(1500000002, ended)}});
  return plan;
}

void check_requests(Day& day, double share) {
  const json requests = day.requests();
  CHECK_FALSE(requests["actions"].empty());
  for (const json& action : requests["actions"]) {
    const std::string name = action["service"].get<std::string>() + "." + action["action"].get<std::string>();
    CAPTURE(name);
    const double most = std::max(1.0, std::ceil(simulator::documented_limit(name) * share));
    CHECK(action["most_in_any_second"].get<double>() <= most);
    CHECK(action["by_code"].size() == 1);
    CHECK(action["by_code"].contains("OK"));
  }
}

std::uint64_t most_in_any_second(Day& day) {
  std::uint64_t most = 0;
  const json requests = day.requests();
  for (const json& action : requests["actions"]) {
    most = std::max(most, action["most_in_any_second"].get<std::uint64_t>());
  }
  return most;
}

}  // namespace

TEST_CASE("two first sweeps of one account keep within its share of the limit", "[day][limits]") {
  const double share = GENERATE(0.05, 0.25, 1.0);
  CAPTURE(share);
  Day day(two_queues(20000), "interval = \"5s\"\nquota_share = " + std::to_string(share));
  day.live_until_complete();
  check_requests(day, share);
  day.live_for(seconds{120});
  check_requests(day, share);
  WARN("quota_share " << share << ": at most " << most_in_any_second(day) << " requests in any sliding second, of "
                      << simulator::documented_limit("vod.DescribeTasks"));
}

TEST_CASE("a storm of reloads in the middle of first sweeps keeps within the share of the limit", "[day][limits]") {
  Day day(two_queues(20000), "interval = \"5s\"\nquota_share = 0.25");
  for (int storm = 0; storm < 200; ++storm) {
    day.live_for(seconds{storm % 7 == 0 ? 3 : 1});
    // Each changes every queue: the refresh in flight is discarded, and all begin at once.
    day.reload("interval = \"" + std::to_string(5 + storm % 3) + "s\"\nquota_share = 0.25");
  }
  check_requests(day, 0.25);
  day.live_until_complete();
  check_requests(day, 0.25);
}

TEST_CASE("a share that a reload makes smaller holds from then on", "[day][limits]") {
  Day day(two_queues(2000), "interval = \"5s\"\nquota_share = 1");
  day.live_until_complete();
  day.reload("interval = \"5s\"\nquota_share = 0.02");
  day.live_for(seconds{2});
  day.control("POST", "requests/reset");
  day.live_for(seconds{300});
  check_requests(day, 0.02);
}
