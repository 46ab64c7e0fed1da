// Batch answers that lag or are mistaken once, and configurations that change: nothing counts twice or is lost.
#include "tests/catch.h"
#include "tests/unit/tally/batch_queue.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const Failure server_fault{.kind = FailureKind::server, .code = "InternalError", .sentence = "broken"};
const Failure no_such_job{.kind = FailureKind::not_found, .code = "ResourceNotFound.Job", .sentence = "no such job"};

void fail_call(World& world, const std::string& which, const Failure& failure) {
  world.fails = [=](const std::string& action, const std::string& what) {
    return action + " " + what == which ? std::optional(failure) : std::nullopt;
  };
}

Result<Counted, Failure> refreshed_after(BatchQueue& queue, Milliseconds time) {
  queue.world.now += time;
  return queue.refresh();
}

}  // namespace

TEST_CASE("an end that could not be read at once is counted once it is", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.now += seconds{30};
  world.add("job-1", {{"A", 3}}, world_running);
  REQUIRE(queue.refresh());
  Milliseconds away = seconds{30};
  SECTION("after a time in which its series end") {
    away = hours{2};
    fail_call(world, "DescribeJob job-1", server_fault);
  }
  SECTION("after the API did not know the job for a moment") { fail_call(world, "DescribeJob job-1", no_such_job); }
  world.set("job-1", world_succeed);
  REQUIRE(refreshed_after(queue, away));
  world.fails = {};
  REQUIRE(refreshed_after(queue, seconds{30}));
  CHECK(queue.finished("A", Phase::succeeded) == 1);
  CHECK(queue.shown.jobs_finished.at(Phase::succeeded) == 1);
  CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 3);
}

TEST_CASE("a job of which a task could not be read does not rest", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.now += seconds{30};
  world.add("job-1", {{"A", 5}, {"B", 2}}, world_succeed);
  world.now += hours{2};
  fail_call(world, "DescribeTask job-1/A", server_fault);
  REQUIRE(queue.refresh());
  world.fails = {};
  REQUIRE(refreshed_after(queue, seconds{30}));
  CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 7);
  CHECK(queue.finished("A", Phase::succeeded) == 1);
}

TEST_CASE("ended jobs are shown for longer where keep_ended becomes longer", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.now += seconds{30};
  world.add("job-1", {{"A", 3}, {"B", 1}}, world_succeed);
  REQUIRE(queue.refresh());
  REQUIRE(refreshed_after(queue, hours{2}));
  CHECK_FALSE(queue.instances("job-1", "A", world_succeed));
  BatchQueue longer(queue, {.keep_ended = hours{24}});
  REQUIRE(refreshed_after(longer, seconds{30}));
  CHECK(longer.instances("job-1", "A", world_succeed) == 3);
  CHECK(longer.tasks("B", world_succeed) == 1);
  CHECK(longer.shown.complete);
  CHECK(longer.finished("A", Phase::succeeded) == 1);
  CHECK(longer.shown.instances_finished.at(Phase::succeeded) == 4);
  REQUIRE(refreshed_after(longer, seconds{30}));
  CHECK(longer.world.count("DescribeJob") == 0);
}

TEST_CASE("a job that a list leaves out once is shown again at once", "[tally][batch_tally]") {
  World world;
  world.add("job-1", {{"A", 3}}, world_succeed);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  const WorldJob job = world.jobs.at("job-1");
  world.jobs.erase("job-1");
  REQUIRE(refreshed_after(queue, seconds{30}));
  CHECK_FALSE(queue.instances("job-1", "A", world_succeed));
  world.jobs["job-1"] = job;
  REQUIRE(refreshed_after(queue, seconds{30}));
  CHECK(queue.instances("job-1", "A", world_succeed) == 3);
}

TEST_CASE("what is named no more and then again counts once", "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 1}}, world_running);
  BatchQueue first(world, {.named = {{"job-1", {}}}});
  REQUIRE(first.refresh());
  world.now += seconds{30};
  world.add("job-2", {{"A", 2}, {"B", 1}}, world_running);
  const BatchScope both = GENERATE(values<BatchScope>(
      {{.named = {{"job-1", {}}, {"job-2", {}}}}, {.named = {{"job-1", {}}, {"job-2", {"A", "B"}}}}, BatchScope{}}));
  BatchQueue named(first, both);
  REQUIRE(named.refresh());
  world.set("job-2", world_succeed);
  REQUIRE(refreshed_after(named, seconds{30}));
  CHECK(named.arrived("A") == 1);
  CHECK(named.finished("A", Phase::succeeded) == 1);
  const Snapshot counted = named.shown;
  const BatchScope fewer =
      GENERATE(values<BatchScope>({{.named = {{"job-1", {}}}}, {.named = {{"job-1", {}}, {"job-2", {"B"}}}}}));
  BatchQueue without(named, fewer);
  REQUIRE(refreshed_after(without, seconds{30}));
  CHECK_FALSE(without.instances("job-2", "A", world_succeed));
  CHECK(without.tasks("A", world_succeed) == 0);
  CHECK(without.jobs(world_succeed).value_or(0) == 0);
  BatchQueue again(without, both);
  for (int i = 0; i < 2; ++i) REQUIRE(refreshed_after(again, minutes{6}));
  CHECK(again.instances("job-2", "A", world_succeed) == 2);
  CHECK(again.arrived("A") == 1);
  CHECK(again.finished("A", Phase::succeeded) == 1);
  CHECK(again.finished("B", Phase::succeeded) == 1);
  CHECK(again.shown.instances_finished == counted.instances_finished);
  CHECK(again.shown.jobs_finished == counted.jobs_finished);
  SECTION("until a week has passed") {
    BatchQueue later(again, {.named = {{"job-1", {}}}});
    REQUIRE(refreshed_after(later, hours{7 * 24 + 1}));
    CHECK(later.state.batch.jobs.size() == 1);
  }
}

TEST_CASE("a named one that is not found once is asked for again at once, one that is gone now and then",
          "[tally][batch_plan]") {
  World world;
  world.add("job-1", {{"A", 2}}, world_running);
  world.add("job-2", {{"A", 1}}, world_running);
  const auto tasks = GENERATE(values<std::vector<std::string>>({{}, {"A"}}));
  const std::string call = tasks.empty() ? "DescribeJob job-1" : "DescribeTask job-1/A";
  BatchQueue queue(world, {.named = {{"job-1", tasks}, {"job-2", tasks}}});
  REQUIRE(queue.refresh());
  fail_call(world, call, no_such_job);
  REQUIRE(refreshed_after(queue, seconds{30}));
  CHECK_FALSE(queue.instances("job-1", "A", world_running));
  SECTION("it was a mistake") {
    world.fails = {};
    REQUIRE(refreshed_after(queue, seconds{30}));
    CHECK(queue.instances("job-1", "A", world_running) == 2);
  }
  SECTION("it was none") {
    REQUIRE(refreshed_after(queue, seconds{30}));
    CHECK(world.calls.size() == 2);
    REQUIRE(refreshed_after(queue, seconds{30}));
    CHECK(world.calls.size() == 1);
    CHECK_FALSE(queue.partial);
  }
}

TEST_CASE("a task's answer that lags behind its job's takes back no end", "[tally][batch_details]") {
  World world;
  world.add("job-1", {{"A", 2}, {"B", 2}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.now += minutes{1};
  const std::size_t end = GENERATE(values<std::size_t>({world_interrupted, world_failed}));
  world.set("job-1", end, "A");
  if (end == world_interrupted) world.jobs.at("job-1").tasks[0].ended = world.now;
  const WorldJob ended = world.jobs.at("job-1");
  // What is asked after the job is answered as things were.
  world.before_call = [&] {
    if (world.calls.back() == "DescribeTask job-1/A") world.set("job-1", world_running, "A");
  };
  REQUIRE(queue.refresh());
  world.before_call = {};
  world.jobs["job-1"] = ended;
  REQUIRE(refreshed_after(queue, seconds{30}));
  CHECK(queue.finished("A", Phase::failed) == 1);
  CHECK(queue.instances("job-1", "A", end) == 2);
  CHECK(queue.shown.instances_finished.at(Phase::failed) == 2);
}

TEST_CASE("instances that an answer shows as they were before do not end twice", "[tally][batch_details]") {
  World world;
  world.add("job-1", {{"A", 3}, {"B", 1}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  std::vector<std::size_t>& instances = world.jobs.at("job-1").tasks[0].instances;
  instances = {world_succeed, world_succeed, world_running};
  REQUIRE(refreshed_after(queue, seconds{30}));
  CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 2);
  instances = {world_succeed, world_running, world_running};
  REQUIRE(refreshed_after(queue, seconds{30}));
  SECTION("once") {
    CHECK(queue.instances("job-1", "A", world_succeed) == 2);
    instances = {world_succeed, world_succeed, world_succeed};
    REQUIRE(refreshed_after(queue, seconds{30}));
    CHECK(queue.instances("job-1", "A", world_succeed) == 3);
    CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 3);
  }
  SECTION("what stays so is so") {
    REQUIRE(refreshed_after(queue, seconds{30}));
    CHECK(queue.instances("job-1", "A", world_succeed) == 1);
  }
}
