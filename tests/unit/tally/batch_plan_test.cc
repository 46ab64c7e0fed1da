// What a refresh costs: which calls are made, and which are not.
#include "exporter/tally/batch_plan.h"

#include "tests/catch.h"
#include "tests/unit/tally/batch_queue.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

using Calls = std::vector<std::string>;

Failure missing() { return {.kind = FailureKind::not_found, .code = "ResourceNotFound.Job"}; }

void refresh_after(BatchQueue& queue, Milliseconds pause) {
  queue.world.now += pause;
  REQUIRE(queue.refresh());
}

}  // namespace

TEST_CASE("ended jobs are read in the time that live ones leave, then they cost nothing", "[tally][batch_plan]") {
  World world;
  world.pace = {
      {"DescribeJobs", Milliseconds{500}}, {"DescribeJob", Milliseconds{500}}, {"DescribeTask", Milliseconds{333}}};
  for (int i = 0; i < 50; ++i) world.add("live-" + std::to_string(i), {{"A", 2}}, world_running);
  for (int i = 0; i < 200; ++i) world.add("ended-" + std::to_string(i), {{"A", 1}, {"B", 1}}, world_failed);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK_FALSE(queue.shown.complete);
  CHECK(world.count("DescribeJob") >= 53);
  CHECK(world.count("DescribeJob") <= 62);
  const auto first_ended = std::ranges::find(
      world.calls, true, [](const std::string& call) { return call.starts_with("DescribeJob ended"); });
  const auto live = std::ranges::count_if(world.calls.begin(), first_ended,
                                          [](const std::string& call) { return call.starts_with("DescribeJob live"); });
  CHECK(live == 50);
  CHECK(world.steady - SteadyTime{} <= seconds{34});
  for (int i = 0; i < 40 && !queue.shown.complete; ++i) REQUIRE(queue.refresh());
  CHECK(queue.shown.complete);
  CHECK(queue.shown.instances.size() == 50 * 8 + 200 * 16);
  refresh_after(queue, seconds{30});
  CHECK(world.count("DescribeJobs") == 3);
  CHECK(world.count("DescribeJobsById") == 0);
  CHECK(world.count("DescribeJob") == 50);
  CHECK(world.count("DescribeTask") == 0);
}

TEST_CASE("a history from before keep_ended is not read at all", "[tally][batch_plan]") {
  World world;
  for (int i = 0; i < 120; ++i) world.add("ended-" + std::to_string(i), {{"A", 1}}, world_succeed);
  world.now += hours{2};
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK(world.calls.size() == 6);
  CHECK(queue.jobs(world_succeed) == 120);
  CHECK(queue.shown.complete);
  refresh_after(queue, seconds{30});
  CHECK(world.calls.size() == 3);
}

TEST_CASE("the list of ended jobs is read as far as its growth", "[tally][batch_plan]") {
  World world;
  world.page_size = 10;
  for (int i = 100; i < 150; ++i) {
    world.now += seconds{1};
    world.add("e-" + std::to_string(i), {{"A", 1}}, world_succeed);
  }
  world.now += hours{2};
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK(world.count("DescribeJobs") == 4 + 5);
  refresh_after(queue, seconds{30});
  CHECK(world.count("DescribeJobs") == 3);
  SECTION("a job that came and went is on the first page") {
    world.add("e-1295", {{"A", 1}}, world_succeed);
    refresh_after(queue, seconds{30});
    CHECK(world.count("DescribeJobs") == 3);
    CHECK(queue.finished("A", Phase::succeeded) == 1);
  }
  SECTION("a job that was live is asked for by id") {
    world.add("x", {{"A", 1}}, world_running);
    refresh_after(queue, seconds{30});
    world.set("x", world_succeed);
    refresh_after(queue, seconds{30});
    CHECK(world.count("DescribeJobs") == 3);
    CHECK(world.count("DescribeJobsById") == 1);
    CHECK(queue.finished("A", Phase::succeeded) == 1);
    CHECK(queue.jobs(world_succeed) == 51);
  }
  SECTION("one that was deleted is told by the total") {
    world.jobs.erase("e-120");
    refresh_after(queue, seconds{30});
    CHECK(world.calls.size() == 3);
    CHECK(queue.jobs(world_succeed) == 49);
  }
  SECTION("one that came as another went is found as well") {
    world.jobs.erase("e-120");
    world.add("e-1495", {{"A", 1}}, world_succeed);
    refresh_after(queue, seconds{30});
    CHECK(queue.finished("A", Phase::succeeded) == 1);
    CHECK(queue.jobs(world_succeed) == 50);
  }
}

TEST_CASE("waiting jobs rest until something about them changes", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 2}, {"B", 3}}, 1);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK(world.count("DescribeTask") == 2);
  refresh_after(queue, seconds{30});
  CHECK(world.count("DescribeJob") == 0);
  refresh_after(queue, minutes{5});
  CHECK(world.count("DescribeJob") == 1);
  CHECK(world.count("DescribeTask") == 0);
  world.set("job-1", 2, "A");
  refresh_after(queue, seconds{30});
  CHECK(queue.instances("job-1", "A", 2) == 2);
  CHECK(world.calls.back() == "DescribeTask job-1/A");
  CHECK(world.count("DescribeTask") == 1);
}

TEST_CASE("an interrupted job is looked at once a minute", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 2}}, world_interrupted);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.jobs.at("job-1").tasks[0].instances[0] = world_failed;
  refresh_after(queue, seconds{30});
  CHECK(world.count("DescribeJob") == 0);
  refresh_after(queue, seconds{30});
  CHECK(world.count("DescribeJob") == 1);
  CHECK(queue.instances("job-1", "A", world_failed) == 1);
  CHECK(queue.instances("job-1", "A", world_interrupted) == 1);
}

TEST_CASE("an API that does not filter is asked once", "[tally][batch_plan]") {
  World world;
  world.unfiltered = true;
  world.add("job-1", {{"A", 2}}, world_running);
  world.add("job-2", {{"A", 2}}, world_interrupted);
  world.add("job-3", {{"A", 2}}, world_succeed);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK(world.count("DescribeJobs") == 1);
  CHECK(queue.shown.instances.size() == 24);
  world.jobs.erase("job-3");
  refresh_after(queue, seconds{30});
  CHECK(queue.jobs(world_succeed) == 0);
}

TEST_CASE("a named pair needs DescribeTask alone", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 2}, {"B", 1}}, world_running);
  BatchQueue queue(world, {.named = {{"job-1", {"A"}}}});
  REQUIRE(queue.refresh());
  CHECK(world.calls == Calls{"DescribeTask job-1/A"});
  CHECK(queue.shown.complete);
  CHECK(queue.instances("job-1", "A", world_running) == 2);
  CHECK(queue.shown.instances.size() == 8);
  CHECK(queue.shown.instances[0].job_name.empty());
  CHECK(queue.tasks("A", world_running) == 1);
  CHECK(queue.shown.jobs.empty());
  CHECK(queue.shown.jobs_finished.empty());
  refresh_after(queue, seconds{30});
  world.set("job-1", world_succeed);
  refresh_after(queue, seconds{30});
  CHECK(queue.finished("A", Phase::succeeded) == 1);
  CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 2);
  refresh_after(queue, hours{30});
  CHECK(queue.instances("job-1", "A", world_succeed) == 2);
}

TEST_CASE("a named job without tasks is asked by DescribeJob, and shown for good", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 2}, {"B", 1}}, world_running);
  world.set("job-1", world_succeed, "B");
  world.add("other", {{"A", 2}}, world_running);
  BatchQueue queue(world, {.named = {{"job-1", {}}}});
  REQUIRE(queue.refresh());
  CHECK(world.calls == Calls{"DescribeJob job-1", "DescribeTask job-1/B"});
  CHECK(queue.instances("job-1", "A", world_running) == 2);
  CHECK(queue.shown.instances[0].job_name == "name-job-1");
  CHECK(queue.jobs(world_running) == 1);
  refresh_after(queue, hours{3});
  world.set("job-1", world_failed, "A");
  refresh_after(queue, hours{3});
  CHECK(queue.jobs(world_failed) == 1);
  CHECK(queue.shown.jobs_finished.at(Phase::failed) == 1);
  CHECK(queue.instances("job-1", "A", world_failed) == 2);
}

TEST_CASE("named ones that are over are looked at now and then, one at least in each refresh", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 1}}, world_succeed);
  world.add("job-2", {{"A", 1}}, world_succeed);
  world.add("job-3", {{"A", 1}}, world_running);
  BatchQueue queue(world, {.named = {{"job-1", {"A"}}, {"job-2", {}}, {"job-3", {}}}});
  REQUIRE(queue.refresh());
  refresh_after(queue, seconds{30});
  CHECK(world.calls == Calls{"DescribeJob job-3"});
  refresh_after(queue, minutes{5});
  CHECK(world.calls.size() == 3);
  world.set("job-3", world_succeed);
  refresh_after(queue, seconds{30});
  refresh_after(queue, seconds{30});
  CHECK(world.calls.size() == 1);
  CHECK(queue.shown.began == world.now);
  world.set("job-1", world_running);
  refresh_after(queue, minutes{5});
  CHECK(queue.instances("job-1", "A", world_running) == 1);
}

TEST_CASE("a name that never was is told, one that was deleted is not", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 1}}, world_running);
  world.add("job-2", {{"A", 1}}, world_running);
  const auto tasks = GENERATE(values<std::vector<std::string>>({{}, {"A"}}));
  BatchQueue queue(world, {.named = {{"job-1", tasks}, {"job-2", tasks}}});
  SECTION("one of several") {
    world.jobs.erase("job-2");
    REQUIRE(queue.refresh());
    REQUIRE(queue.partial);
    CHECK(queue.partial->kind == missing().kind);
    CHECK(queue.shown.instances.size() == 8);
  }
  SECTION("all of them") {
    world.jobs.clear();
    const auto counted = queue.refresh();
    REQUIRE_FALSE(counted);
    CHECK(counted.error().kind == FailureKind::not_found);
  }
  SECTION("deleted later") {
    REQUIRE(queue.refresh());
    world.jobs.erase("job-2");
    REQUIRE(queue.refresh());
    CHECK_FALSE(queue.partial);
    CHECK(queue.shown.complete);
    CHECK(queue.shown.instances.size() == 8);
  }
}

TEST_CASE("a named job twice is read once, as a whole if it is named as a whole", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 1}}, world_running);
  BatchQueue queue(world, {.named = {{"job-1", {"A"}}, {"job-1", {}}, {"job-1", {}}}});
  REQUIRE(queue.refresh());
  CHECK(world.calls == Calls{"DescribeJob job-1"});
}

TEST_CASE("the waits for jobs and for tasks overlap", "[tally][batch_plan]") {
  World world;
  world.pace = {{"DescribeJob", Milliseconds{500}}, {"DescribeTask", Milliseconds{333}}};
  // Forty jobs need 20 s; the tasks that only DescribeTask tells: those of half the jobs need 20 s as well.
  for (int i = 0; i < 40; ++i) {
    world.add("job-" + std::to_string(100 + i),
              i < 20 ? std::map<std::string, int>{{"A", 1}, {"B", 1}, {"C", 1}} : std::map<std::string, int>{{"A", 1}},
              world_running);
  }
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK(world.count("DescribeJob") == 40);
  CHECK(world.count("DescribeTask") == 60);
  CHECK(world.steady - SteadyTime{} <= seconds{21});
  CHECK(queue.shown.instances.size() == 80 * 8);
}
