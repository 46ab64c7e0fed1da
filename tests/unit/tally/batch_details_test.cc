#include "exporter/tally/batch_details.h"

#include "tests/catch.h"
#include "tests/unit/tally/batch_queue.h"

using namespace taskqueue;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

using Calls = std::vector<std::string>;

/// One job of a world, and what is known of it.
struct Desk {
  World world;
  WorldReader reader{world};
  QueueState state;
  BatchRound round;
  BatchCounting counting{state, 100};
  KnownBatchJob job;

  explicit Desk(const std::map<std::string, int>& tasks, std::size_t instance_state) {
    world.add("job-1", tasks, instance_state);
    job.job = world.jobs.at("job-1").view();
  }
  /// The calls beyond DescribeJob.
  Calls read() {
    world.calls.clear();
    BatchDetails details(reader, counting, round);
    job.job = world.jobs.at("job-1").view();
    details.want_job(job);
    REQUIRE(details.run());
    REQUIRE(world.calls.at(0) == "DescribeJob job-1");
    return {world.calls.begin() + 1, world.calls.end()};
  }
  [[nodiscard]] bool is_true() const {
    for (const WorldTask& task : world.jobs.at("job-1").tasks) {
      const auto known = job.tasks.find(task.name);
      if (known == job.tasks.end() || known->second.instances != task.counts()) return false;
    }
    return true;
  }
};

}  // namespace

TEST_CASE("the counts of a job with one task are the task's", "[tally][batch_details]") {
  const auto state = GENERATE(range(std::size_t{0}, batch_states.size()));
  Desk desk({{"A", 3}}, state);
  CHECK(desk.read().empty());
  CHECK(desk.is_true());
}

TEST_CASE("of several tasks the last is what is left when the others are over", "[tally][batch_details]") {
  Desk desk({{"A", 3}, {"B", 2}, {"C", 1}}, world_running);
  CHECK(desk.read() == Calls{"DescribeTask job-1/A", "DescribeTask job-1/B", "DescribeTask job-1/C"});
  desk.world.set("job-1", world_succeed, "A");
  desk.world.set("job-1", world_failed, "C");
  CHECK(desk.read() == Calls{"DescribeTask job-1/A", "DescribeTask job-1/C"});
  CHECK(desk.is_true());
  desk.world.jobs.at("job-1").tasks[1].instances[0] = world_failed;
  CHECK(desk.read().empty());
  CHECK(desk.is_true());
  desk.world.jobs.at("job-1").tasks[1].instances[1] = world_succeed;
  desk.world.settle(desk.world.jobs.at("job-1"));
  CHECK(desk.read().empty());
  CHECK(desk.is_true());
  CHECK_FALSE(is_due(desk.job, desk.world.now + minutes{60}));
}

TEST_CASE("running tasks are read again when the job's counts changed, and after a while", "[tally][batch_details]") {
  Desk desk({{"A", 2}, {"B", 2}}, world_running);
  desk.read();
  CHECK(desk.read().empty());
  desk.world.jobs.at("job-1").tasks[0].instances[0] = world_succeed;
  CHECK(desk.read().size() == 2);
  CHECK(desk.is_true());
  desk.world.now += minutes{5};
  CHECK(desk.read().size() == 2);
}

TEST_CASE("a task that was over is read again only when it ends anew", "[tally][batch_details]") {
  Desk desk({{"A", 2}, {"B", 2}}, world_running);
  desk.world.set("job-1", world_failed, "A");
  desk.read();
  CHECK(desk.is_true());
  desk.world.now += minutes{1};
  desk.world.set("job-1", world_running, "A");
  desk.read();
  CHECK(desk.is_true());
  desk.world.now += minutes{1};
  desk.world.set("job-1", world_succeed, "A");
  CHECK(desk.read() == Calls{"DescribeTask job-1/A"});
  CHECK(desk.is_true());
}

TEST_CASE("job-wide counts that cannot be are not used", "[tally][batch_details]") {
  struct Odd final : BatchReader {
    explicit Odd(World& world, StateCounts wrong) : inner(world), counts(wrong) {}
    Result<JobListing, Failure> jobs_in(const std::vector<std::string_view>& s, const EnoughJobs& e) override {
      return inner.jobs_in(s, e);
    }
    Result<JobListing, Failure> jobs_by_id(const std::vector<std::string>& ids) override {
      return inner.jobs_by_id(ids);
    }
    Result<JobDetail, Failure> job(const std::string& id, Purpose purpose) override {
      auto detail = inner.job(id, purpose);
      detail->instances = counts;
      return detail;
    }
    Result<TaskDetail, Failure> task(const TaskKey& key, Purpose purpose) override { return inner.task(key, purpose); }
    Result<JobListing, Failure> jobs_page(const std::vector<std::string_view>& s, std::int64_t offset) override {
      return inner.jobs_page(s, offset);
    }
    [[nodiscard]] Readiness readiness(Purpose purpose) const override { return inner.readiness(purpose); }
    WorldReader inner;
    StateCounts counts;
  };
  World world;
  world.add("job-1", {{"A", 2}, {"B", 2}}, world_succeed);
  const auto wrong = GENERATE(values<StateCounts>({{}, {0, 0, 0, 0, 0, 0, 1, 0}, {0, 0, 0, 0, 0, 0, 2, 0}}));
  Odd reader(world, wrong);
  QueueState state;
  BatchRound round;
  BatchCounting counting(state, 100);
  BatchDetails details(reader, counting, round);
  KnownBatchJob job{.job = world.jobs.at("job-1").view()};
  details.want_job(job);
  REQUIRE(details.run());
  CHECK(job.tasks.at("B").instances == StateCounts{0, 0, 0, 0, 0, 0, 2, 0});
  CHECK(world.count("DescribeTask") == 2);
}

TEST_CASE("instances that follow their stopped task a little later get a second look", "[tally][batch_details]") {
  struct Late final : BatchReader {
    explicit Late(World& world) : inner(world) {}
    Result<JobListing, Failure> jobs_in(const std::vector<std::string_view>& s, const EnoughJobs& e) override {
      return inner.jobs_in(s, e);
    }
    Result<JobListing, Failure> jobs_by_id(const std::vector<std::string>& ids) override {
      return inner.jobs_by_id(ids);
    }
    Result<JobDetail, Failure> job(const std::string& id, Purpose purpose) override {
      auto detail = inner.job(id, purpose);
      if (is_late) detail->instances = StateCounts{0, 0, 0, 0, 2, 0, 0, 0};
      return detail;
    }
    Result<TaskDetail, Failure> task(const TaskKey& key, Purpose purpose) override { return inner.task(key, purpose); }
    Result<JobListing, Failure> jobs_page(const std::vector<std::string_view>& s, std::int64_t offset) override {
      return inner.jobs_page(s, offset);
    }
    [[nodiscard]] Readiness readiness(Purpose purpose) const override { return inner.readiness(purpose); }
    WorldReader inner;
    bool is_late = true;
  };
  World world;
  world.add("job-1", {{"A", 2}}, world_failed);
  Late reader(world);
  QueueState state;
  BatchRound round;
  BatchCounting counting(state, 100);
  BatchDetails details(reader, counting, round);
  KnownBatchJob job{.job = world.jobs.at("job-1").view()};
  details.want_job(job);
  REQUIRE(details.run());
  CHECK(is_due(job, world.now));
  SECTION("and are then as they are") {
    reader.is_late = false;
    details.want_job(job);
    REQUIRE(details.run());
    CHECK(job.tasks.at("A").instances == StateCounts{0, 0, 0, 0, 0, 0, 0, 2});
  }
  SECTION("but no third") {
    details.want_job(job);
    REQUIRE(details.run());
  }
  CHECK_FALSE(is_due(job, world.now + minutes{60}));
}

TEST_CASE("a job that is over before its tasks is looked at again until they are", "[tally][batch_details]") {
  Desk desk({{"A", 2}, {"B", 2}}, world_running);
  desk.read();
  desk.job.job.state = "FAILED";
  desk.job.read_as = desk.job.job;
  CHECK_FALSE(is_due(desk.job, desk.world.now + minutes{4}));
  CHECK(is_due(desk.job, desk.world.now + minutes{6}));
  desk.world.set("job-1", world_failed, "A");
  desk.world.set("job-1", world_failed, "B");
  desk.read();
  CHECK_FALSE(is_due(desk.job, desk.world.now + minutes{60}));
}

TEST_CASE("instances of a task that is not found once stay as they were counted", "[tally][batch_details]") {
  Desk desk({{"A", 2}, {"B", 2}}, world_running);
  desk.state.batch.counting_since = desk.world.now - minutes{60};
  desk.world.jobs.at("job-1").tasks[0].instances[0] = world_succeed;
  desk.read();
  CHECK(desk.state.batch.instances_finished.at(Phase::succeeded) == 1);
  desk.world.now += minutes{6};
  desk.world.fails = [](const std::string& action, const std::string&) {
    return action == "DescribeTask" ? std::optional(Failure{.kind = FailureKind::not_found}) : std::nullopt;
  };
  CHECK_FALSE(desk.read().empty());
  CHECK(desk.is_true());
  desk.world.fails = {};
  desk.world.set("job-1", world_succeed, "A");
  desk.read();
  CHECK(desk.is_true());
  CHECK(desk.state.batch.instances_finished.at(Phase::succeeded) == 2);
}

TEST_CASE("what a stopped task's late instances were cannot be subtracted for the last task",
          "[tally][batch_details]") {
  Desk desk({{"A", 2}, {"B", 2}}, world_running);
  desk.state.batch.counting_since = desk.world.now - minutes{60};
  desk.world.jobs.at("job-1").tasks[1].instances[0] = world_succeed;
  desk.read();
  // A was stopped and is over; one of its instances still runs when the job is read, and moves on before A is.
  WorldTask& stopped = desk.world.jobs.at("job-1").tasks[0];
  desk.world.now += minutes{1};
  stopped.ended = desk.world.now;
  stopped.told = world_failed;
  stopped.instances = {world_failed, world_running};
  SECTION("while it moves") {}
  SECTION("when it has moved on by the time A is read") {
    desk.world.before_call = [&, calls = 0]() mutable {
      if (++calls == 2) stopped.instances[1] = world_succeed;
    };
  }
  desk.read();
  desk.world.before_call = {};
  CHECK(desk.job.tasks.at("B").instances == desk.world.jobs.at("job-1").tasks[1].counts());
  stopped.instances = {world_failed, world_succeed};
  desk.read();
  CHECK(desk.is_true());
  CHECK(desk.state.batch.instances_finished.at(Phase::succeeded) == 2);
  CHECK(desk.state.batch.instances_finished.at(Phase::failed) == 1);
}

TEST_CASE("a task that could not be read is owed", "[tally][batch_details]") {
  Desk desk({{"A", 2}, {"B", 2}}, world_running);
  desk.read();
  desk.world.set("job-1", world_succeed, "A");
  desk.world.fails = [](const std::string& action, const std::string&) {
    return action == "DescribeTask" ? std::optional(Failure{.kind = FailureKind::permission}) : std::nullopt;
  };
  CHECK(desk.read().size() == 1);  // the second has no chance either
  CHECK(desk.round.partial->kind == FailureKind::permission);
  CHECK(desk.job.tasks.at("A").instances == StateCounts{0, 0, 0, 0, 2, 0, 0, 0});
  CHECK(is_due(desk.job, desk.world.now));
  desk.world.fails = {};
  desk.read();
  CHECK(desk.is_true());
}

TEST_CASE("what one answer leaves out makes no job due", "[tally][batch_details]") {
  Desk desk({{"A", 2}}, world_succeed);
  desk.read();
  desk.job.job.tasks.reset();
  desk.job.job.ended.reset();
  CHECK_FALSE(is_due(desk.job, desk.world.now));
  desk.job.job.ended = desk.world.now + seconds{1};
  CHECK(is_due(desk.job, desk.world.now));
}
