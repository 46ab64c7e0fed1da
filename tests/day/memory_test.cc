// What is remembered does not grow with time: days at stationary rates, and the heap after each part of them.
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "tests/day/day.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
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

/// What the kernel keeps in memory for this process, the simulated cloud included.
std::size_t resident_bytes() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) * 1024;
  }
  return 0;
}

/// All four services.
simulator::CloudPlan stationary_cloud() {
  simulator::TaskQueuePlan ecs = stationary("ecs", 2000, hours{168});
  ecs.region = "cn-hangzhou";
  ecs.world.types = {{"ImportImage", 2}, {"ModifyDiskSpec", 1}};
  simulator::CloudPlan plan{.lead = hours{1}};
  plan.accounts.push_back({.name = "calm",
                           .provider = "tencent",
                           .secret_id = "AKIDcalm",
                           .secret_key = "calm-key-of-no-worth",
                           .queues = {stationary("mps", 20000, hours{168}), stationary("vod", 20000, hours{72})},
                           .batches = {{.region = "ap-guangzhou",
                                        .world = {.arrivals = {.history_tasks = 240,
                                                               .history = hours{24},
                                                               .per_second = 10 / 3600.0},
                                                  .most_instances = 4,
                                                  .run = {minutes{2}, minutes{8}},
                                                  .until_retry = {minutes{15}, minutes{30}},
                                                  .until_deleted = {hours{3}, hours{12}}}}}});
  plan.accounts.push_back({.name = "quiet",
                           .provider = "alibaba",
                           .secret_id = "LTAIquiet",
                           .secret_key = "quiet-key-of-no-worth",
                           .queues = {ecs}});
  return plan;
}

/// After a first stretch as long as each of the others, in which what is kept for a while fills up.
void check_resident(seconds stretch, int stretches) {
  Day day(stationary_cloud(), "interval = \"120s\"\nquota_share = 1");
  day.live_until_complete();
  day.live_for(stretch);
  const std::size_t first = resident_bytes();
  std::size_t last = first;
  std::string course;
  for (int i = 1; i < stretches; ++i) {
    day.live_for(stretch);
    last = resident_bytes();
    course += " " + std::to_string(last / 1024) + "/" + std::to_string(mallinfo2().uordblks / 1024);
  }
  WARN("KiB resident after the first part " << first / 1024 << ", after the others" << course);
  REQUIRE(first > 0);
  CHECK(last <= first + std::max<std::size_t>(first / 50, 1024 * 1024));
}

}  // namespace

TEST_CASE("the resident memory of all four services stays what it is after two hours", "[day][memory]") {
  check_resident(hours{2}, 3);
}

TEST_CASE("after a month the resident memory of all four services is what it was after a day", "[.full][month]") {
  check_resident(hours{24}, 30);
}

TEST_CASE("half a day adds nothing to what is remembered", "[day][memory]") {
  check_flat(heap_over_time(20000, "120s", hours{2}, 6));
}

TEST_CASE("a week adds nothing to what is remembered", "[.full][memory]") {
  check_flat(heap_over_time(60000, "120s", hours{24}, 7));
}
