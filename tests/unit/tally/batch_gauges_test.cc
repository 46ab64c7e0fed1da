#include "exporter/tally/batch_gauges.h"

#include "tests/catch.h"
#include "tests/unit/tally/batch_queue.h"

using namespace taskqueue;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

std::set<std::string> shown_jobs(const BatchQueue& queue) {
  std::set<std::string> ids;
  for (const InstanceCount& row : queue.shown.instances) ids.insert(row.job_id.empty() ? row.job_name : row.job_id);
  return ids;
}

void add_later(World& world, const std::string& id, std::size_t state,
               const std::map<std::string, int>& tasks = {{"A", 1}}) {
  world.now += minutes{1};
  world.add(id, tasks, state);
}

}  // namespace

TEST_CASE("whole ended jobs go first, the longest ended first, then the newest live ones", "[tally][batch_gauges]") {
  World world;
  add_later(world, "live-1", world_running, {{"A", 1}, {"B", 1}});
  add_later(world, "ended-1", world_succeed);
  add_later(world, "live-2", world_running, {{"A", 1}, {"B", 1}});
  add_later(world, "ended-2", world_succeed);
  const auto [max_series, expected, dropped] = GENERATE(table<std::size_t, std::set<std::string>, std::uint64_t>({
      {48, {"live-1", "live-2", "ended-1", "ended-2"}, 0},
      {47, {"live-1", "live-2", "ended-2"}, 8},
      {40, {"live-1", "live-2", "ended-2"}, 8},
      {39, {"live-1", "live-2"}, 16},
      {31, {"live-1"}, 32},
      {16, {"live-1"}, 32},
      {15, {}, 48},
      {0, {}, 48},
  }));
  BatchQueue queue(world, {.max_series = max_series});
  REQUIRE(queue.refresh());
  CHECK(shown_jobs(queue) == expected);
  CHECK(queue.shown.series_dropped == dropped);
  // Counts of tasks and jobs are never kept out.
  CHECK(queue.tasks("A", world_running) == 2);
  CHECK(queue.tasks("A", world_succeed) == 2);
  CHECK(queue.jobs(world_succeed) == 2);
}

TEST_CASE("an interrupted job is live to the guard", "[tally][batch_gauges]") {
  World world;
  add_later(world, "interrupted", world_interrupted);
  add_later(world, "ended", world_failed);
  BatchQueue queue(world, {.max_series = 8});
  REQUIRE(queue.refresh());
  CHECK(shown_jobs(queue) == std::set<std::string>{"interrupted"});
}

TEST_CASE("jobs of one name are added up, and leave out the job's id", "[tally][batch_gauges]") {
  World world;
  for (const std::string id : {"j-1", "j-2", "j-3"}) world.add(id, {{"A", 2}}, world_running).name = "nightly";
  world.jobs.at("j-3").tasks[0].name = "B";
  world.set("j-2", world_succeed);
  BatchQueue queue(world, {.by_job_name = true});
  REQUIRE(queue.refresh());
  CHECK(queue.shown.instances.size() == 16);
  CHECK(queue.shown.instances[0].job_id.empty());
  CHECK(queue.instances("nightly", "A", world_running) == 2);
  CHECK(queue.instances("nightly", "A", world_succeed) == 2);
  CHECK(queue.instances("nightly", "B", world_running) == 2);
}

TEST_CASE("every state has its row, with the phase it means", "[tally][batch_gauges]") {
  World world;
  world.add("job-1", {{"A", 1}}, world_interrupted);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  std::map<std::string, Phase> phases;
  for (const InstanceCount& row : queue.shown.instances) phases[row.status] = row.phase;
  CHECK(phases == std::map<std::string, Phase>{{"SUBMITTED", Phase::queued},
                                               {"PENDING", Phase::queued},
                                               {"RUNNABLE", Phase::queued},
                                               {"STARTING", Phase::running},
                                               {"RUNNING", Phase::running},
                                               {"SUCCEED", Phase::succeeded},
                                               {"FAILED", Phase::failed},
                                               {"FAILED_INTERRUPTED", Phase::failed}});
}

TEST_CASE("the oldest queued and unfinished tasks are told, and never a start", "[tally][batch_gauges]") {
  World world;
  add_later(world, "job-1", world_running);
  const WallTime first = world.now;
  add_later(world, "job-2", 1);
  const WallTime second = world.now;
  add_later(world, "job-3", 0);
  add_later(world, "job-4", world_interrupted, {{"B", 1}});
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  REQUIRE(queue.shown.oldest.size() == 1);
  CHECK(queue.shown.oldest.at("A").unfinished == first);
  CHECK(queue.shown.oldest.at("A").queued == second);
  CHECK_FALSE(queue.shown.oldest.at("A").running);
  REQUIRE(queue.shown.oldest_queued.size() == 2);
  CHECK(queue.shown.oldest_queued[0] == NamedTask{.id = "job-2/A", .type = "A", .since = second});
  CHECK(queue.shown.longest_running.empty());
}
