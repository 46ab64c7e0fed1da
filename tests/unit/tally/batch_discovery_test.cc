#include "exporter/tally/batch_discovery.h"

#include "tests/catch.h"
#include "tests/unit/tally/batch_world.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

struct Search {
  World world;
  WorldReader reader{world};
  BatchState state;

  BatchRound run() {
    BatchRound round;
    world.calls.clear();
    REQUIRE(discover(reader, state, round));
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
  CHECK(search.state.jobs.at("job-1").job.state == "SUCCEED");
  CHECK(search.state.jobs.at("job-1").over == search.world.now);
}

TEST_CASE("a job that is retried while the lists are read is not lost", "[tally][batch_discovery]") {
  Search search;
  search.world.add("job-1", {{"A", 1}}, world_failed);
  search.run();
  search.world.before_call = [&] {
    if (search.world.calls.size() == 2) search.world.set("job-1", 0);
  };
  search.run();
  CHECK(search.world.calls.back() == "DescribeJobsById job-1");
  CHECK(search.state.jobs.at("job-1").job.state == "SUBMITTED");
  CHECK_FALSE(search.state.jobs.at("job-1").over);
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
