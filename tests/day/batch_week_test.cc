// A week of Batch at stationary rates: what is remembered does not grow.
#include <algorithm>
#include <chrono>

#include "tests/day/batch_books.h"
#include "tests/day/batch_day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// What is remembered of jobs.
struct Memory {
  std::int64_t jobs = 0;   // that the API is believed to have
  std::int64_t gone = 0;   // that it has not
  std::int64_t tasks = 0;  // of all these
};

Memory memory_of(const BatchState& state) {
  Memory memory;
  for (const auto& [id, job] : state.jobs) {
    ++(job->gone ? memory.gone : memory.jobs);
    memory.tasks += static_cast<std::int64_t>(job->tasks.size());
  }
  return memory;
}

std::int64_t true_jobs(const json& truth) {
  std::int64_t sum = 0;
  for (const json& row : truth["jobs"]) sum += row["count"].get<std::int64_t>();
  return sum;
}

void live_a_week(double jobs_per_hour, const std::string& interval) {
  BatchDay day({.world = {.arrivals = {.history_tasks = jobs_per_hour * 24,
                                       .history = hours{24},
                                       .per_second = jobs_per_hour / 3600},
                          .most_instances = 4,
                          .run = {minutes{2}, minutes{8}},
                          .until_retry = {minutes{15}, minutes{30}},
                          .until_deleted = {hours{3}, hours{12}}},
                .polling = "interval = \"" + interval + "\"\nquota_share = 1"});
  day.control("POST", "pause");
  day.read_whole();
  const Books true_before = true_books(day.truth());
  const Books shown_before = shown_books(day.snapshot());
  day.control("POST", "resume");
  Memory most;
  for (int i = 0; i < 7 * 4; ++i) {
    day.live_for(hours{6});
    day.calls().clear();
    const Memory memory = memory_of(day.state()->batch);
    const std::int64_t there = true_jobs(day.truth());
    CAPTURE(i, memory.jobs, memory.gone, memory.tasks, there);
    CHECK(memory.jobs <= there + there / 50 + 5);
    CHECK(static_cast<double>(memory.gone) <= jobs_per_hour * 2 + 10);
    most.jobs = std::max(most.jobs, memory.jobs);
    most.gone = std::max(most.gone, memory.gone);
    most.tasks = std::max(most.tasks, memory.tasks);
    // Those that live or ended within the hour have up to three.
    CHECK(static_cast<double>(memory.tasks) <= jobs_per_hour * 2 * 3);
  }
  day.control("POST", "pause");
  day.read_whole();
  day.refresh();
  const json truth = day.truth();
  CHECK(growth(shown_before, shown_books(day.snapshot())) == growth(true_before, true_books(truth)));
  CHECK(difference(shown_gauges(day.snapshot()), true_gauges(truth, day.snapshot())) == "");
  WARN("of " << truth["arrived_jobs"] << " jobs " << most.jobs << " were remembered at most, and " << most.gone
             << " that are gone; " << most.tasks << " tasks; the API has " << true_jobs(truth));
}

}  // namespace

TEST_CASE("what is remembered of Batch is as much after a week as after a day", "[day][batch][week]") {
  live_a_week(20, "5m");
}

TEST_CASE("what is remembered of a busy Batch is as much after a week as after a day", "[.full][batch][week]") {
  live_a_week(200, "1m");
}
