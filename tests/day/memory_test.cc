// What is remembered does not grow with time: days at stationary rates, and the heap after each part of them.
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "tests/day/day.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// As many tasks are born as leave the window.
simulator::TaskQueuePlan stationary(const std::string& service, double tasks, Milliseconds window) {
  const double per_second = tasks / std::chrono::duration<double>(window).count();
  const bool vod = service == "vod";
  return {.service = service,
          .sub_app_id = vod ? 1500000001 : 0,
          .world = {.arrivals = {.history_tasks = tasks, .history = window, .per_second = per_second},
                    .types = {{vod ? "Procedure" : "WorkflowTask", 3}, {vod ? "EditMedia" : "EditMediaTask", 1}},
                    .run = {seconds{10}, seconds{600}},
                    .window = window}};
}

/// Bytes in use on the heap after each of `parts` stretches of life, in two windows of so many tasks.
std::vector<std::size_t> heap_over_time(double tasks, const std::string& interval, seconds part, int parts) {
  simulator::CloudPlan plan{.lead = hours{1}};
  plan.accounts.push_back({.name = "calm",
                           .provider = "tencent",
                           .secret_id = "AKIDcalm",
                           .secret_key = "calm-key-of-no-worth",
                           .queues = {stationary("mps", tasks, hours{168}), stationary("vod", tasks, hours{72})}});
  Day day(plan, "interval = \"" + interval + "\"\nquota_share = 1");
  day.live_until_complete();
  std::vector<std::size_t> heap;
  for (int i = 0; i < parts; ++i) {
    day.live_for(part);
    heap.push_back(mallinfo2().uordblks);
  }
  return heap;
}

/// After the first stretch, in which what is kept for a while fills up.
void check_flat(const std::vector<std::size_t>& heap) {
  std::string text;
  for (const std::size_t bytes : heap) text += std::to_string(bytes / 1024) + " ";
  WARN("KiB in use: " << text);
  const std::size_t most = *std::max_element(heap.begin() + 2, heap.end());
  CHECK(static_cast<double>(most) < 1.03 * static_cast<double>(std::max(heap[0], heap[1])) + 64 * 1024);
}

}  // namespace

TEST_CASE("half a day adds nothing to what is remembered", "[day][memory]") {
  check_flat(heap_over_time(20000, "120s", hours{2}, 6));
}

TEST_CASE("a week adds nothing to what is remembered", "[.full][memory]") {
  check_flat(heap_over_time(60000, "120s", hours{24}, 7));
}
