#include "exporter/tally/batch_tally.h"

#include "tests/catch.h"
#include "tests/unit/tally/batch_queue.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

using Calls = std::vector<std::string>;

Calls details(const World& world) {
  Calls calls;
  for (const auto& call : world.calls) {
    if (!call.starts_with("DescribeJobs")) calls.push_back(call);
  }
  return calls;
}

const Failure broken{.kind = FailureKind::server, .code = "InternalError", .sentence = "broken"};

/// Lets one call fail.
void break_call(World& world, const std::string& which, const Failure& failure = broken) {
  world.fails = [=](const std::string& action, const std::string& what) {
    return action + " " + what == which ? std::optional(failure) : std::nullopt;
  };
}

}  // namespace

TEST_CASE("the first refresh is the baseline: it shows all and counts nothing", "[tally][batch_tally]") {
  World world;
  world.add("job-1", {{"A", 3}}, world_running);
  world.add("job-2", {{"A", 1}, {"B", 2}}, world_succeed);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK(queue.shown.complete);
  CHECK(queue.shown.began == world.now);
  CHECK(queue.shown.window == hours{1});
  CHECK(queue.instances("job-1", "A", world_running) == 3);
  CHECK(queue.instances("job-1", "A", world_failed) == 0);
  CHECK(queue.instances("job-2", "B", world_succeed) == 2);
  CHECK(queue.shown.instances.size() == 24);
  CHECK(queue.tasks("A", world_running) == 1);
  CHECK(queue.tasks("A", world_succeed) == 1);
  CHECK(queue.tasks("B", world_running) == 0);
  CHECK(queue.shown.tasks.size() == 16);
  CHECK(queue.jobs(world_running) == 1);
  CHECK(queue.jobs(world_succeed) == 1);
  CHECK(queue.jobs(world_failed) == 0);
  CHECK(queue.shown.counters.at("A").arrived == 0);
  CHECK(queue.shown.counters.at("A").finished ==
        std::map<Phase, std::uint64_t>{{Phase::succeeded, 0}, {Phase::failed, 0}});
  CHECK_FALSE(queue.shown.tells_start);
  CHECK(queue.shown.instances_finished == std::map<Phase, std::uint64_t>{{Phase::succeeded, 0}, {Phase::failed, 0}});
  CHECK(queue.shown.jobs_finished == std::map<Phase, std::uint64_t>{{Phase::succeeded, 0}, {Phase::failed, 0}});
}

TEST_CASE("an account without jobs has zeros, not nothing", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  CHECK(queue.shown.complete);
  CHECK(queue.shown.jobs.size() == 8);
  CHECK(queue.shown.jobs_finished.at(Phase::failed) == 0);
  CHECK(queue.shown.instances.empty());
}

TEST_CASE("a life is counted once, and a new type is shown at 0 first", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.now += seconds{30};
  world.add("job-1", {{"A", 3}}, world_running);
  REQUIRE(queue.refresh());
  CHECK(queue.arrived("A") == 1);
  CHECK(queue.shown.counters.at("A").arrived == 0);
  world.now += seconds{50};
  world.set("job-1", world_succeed);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(queue.refresh());
    CHECK(queue.shown.counters.at("A").arrived == 1);
    CHECK(queue.finished("A", Phase::succeeded) == 1);
    CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 3);
    CHECK(queue.shown.jobs_finished.at(Phase::succeeded) == 1);
  }
  const Histogram& turnaround = queue.shown.counters.at("A").turnaround;
  CHECK(turnaround.count() == 1);
  CHECK(turnaround.sum == Approx(50));
}

TEST_CASE("an interruption counts as failed, its end as FAILED does not, a retried end does", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.add("job-1", {{"A", 2}}, world_running);
  REQUIRE(queue.refresh());
  const auto step = [&](std::size_t state) {
    world.now += seconds{60};
    world.set("job-1", state);
    REQUIRE(queue.refresh());
  };
  step(world_interrupted);
  CHECK(queue.finished("A", Phase::failed) == 1);
  CHECK(queue.shown.jobs_finished.at(Phase::failed) == 1);
  CHECK(queue.shown.instances_finished.at(Phase::failed) == 2);
  step(world_failed);
  CHECK(queue.finished("A", Phase::failed) == 1);
  CHECK(queue.shown.jobs_finished.at(Phase::failed) == 1);
  CHECK(queue.shown.instances_finished.at(Phase::failed) == 2);
  step(0);
  CHECK(queue.instances("job-1", "A", 0) == 2);
  CHECK(queue.instances("job-1", "A", world_failed) == 0);
  step(world_failed);
  CHECK(queue.finished("A", Phase::failed) == 2);
  CHECK(queue.shown.jobs_finished.at(Phase::failed) == 2);
  CHECK(queue.shown.instances_finished.at(Phase::failed) == 4);
  CHECK(queue.arrived("A") == 1);
}

TEST_CASE("the series of an ended job stay for keep_ended, those of an interrupted one for good",
          "[tally][batch_tally]") {
  World world;
  world.add("ended", {{"A", 1}}, world_succeed);
  world.add("interrupted", {{"A", 1}}, world_interrupted);
  BatchQueue queue(world, {.keep_ended = minutes{10}});
  REQUIRE(queue.refresh());
  world.now += minutes{9};
  REQUIRE(queue.refresh());
  CHECK(queue.instances("ended", "A", world_succeed) == 1);
  world.now += minutes{1};
  REQUIRE(queue.refresh());
  CHECK_FALSE(queue.instances("ended", "A", world_succeed));
  CHECK(queue.tasks("A", world_succeed) == 0);
  CHECK(queue.jobs(world_succeed) == 1);
  CHECK(queue.instances("interrupted", "A", world_interrupted) == 1);
}

TEST_CASE("a job retried long after its end counts its new ends only", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world, {.keep_ended = minutes{1}});
  REQUIRE(queue.refresh());
  world.add("job-1", {{"A", 5}, {"B", 2}}, world_running);
  world.now += seconds{30};
  world.set("job-1", world_succeed, "A");
  world.set("job-1", world_failed, "B");
  REQUIRE(queue.refresh());
  world.now += minutes{30};
  REQUIRE(queue.refresh());
  CHECK(queue.shown.instances.empty());
  world.set("job-1", world_running, "B");
  REQUIRE(queue.refresh());
  CHECK(queue.instances("job-1", "A", world_succeed) == 5);
  world.now += seconds{30};
  world.set("job-1", world_succeed, "B");
  REQUIRE(queue.refresh());
  CHECK(queue.arrived("A") == 1);
  CHECK(queue.arrived("B") == 1);
  CHECK(queue.finished("A", Phase::succeeded) == 1);
  CHECK(queue.finished("B", Phase::failed) == 1);
  CHECK(queue.finished("B", Phase::succeeded) == 1);
  CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 7);
  CHECK(queue.shown.instances_finished.at(Phase::failed) == 2);
}

TEST_CASE("what ended while nobody looked is counted afterwards, by what is remembered", "[tally][batch_tally]") {
  World world;
  BatchQueue queue(world);
  world.add("job-1", {{"A", 1}}, world_running);
  REQUIRE(queue.refresh());
  world.now += hours{5};
  world.add("job-2", {{"A", 1}}, world_running);
  world.now += minutes{1};
  world.set("job-1", world_failed);
  world.set("job-2", world_succeed);
  world.now += hours{5};
  BatchQueue restarted(world);
  restarted.state = queue.state;
  REQUIRE(restarted.refresh());
  CHECK(restarted.finished("A", Phase::failed) == 1);
  CHECK(restarted.finished("A", Phase::succeeded) == 1);
  CHECK(restarted.arrived("A") == 1);
  CHECK(restarted.shown.instances.empty());
  REQUIRE(restarted.refresh());
  CHECK(details(world).empty());
}

TEST_CASE("a deleted job is no failure: its series end", "[tally][batch_tally]") {
  World world;
  world.add("live", {{"A", 1}}, world_running);
  world.add("ended", {{"A", 1}}, world_succeed);
  world.add("stays", {{"A", 1}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.jobs.erase("live");
  world.jobs.erase("ended");
  SECTION("between refreshes") {}
  SECTION("between its listing and its reading") {
    world.add("live", {{"A", 1}}, world_running);
    world.before_call = [&] {
      if (world.calls.back() == "DescribeJob live") world.jobs.erase("live");
    };
  }
  REQUIRE(queue.refresh());
  CHECK_FALSE(queue.partial);
  CHECK(queue.shown.complete);
  CHECK(queue.shown.instances.size() == 8);
  CHECK(queue.instances("stays", "A", world_running) == 1);
  world.now += minutes{1};
  REQUIRE(queue.refresh());
  world.now += minutes{61};
  REQUIRE(queue.refresh());
  CHECK(queue.state.batch.jobs.size() == 1);
}

TEST_CASE("jobs that a refresh brings no news of are those that stood before, not copies", "[tally][batch_tally]") {
  World world;
  world.page_size = 10;
  for (int i = 100; i < 150; ++i) {
    world.now += seconds{1};
    world.add("e-" + std::to_string(i), {{"A", 1}}, world_succeed);
  }
  world.now += hours{2};
  world.add("lives", {{"A", 1}}, world_running);
  BatchQueue queue(world);
  for (int round = 0; round < 3; ++round) {
    REQUIRE(queue.refresh());
    world.now += seconds{30};
  }
  const QueueState before = queue.state;
  REQUIRE(queue.refresh());
  const auto changed = std::ranges::count_if(queue.state.batch.jobs, [&](const auto& entry) {
    return !entry.second.shares_with(before.batch.jobs.at(entry.first));
  });
  CHECK(before.batch.jobs.size() == 51);
  CHECK(changed >= 1);
  // The live one and the page that was listed.
  CHECK(changed <= 11);
}

TEST_CASE("a job that a list leaves out for a while is counted once", "[tally][batch_tally]") {
  World world;
  world.add("stays", {{"A", 1}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.now += minutes{1};
  world.add("job", {{"A", 3}, {"B", 1}}, world_succeed);
  REQUIRE(queue.refresh());
  const WorldJob job = world.jobs.at("job");
  for (int i = 0; i < 3; ++i) {
    world.jobs.erase("job");
    world.now += minutes{20};
    REQUIRE(queue.refresh());
    CHECK_FALSE(queue.instances("job", "A", world_succeed));
    world.jobs["job"] = job;
    world.now += minutes{1};
    REQUIRE(queue.refresh());
    CHECK(queue.finished("A", Phase::succeeded) == 1);
    CHECK(queue.arrived("A") == 1);
    CHECK(queue.shown.jobs_finished.at(Phase::succeeded) == 1);
    CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 4);
    CHECK(queue.jobs(world_succeed) == 1);
  }
}

TEST_CASE("a job that cannot be read keeps what was known, the rest is published", "[tally][batch_tally]") {
  World world;
  world.add("job-1", {{"A", 2}}, world_running);
  world.add("job-2", {{"A", 2}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.set("job-1", world_succeed);
  world.set("job-2", world_succeed);
  break_call(world, "DescribeJob job-1");
  REQUIRE(queue.refresh());
  REQUIRE(queue.partial);
  CHECK(queue.partial->code == "InternalError");
  CHECK_FALSE(queue.shown.complete);
  CHECK(queue.instances("job-1", "A", world_running) == 2);
  CHECK(queue.instances("job-2", "A", world_succeed) == 2);
  world.fails = {};
  REQUIRE(queue.refresh());
  CHECK(queue.instances("job-1", "A", world_succeed) == 2);
  CHECK(queue.finished("A", Phase::succeeded) == 2);
}

TEST_CASE("what every call would meet ends the calls of that action", "[tally][batch_tally]") {
  World world;
  for (int i = 0; i < 5; ++i) world.add("job-" + std::to_string(i), {{"A", 1}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.fails = [](const std::string& action, const std::string&) -> std::optional<Failure> {
    if (action != "DescribeJob") return std::nullopt;
    return Failure{.kind = FailureKind::throttled, .code = "RequestLimitExceeded"};
  };
  REQUIRE(queue.refresh());
  CHECK(queue.partial->kind == FailureKind::throttled);
  CHECK(world.count("DescribeJob") == 1);
  CHECK(queue.shown.instances.size() == 40);
}

TEST_CASE("jobs left over from a throttled refresh are the first of the next", "[tally][batch_tally]") {
  World world;
  for (int i = 0; i < 4; ++i) world.add("job-" + std::to_string(i), {{"A", 1}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.now += seconds{30};
  break_call(world, "DescribeJob job-2", {.kind = FailureKind::throttled, .code = "RequestLimitExceeded"});
  REQUIRE(queue.refresh());
  world.fails = {};
  world.now += seconds{30};
  REQUIRE(queue.refresh());
  CHECK(details(world) == Calls{"DescribeJob job-2", "DescribeJob job-3", "DescribeJob job-0", "DescribeJob job-1"});
}

TEST_CASE("without the list of live jobs there is no refresh, without another there is part of one",
          "[tally][batch_tally]") {
  World world;
  world.add("live", {{"A", 1}}, world_running);
  world.add("interrupted", {{"A", 1}}, world_interrupted);
  world.add("ended", {{"A", 1}}, world_succeed);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  break_call(world, "DescribeJobs SUBMITTED");
  const auto counted = queue.refresh();
  REQUIRE_FALSE(counted);
  CHECK(counted.error() == broken);
  const auto which = GENERATE(values<std::string>({"DescribeJobs FAILED_INTERRUPTED", "DescribeJobs SUCCEED"}));
  break_call(world, which);
  REQUIRE(queue.refresh());
  CHECK(queue.partial);
  CHECK_FALSE(queue.shown.complete);
  CHECK(queue.shown.instances.size() == 24);
  CHECK(queue.jobs(world_interrupted) == 1);
  CHECK(queue.jobs(world_succeed) == 1);
}

TEST_CASE("a stop ends the refresh, wherever it comes", "[tally][batch_tally]") {
  World world;
  world.add("job-1", {{"A", 1}, {"B", 1}}, world_running);
  world.add("job-2", {{"A", 1}}, world_running);
  BatchQueue queue(world);
  REQUIRE(queue.refresh());
  world.jobs.erase("job-2");
  world.set("job-1", 3);
  const auto which =
      GENERATE(values<std::string>({"DescribeJobs SUBMITTED", "DescribeJobs FAILED_INTERRUPTED", "DescribeJobs SUCCEED",
                                    "DescribeJobsById job-2", "DescribeJob job-1", "DescribeTask job-1/A"}));
  CAPTURE(which);
  break_call(world, which, {.kind = FailureKind::stopped});
  const auto counted = queue.refresh();
  REQUIRE_FALSE(counted);
  CHECK(counted.error().kind == FailureKind::stopped);
  CHECK(world.calls.back() == which);
}

TEST_CASE("types beyond max_types are one for good", "[tally][batch_tally]") {
  World world;
  world.add("job-1", {{"A", 1}, {"B", 1}, {"C", 1}}, world_running);
  BatchQueue queue(world, {.max_types = 2});
  REQUIRE(queue.refresh());
  CHECK(queue.tasks("A", world_running) == 1);
  CHECK(queue.tasks("other", world_running) == 1);
  CHECK(queue.tasks("C", world_running) == 0);
  CHECK(queue.instances("job-1", "C", world_running) == 1);
}

TEST_CASE("only jobs whose name fits are read and shown", "[tally][batch_tally]") {
  World world;
  world.add("a", {{"A", 1}}, world_running).name = "render-1";
  world.add("b", {{"B", 1}}, world_running).name = "encode-1";
  BatchQueue queue(world, {.job_names = {"render-*"}});
  REQUIRE(queue.refresh());
  REQUIRE(queue.refresh());
  CHECK(details(world) == Calls{"DescribeJob a"});
  CHECK(queue.shown.instances.size() == 8);
  CHECK(queue.jobs(world_running) == 1);
  CHECK(queue.shown.counters.count("B") == 0);
}

TEST_CASE("a job that had failed before counting began and is retried counts what it comes to then",
          "[tally][batch_tally]") {
  World world;
  world.add("job", {{"A", 3}}, world_failed);
  world.jobs.at("job").tasks[0].instances[0] = world_succeed;
  world.now += minutes{30};
  BatchQueue queue(world, {.keep_ended = minutes{5}});
  REQUIRE(queue.refresh());
  CHECK(queue.shown.instances.empty());
  world.now += minutes{1};
  WorldJob& job = world.jobs.at("job");
  job.tasks[0].instances = {world_succeed, world_succeed, world_running};
  world.settle(job);
  REQUIRE(queue.refresh());
  CHECK(queue.shown.instances_finished.at(Phase::succeeded) == 1);
  CHECK(queue.shown.instances_finished.at(Phase::failed) == 0);
}

TEST_CASE("an old job that is read in several refreshes counts nothing of what it was", "[tally][batch_tally]") {
  World world;
  world.pace = {{"DescribeTask", seconds{20}}};
  world.add("job", {{"A", 3}, {"B", 2}, {"C", 1}}, world_failed);
  // So many that they are not read at once.
  for (int i = 0; i < 30; ++i) world.add("other-" + std::to_string(i), {{"A", 1}}, world_failed);
  world.now += minutes{30};
  BatchQueue queue(world, {.keep_ended = minutes{5}, .interval = seconds{15}});
  REQUIRE(queue.refresh());
  CHECK(world.count("DescribeTask") == 1);
  CHECK_FALSE(queue.shown.complete);
  for (int i = 0; i < 3; ++i) {
    world.now += minutes{1};
    world.steady += minutes{1};
    REQUIRE(queue.refresh());
    CHECK(world.count("DescribeTask") == (i == 0 ? 1 : 0));
    CHECK(queue.shown.complete);
    CHECK(queue.shown.instances.empty());
    CHECK(queue.shown.instances_finished.at(Phase::failed) == 0);
  }
}
