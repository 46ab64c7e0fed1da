#include "exporter/tally/batch_discovery.h"

#include "exporter/tally/batch_walk.h"
#include "tests/catch.h"
#include "tests/unit/tally/batch_world.h"

using namespace taskqueue;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Search {
  World world;
  WorldReader reader{world};
  BatchState state;

  BatchRound run() {
    BatchRound round;
    world.calls.clear();
    REQUIRE(discover(reader, state, {}, round));
    return round;
  }
};

}  // namespace

TEST_CASE("a job that ends while the lists are read is seen ended", "[tally][batch_discovery]") {
  Search search;
  search.world.add("job-1", {{"A", 1}}, world_running);
  search.world.before_call = [&] {
    if (search.world.calls.size() == 2) search.world.set("job-1", world_succeed);
  };
  search.run();
  CHECK(search.state.jobs.at("job-1")->job.state == "SUCCEED");
  CHECK(search.state.jobs.at("job-1")->over == search.world.now);
}

TEST_CASE("a job that is retried while the lists are read is not lost", "[tally][batch_discovery]") {
  Search search;
  search.world.add("job-1", {{"A", 1}}, world_failed);
  search.run();
  search.world.before_call = [&] {
    if (search.world.calls.size() == 2) search.world.set("job-1", 0);
  };
  search.run();
  CHECK(search.world.count("DescribeJobsById") == 1);
  CHECK(search.state.jobs.at("job-1")->job.state == "SUBMITTED");
  CHECK_FALSE(search.state.jobs.at("job-1")->over);
}

TEST_CASE("a vanished job that cannot be asked for is remembered", "[tally][batch_discovery]") {
  Search search;
  search.world.add("job-1", {{"A", 1}}, world_running);
  search.run();
  search.world.jobs.clear();
  search.world.fails = [](const std::string& action, const std::string&) {
    return action == "DescribeJobsById" ? std::optional(Failure{.kind = FailureKind::server}) : std::nullopt;
  };
  CHECK(search.run().partial);
  CHECK(search.state.jobs.contains("job-1"));
  search.world.fails = {};
  CHECK_FALSE(search.run().partial);
  CHECK(search.state.jobs.at("job-1")->gone);
  search.world.now += minutes{61};
  search.run();
  CHECK(search.state.jobs.empty());
}

TEST_CASE("a job that is over without an EndTime ended when it was first seen so", "[tally][batch_discovery]") {
  KnownBatchJob known;
  const WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
  const auto says = [&](std::string state, std::optional<WallTime> ended, WallTime as_of) {
    see_job(known, {.id = "j", .name = "", .state = std::move(state), .created = {}, .ended = ended, .tasks = {}},
            as_of);
  };
  says("RUNNING", {}, now);
  CHECK_FALSE(known.over);
  says("FAILED", {}, now + seconds{30});
  says("FAILED", {}, now + seconds{60});
  CHECK(known.over == now + seconds{30});
  says("FAILED", now + seconds{20}, now + seconds{90});
  CHECK(known.over == now + seconds{20});
  says("FAILED_INTERRUPTED", now, now);
  CHECK_FALSE(known.over);
}

namespace {

/// An account whose ended jobs are in lists of ten a page.
struct LongLists : Search {
  LongLists() {
    world.page_size = 10;
    for (int i = 0; i < 100; ++i) {
      world.now += minutes{1};
      world.add("e-" + std::to_string(i), {{"A", 1}}, i % 5 == 0 ? world_failed : world_succeed);
    }
    world.now += minutes{30};
  }
  /// A whole round, the walk included.
  BatchRound round() {
    BatchRound round = run();
    BatchWalk walk(reader, state, round);
    while (walk.is_under_way()) REQUIRE(walk.read_page());
    return round;
  }
  [[nodiscard]] std::int64_t known(const std::string& name) const {
    return std::ranges::count_if(
        state.jobs, [&](const auto& entry) { return !entry.second->gone && entry.second->job.state == name; });
  }
  [[nodiscard]] bool is_true() const {
    return known("SUCCEED") - state.ended[1].surplus == world.count_jobs(world_succeed) &&
           known("FAILED") - state.ended[0].surplus == world.count_jobs(world_failed);
  }
};

}  // namespace

TEST_CASE("ended jobs are listed once; then three calls tell of none new", "[tally][batch_discovery]") {
  LongLists lists;
  lists.round();
  CHECK(lists.state.walked);
  CHECK(lists.state.jobs.size() == 100);
  CHECK(lists.world.count("DescribeJobs") == 4 + 2 + 8);
  lists.world.now += seconds{30};
  lists.round();
  CHECK(lists.world.calls.size() == 3);
}

TEST_CASE("jobs that came and went between rounds are found on the first pages", "[tally][batch_discovery]") {
  LongLists lists;
  lists.round();
  lists.world.now += seconds{30};
  for (int i = 0; i < 15; ++i) lists.world.add("new-" + std::to_string(i), {{"A", 1}}, world_succeed);
  // As many go: no total tells of them.
  for (int i = 1; i < 15; ++i) lists.world.jobs.erase("e-" + std::to_string(i));
  lists.world.now += seconds{30};
  lists.round();
  CHECK(lists.known("SUCCEED") == 80 + 15);
  CHECK(lists.world.count("DescribeJobs") == 4);
  CHECK(lists.is_true());
}

TEST_CASE("lists in another order are read until their totals are explained", "[tally][batch_discovery]") {
  LongLists lists;
  lists.world.youngest_first = false;
  lists.round();
  lists.world.now += seconds{30};
  lists.round();
  CHECK(lists.world.calls.size() == 3);
  lists.world.add("z", {{"A", 1}}, world_succeed);
  lists.round();
  CHECK(lists.known("SUCCEED") == 81);
  CHECK(lists.is_true());
}

TEST_CASE("deleted jobs are told by the totals at once, and found at a call a job at most",
          "[tally][batch_discovery]") {
  LongLists lists;
  lists.world.page_size = 1;  // the walk counts a hundred a page
  lists.round();
  lists.world.now += minutes{11};
  lists.world.jobs.erase("e-1");
  lists.round();
  CHECK(lists.is_true());
  CHECK(lists.known("SUCCEED") == 80);  // it ended long ago: which one went is not looked for
  lists.world.jobs.erase("e-2");
  lists.world.jobs.erase("e-5");
  lists.round();
  CHECK(lists.known("SUCCEED") == 78);
  CHECK(lists.known("FAILED") == 19);
  CHECK(lists.is_true());
}

TEST_CASE("a deleted job that ended lately is found at once", "[tally][batch_discovery]") {
  LongLists lists;
  lists.round();
  lists.world.now += seconds{30};
  lists.world.jobs.erase("e-81");
  lists.round();
  CHECK(lists.state.jobs.at("e-81")->gone);
  CHECK(lists.world.calls.size() == 4);
  lists.world.now += seconds{30};
  lists.round();
  CHECK(lists.world.calls.size() == 3);
  CHECK(lists.is_true());
}

TEST_CASE("a job that was retried and ended again between rounds is seen", "[tally][batch_discovery]") {
  LongLists lists;
  lists.round();
  lists.world.now += seconds{30};
  lists.world.set("e-75", world_succeed);
  lists.round();
  CHECK(lists.state.jobs.at("e-75")->job.state == "SUCCEED");
  CHECK(lists.is_true());
}

TEST_CASE("a job missing for some rounds makes the lists be read again, an odd total does not",
          "[tally][batch_discovery]") {
  LongLists lists;
  lists.world.odd_total = 3;
  lists.round();
  for (int i = 0; i < 10; ++i) {
    lists.world.now += minutes{5};
    lists.round();
    CHECK(lists.world.count("DescribeJobs") == 3);
  }
  lists.state.jobs.erase("e-7");  // as if it had slipped between two pages
  for (int i = 0; i < 3; ++i) {
    lists.world.now += minutes{5};
    lists.round();
  }
  CHECK(lists.state.jobs.contains("e-7"));
}
