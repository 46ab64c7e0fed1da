#include "exporter/simulator/batch_world.h"

#include <set>

#include "tests/catch.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

BatchWorld some_world() {
  return BatchWorld({.arrivals = {.history_tasks = 0, .per_second = 1.0 / 20}, .failed_share = 0.15}, 4);
}

}  // namespace

TEST_CASE("a job's identifier leads back to it while it is there", "[simulator][batch_world]") {
  const BatchWorld world = some_world();
  std::set<std::string> ids;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const BatchJob job = world.job(i);
    ids.insert(job.id);
    REQUIRE(job.id.size() == 12);
    CHECK(world.find(job.id, job.birth)->index == i);
    CHECK(world.find(job.id, job.deleted - Milliseconds{1}));
    CHECK_FALSE(world.find(job.id, job.birth - Milliseconds{1}));
    CHECK_FALSE(world.find(job.id, job.deleted));
  }
  CHECK(ids.size() == 200);
  CHECK_FALSE(world.find("job-zzzzzzzz", minutes{60}));
}

TEST_CASE("the jobs there are, are those born and not deleted", "[simulator][batch_world]") {
  const BatchWorld world = some_world();
  for (const Milliseconds now : {Milliseconds{0}, Milliseconds{minutes{10}}, Milliseconds{minutes{200}}}) {
    std::set<std::string> expected;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const BatchJob job = world.job(i);
      if (job.birth <= now && job.deleted > now) expected.insert(job.id);
    }
    std::set<std::string> found;
    for (const auto& job : world.jobs(now)) found.insert(job->id);
    CHECK(found == expected);
  }
}

TEST_CASE("all kinds of lives come about, and every state", "[simulator][batch_world]") {
  const BatchWorld world = some_world();
  std::set<std::vector<BatchState>> ends;
  std::set<BatchState> job_states;
  bool reopened = false;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const BatchJob job = world.job(i);
    std::optional<Milliseconds> end;
    for (Milliseconds now = job.birth; now < job.deleted; now += seconds{5}) {
      job_states.insert(job.state(now));
      const auto ended = job.ended(now);
      REQUIRE((ended.has_value() == is_end(job.state(now))));
      reopened = reopened || (end && !ended);
      end = ended;
    }
  }
  CHECK(job_states.size() == 8);
  CHECK(reopened);
}

TEST_CASE("tasks wait for the one before them", "[simulator][batch_world]") {
  const BatchWorld world = some_world();
  for (std::uint64_t i = 0; i < 200; ++i) {
    const BatchJob job = world.job(i);
    for (std::size_t t = 1; t < job.tasks.size(); ++t) {
      const auto running = job.tasks[t].instances[0].reached(BatchState::running, job.deleted);
      const auto before = job.tasks[t - 1].ended(job.deleted);
      if (running) REQUIRE(*before <= *running);
    }
  }
}

TEST_CASE("the metrics add up to the parts", "[simulator][batch_world]") {
  const BatchWorld world = some_world();
  for (const auto& shown : world.jobs(minutes{30})) {
    const BatchJob& job = *shown;
    std::uint64_t instances = 0;
    for (const BatchTask& task : job.tasks) instances += task.instances.size();
    std::uint64_t counted = 0;
    for (const auto count : job.instance_metrics(minutes{30})) counted += count;
    CHECK(counted == instances);
  }
}

TEST_CASE("a whole is what its parts make it", "[simulator][batch_world]") {
  // SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEED, FAILED, FAILED_INTERRUPTED
  CHECK(state_of({2, 0, 0, 0, 0, 0, 0, 0}) == BatchState::submitted);
  CHECK(state_of({0, 2, 1, 0, 0, 0, 0, 0}) == BatchState::runnable);
  CHECK(state_of({0, 2, 0, 0, 0, 1, 0, 0}) == BatchState::running);
  CHECK(state_of({0, 0, 0, 0, 0, 3, 0, 0}) == BatchState::succeed);
  CHECK(state_of({0, 0, 0, 0, 0, 3, 1, 0}) == BatchState::failed);
  CHECK(state_of({0, 0, 0, 0, 0, 3, 1, 1}) == BatchState::failed_interrupted);
}

TEST_CASE("the later FAILED of an interrupted instance is no new end", "[simulator][batch_world]") {
  const BatchInstance instance{{{seconds{0}, BatchState::submitted},
                                {seconds{5}, BatchState::running},
                                {seconds{9}, BatchState::failed_interrupted},
                                {seconds{60}, BatchState::failed}}};
  CHECK(instance.ended(seconds{8}) == std::nullopt);
  CHECK(instance.ended(seconds{20}) == seconds{9});
  CHECK(instance.ended(seconds{70}) == seconds{9});
  CHECK(instance.current(seconds{70}).state == BatchState::failed);
}

}  // namespace taskqueue::simulator
