#include "exporter/tally/batch_counting.h"

#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

const WallTime since{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const WallTime before = since - seconds{100};
const WallTime later = since + seconds{100};
const std::optional<WallTime> none;

std::optional<Phase> see(CountedEnd& counted, std::string_view state, std::optional<WallTime> ended,
                         std::optional<WallTime> created = since) {
  return count_end(counted, {state, created, ended}, since);
}

KnownBatchJob job_made(WallTime created) {
  return {.job = {.id = "j", .name = "n", .state = "RUNNING", .created = created, .ended = {}, .tasks = {}}};
}

}  // namespace

TEST_CASE("an end counts once, by its time", "[tally][batch_counting]") {
  CountedEnd counted;
  CHECK(see(counted, "SUCCEED", later) == Phase::succeeded);
  CHECK_FALSE(see(counted, "SUCCEED", later));
  CHECK_FALSE(see(counted, "RUNNING", none));
  CHECK_FALSE(see(counted, "SUCCEED", later));
  CHECK(see(counted, "FAILED", later + seconds{1}) == Phase::failed);
  SECTION("what ended before counting began does not count") {
    CountedEnd old;
    CHECK_FALSE(see(old, "FAILED", before));
    CHECK(see(old, "FAILED", since) == Phase::failed);
  }
  SECTION("the baseline counts nothing, and what it saw is not counted later") {
    CountedEnd seen;
    CHECK_FALSE(count_end(seen, {"FAILED", before, later}, std::nullopt));
    CHECK_FALSE(see(seen, "FAILED", later));
  }
}

TEST_CASE("an end without a time counts where it was seen to happen", "[tally][batch_counting]") {
  CountedEnd counted;
  SECTION("live, then over") {
    CHECK_FALSE(see(counted, "RUNNING", none, before));
    CHECK(see(counted, "FAILED", none, before) == Phase::failed);
    CHECK_FALSE(see(counted, "FAILED", none, before));
    SECTION("its time that comes later is that of the same end") {
      CHECK_FALSE(see(counted, "FAILED", later, before));
      CHECK(see(counted, "FAILED", later + seconds{1}, before) == Phase::failed);
    }
    SECTION("a retry ends anew") {
      CHECK_FALSE(see(counted, "SUBMITTED", none, before));
      CHECK(see(counted, "SUCCEED", none, before) == Phase::succeeded);
    }
    SECTION("so does one after an end that had its time") {
      CHECK_FALSE(see(counted, "FAILED", later, before));
      CHECK_FALSE(see(counted, "SUBMITTED", none, before));
      CHECK(see(counted, "SUCCEED", none, before) == Phase::succeeded);
      CHECK_FALSE(see(counted, "SUCCEED", later + seconds{9}, before));
    }
  }
  SECTION("over when first seen, and made since counting began") {
    CHECK(see(counted, "SUCCEED", none, later) == Phase::succeeded);
  }
  SECTION("over when first seen, and old or of unknown age") {
    CHECK_FALSE(see(counted, "SUCCEED", none, before));
    CountedEnd ageless;
    CHECK_FALSE(see(ageless, "SUCCEED", none, none));
  }
  SECTION("a time that goes missing is no new end") {
    CHECK(see(counted, "SUCCEED", later) == Phase::succeeded);
    CHECK_FALSE(see(counted, "SUCCEED", none));
  }
}

TEST_CASE("an interruption is the failure, not what follows", "[tally][batch_counting]") {
  CountedEnd counted;
  CHECK_FALSE(see(counted, "RUNNING", none));
  CHECK(see(counted, "FAILED_INTERRUPTED", none) == Phase::failed);
  CHECK_FALSE(see(counted, "FAILED_INTERRUPTED", none));
  CHECK_FALSE(see(counted, "FAILED_INTERRUPTED", later));
  CHECK_FALSE(see(counted, "FAILED", later + seconds{5}));
  CHECK_FALSE(see(counted, "FAILED", later + seconds{5}));
  CHECK(see(counted, "FAILED", later + seconds{9}) == Phase::failed);
  SECTION("one that is seen again after an answer that lagged does not count again") {
    CountedEnd twice;
    CHECK_FALSE(see(twice, "RUNNING", none));
    CHECK(see(twice, "FAILED_INTERRUPTED", later) == Phase::failed);
    CHECK_FALSE(see(twice, "RUNNING", none));
    CHECK_FALSE(see(twice, "FAILED_INTERRUPTED", later));
    CHECK_FALSE(see(twice, "RUNNING", none));
    CHECK_FALSE(see(twice, "FAILED", later));
    CHECK_FALSE(see(twice, "RUNNING", none));
    CHECK(see(twice, "FAILED_INTERRUPTED", later + seconds{9}) == Phase::failed);
  }
  SECTION("one that the baseline saw does not count, nor does its end") {
    CountedEnd seen;
    CHECK_FALSE(count_end(seen, {"FAILED_INTERRUPTED", before, none}, std::nullopt));
    CHECK_FALSE(see(seen, "FAILED_INTERRUPTED", none));
    CHECK_FALSE(see(seen, "FAILED", later));
  }
}

TEST_CASE("instances that are first seen ended count if their task is new", "[tally][batch_counting]") {
  QueueState state;
  state.batch.counting_since = since;
  BatchCounting counting(state, 100);
  const StateCounts counts{0, 0, 0, 0, 1, 2, 3, 4};
  const BatchTask running{.name = "A", .state = "RUNNING", .created = {}, .ended = {}};
  KnownBatchJob old = job_made(before);
  counting.note_task(old, running, InstanceReading{counts, later});
  CHECK(state.batch.instances_finished.at(Phase::failed) == 0);
  KnownBatchJob fresh = job_made(later);
  counting.note_task(fresh, running, InstanceReading{counts, later});
  CHECK(state.batch.instances_finished.at(Phase::succeeded) == 3);
  CHECK(state.batch.instances_finished.at(Phase::failed) == 6);
  CHECK(state.tasks.counters.at("A").arrived == 1);

  // Two interrupted ones become FAILED, one more fails.
  counting.note_task(fresh, running, InstanceReading{{0, 0, 0, 0, 0, 0, 3, 7}, later});
  CHECK(state.batch.instances_finished.at(Phase::failed) == 7);
  // A retry takes the failed back, then two fail again.
  counting.note_task(fresh, running, InstanceReading{{7, 0, 0, 0, 0, 0, 3, 0}, later});
  CHECK(state.batch.instances_finished.at(Phase::failed) == 7);
  counting.note_task(fresh, running, InstanceReading{{0, 0, 0, 0, 5, 0, 3, 2}, later});
  CHECK(state.batch.instances_finished.at(Phase::failed) == 9);
}

TEST_CASE("what was laid aside is not counted again", "[tally][batch_counting]") {
  QueueState state;
  state.batch.counting_since = since;
  BatchCounting counting(state, 100);
  KnownBatchJob job = job_made(since);
  const BatchTask done{.name = "A", .state = "SUCCEED", .created = since, .ended = later};
  counting.note_task(job, done, InstanceReading{{0, 0, 0, 0, 0, 0, 3, 0}, later});
  CHECK(state.tasks.counters.at("A").finished.at(Phase::succeeded) == 1);
  job.over = later;
  BatchCounting::lay_aside(job);
  CHECK(job.tasks.empty());

  counting.note_task(job, done, InstanceReading{{0, 0, 0, 0, 0, 0, 4, 0}, later});
  counting.note_all_tasks(job);
  CHECK(state.tasks.counters.at("A").finished.at(Phase::succeeded) == 1);
  CHECK(state.tasks.counters.at("A").arrived == 1);
  CHECK(state.batch.instances_finished.at(Phase::succeeded) == 4);
  CHECK_FALSE(job.laid_aside);
}

TEST_CASE("turnaround needs both times", "[tally][batch_counting]") {
  QueueState state;
  state.batch.counting_since = since;
  BatchCounting counting(state, 100);
  KnownBatchJob job = job_made(since);
  job.job.created.reset();
  counting.note_task(job, {.name = "A", .state = "FAILED", .created = {}, .ended = later}, {});
  CHECK(state.tasks.counters.at("A").finished.at(Phase::failed) == 1);
  CHECK(state.tasks.counters.at("A").turnaround.count() == 0);
  counting.note_task(job, {.name = "B", .state = "FAILED", .created = since, .ended = later}, {});
  CHECK(state.tasks.counters.at("B").turnaround.sum == Approx(100));
  CHECK(state.tasks.counters.at("B").turnaround.exemplars[5].task_id == "j/B");
}
