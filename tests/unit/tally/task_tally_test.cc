#include "exporter/tally/task_tally.h"

#include <chrono>
#include <map>
#include <random>
#include <utility>

#include "tests/catch.h"
#include "tests/unit/tally/window.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("an empty queue shows zeros for the documented types", "[tally][task_tally]") {
  const Window window;
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "WAITING", Phase::queued) == 0);
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 0);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 0);
  CHECK(queue.shown->tasks.size() == 3);
  CHECK(queue.shown->complete);
  CHECK(queue.shown->window == hours{1});
}

TEST_CASE("a task that is listed twice while it moves counts once, in its later state", "[tally][task_tally]") {
  Window window;
  window.live = {waiting("1", epoch), running("1", epoch, epoch)};
  window.ended = {done("1", epoch, epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "WAITING", Phase::queued) == 0);
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 0);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
}

TEST_CASE("the order of sightings does not matter", "[tally][sighting]") {
  Window window;
  window.live = {running("1", epoch, epoch), waiting("1", epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 1);
  CHECK(row(*queue.shown, "A", "WAITING", Phase::queued) == 0);
}

TEST_CASE("outcomes that contradict each other tell nothing", "[tally][sighting]") {
  Window window;
  window.ended = {done("1", epoch, epoch, epoch, Phase::succeeded), done("1", epoch, epoch, epoch, Phase::failed)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::ended) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == std::nullopt);
}

TEST_CASE("what had ended before counting began is not counted", "[tally][task_tally]") {
  Window window;
  window.ended = {done("1", epoch, epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  REQUIRE(queue.refresh());
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 0);
  CHECK(queue.shown->counters.at("A").arrived == 0);
  CHECK(queue.shown->counters.at("A").turnaround.count() == 0);
}

TEST_CASE("a task is counted once when it comes, once when it starts and once when it ends", "[tally][task_tally]") {
  Window window;
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.live = {waiting("1", epoch)};
  REQUIRE(queue.refresh());
  CHECK(queue.shown->counters.at("A").arrived == 1);
  window.live = {running("1", epoch, epoch + seconds{20})};
  REQUIRE(queue.refresh());
  CHECK(queue.shown->counters.at("A").wait.count() == 1);
  CHECK(queue.shown->counters.at("A").wait.sum == 20);
  window.live.clear();
  window.ended = {done("1", epoch, epoch + seconds{20}, epoch + seconds{50}, Phase::failed)};
  REQUIRE(queue.refresh());
  REQUIRE(queue.refresh());
  const TypeCounters& counters = queue.shown->counters.at("A");
  CHECK(counters.arrived == 1);
  CHECK(counters.wait.count() == 1);
  CHECK(counters.run.count() == 1);
  CHECK(counters.run.sum == 30);
  CHECK(counters.turnaround.sum == 50);
  CHECK(counters.finished.at(Phase::failed) == 1);
  CHECK(counters.finished.at(Phase::succeeded) == 0);
}

TEST_CASE("an ended task that a listing misses once is not counted again", "[tally][task_tally]") {
  Window window;
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.ended = {done("1", epoch, epoch, epoch)};
  REQUIRE(queue.refresh());
  const auto seen = std::exchange(window.ended, {});
  REQUIRE(queue.refresh());
  window.ended = seen;
  REQUIRE(queue.refresh());
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 1);
  CHECK(queue.shown->counters.at("A").arrived == 1);
}

TEST_CASE("tasks are forgotten when the window has left them behind", "[tally][task_tally]") {
  Window window;
  Queue queue(window);
  window.ended = {done("1", epoch, epoch, epoch)};
  REQUIRE(queue.refresh());
  window.ended.clear();
  window.now = epoch + hours{2};
  REQUIRE(queue.refresh());
  CHECK(queue.state.tasks.cells.sum() == 0);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 0);
}

TEST_CASE("the oldest of each phase is known, and absent when there is none", "[tally][task_tally]") {
  Window window;
  window.live = {waiting("1", epoch + seconds{5}), waiting("2", epoch),
                 running("3", epoch - hours{1}, epoch + seconds{9}),
                 running("4", epoch - seconds{1}, epoch + seconds{3})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  const OldestTimes& oldest = queue.shown->oldest.at("A");
  CHECK(oldest.queued == epoch);
  CHECK(oldest.running == epoch + seconds{3});
  CHECK(oldest.unfinished == epoch - hours{1});
  CHECK(queue.shown->oldest_queued.at(0).id == "2");
  CHECK(queue.shown->longest_running.at(0).id == "4");
  window.live.clear();
  REQUIRE(queue.refresh());
  window.now += minutes{11};
  REQUIRE(queue.refresh());
  CHECK(queue.shown->oldest.empty());
}

TEST_CASE("a new type is published at zero once before it counts, and keeps its rows while it is shown",
          "[tally][task_tally]") {
  Window window;
  Queue queue(window);
  REQUIRE(queue.refresh());
  Task task = done("1", epoch, epoch, epoch);
  task.type = "New";
  window.ended = {task};
  REQUIRE(queue.refresh());
  CHECK(queue.shown->counters.at("New").finished.at(Phase::succeeded) == 0);
  CHECK(queue.shown->counters.at("New").arrived == 0);
  CHECK(row(*queue.shown, "New", "FINISH", Phase::succeeded) == 1);
  CHECK(row(*queue.shown, "New", "WAITING", Phase::queued) == 0);
  REQUIRE(queue.refresh());
  CHECK(queue.shown->counters.at("New").finished.at(Phase::succeeded) == 1);
  CHECK(queue.shown->counters.at("New").arrived == 1);
  window.ended.clear();
  window.now += hours{2};
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "New", "WAITING", Phase::queued) == std::nullopt);
  CHECK(queue.shown->counters.at("New").arrived == 1);
}

TEST_CASE("types beyond the limit are other, documented ones first", "[tally][task_tally]") {
  Window window;
  Queue queue(window, 2);
  Task b = waiting("1", epoch), c = waiting("2", epoch), d = waiting("3", epoch);
  b.type = "B";
  window.live = {b};
  REQUIRE(queue.refresh());
  c.type = "C";
  d.type = "D";
  window.live = {b, c, d};
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "WAITING", Phase::queued) == 0);
  CHECK(row(*queue.shown, "B", "WAITING", Phase::queued) == 1);
  CHECK(row(*queue.shown, "other", "WAITING", Phase::queued) == 2);
}

TEST_CASE("a state nobody knows is shown as sent", "[tally][task_tally]") {
  Window window;
  Task odd = waiting("1", epoch);
  odd.status = "DREAMING";
  odd.phase = phase_of(odd.status);
  window.live = {odd};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "DREAMING", Phase::unknown) == 1);
  CHECK(queue.shown->oldest.at("A").unfinished == epoch);
}

TEST_CASE("of states that nobody knows twenty are shown, the others are other", "[tally][task_tally]") {
  Window window;
  for (int i = 0; i < 1000; ++i) {
    Task odd = waiting(std::to_string(i), epoch);
    odd.status = "DREAM-" + std::to_string(i);
    odd.phase = phase_of(odd.status);
    window.live.push_back(odd);
  }
  Queue queue(window);
  REQUIRE(queue.refresh());
  REQUIRE(queue.refresh());
  std::int64_t strange = 0;
  std::int64_t tasks = 0;
  for (const TaskCount& each : queue.shown->tasks) {
    strange += each.phase == Phase::unknown ? 1 : 0;
    tasks += each.count;
  }
  CHECK(strange == 21);
  CHECK(tasks == 1000);
  CHECK(row(*queue.shown, "A", "other", Phase::unknown) == 980);
}

TEST_CASE("of a long type the beginning is shown", "[tally][task_tally]") {
  Window window;
  Task odd = waiting("1", epoch);
  odd.type = std::string(10000, 'x');
  window.live = {odd};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, std::string(200, 'x'), "WAITING", Phase::queued) == 1);
}

TEST_CASE("when ended tasks cannot be read, live ones are right and ended ones stay as they were",
          "[tally][task_tally]") {
  Window window;
  window.ended = {done("1", epoch, epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.live = {waiting("2", epoch)};
  window.ended_fails = Failure{.kind = FailureKind::timeout, .sentence = "slow"};
  const auto counted = queue.refresh();
  REQUIRE(counted);
  CHECK(counted->partial == window.ended_fails);
  CHECK_FALSE(counted->snapshot.complete);
  CHECK(row(counted->snapshot, "A", "WAITING", Phase::queued) == 1);
  CHECK(row(counted->snapshot, "A", "FINISH", Phase::succeeded) == 1);
  CHECK(counted->after.tasks.live.empty());
}

TEST_CASE("without a first sight of ended tasks their rows are absent, not zero", "[tally][task_tally]") {
  Window window;
  window.live = {waiting("2", epoch)};
  window.ended_fails = Failure{.kind = FailureKind::timeout, .sentence = "slow"};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "WAITING", Phase::queued) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == std::nullopt);
  CHECK(queue.shown->counters.empty());
}

TEST_CASE("when live tasks cannot be read the refresh fails", "[tally][task_tally]") {
  Window window;
  window.live_fails = Failure{.kind = FailureKind::network, .sentence = "gone"};
  Queue queue(window);
  const auto counted = queue.refresh();
  REQUIRE_FALSE(counted);
  CHECK(counted.error() == *window.live_fails);
}

TEST_CASE("over random lives the counters equal the truth", "[tally][task_tally]") {
  struct Life {
    Task task;
    seconds start, end;
  };
  const auto seed = GENERATE(range(1U, 31U));
  std::mt19937 random(seed);
  const auto draw = [&](int most) { return seconds{std::uniform_int_distribution<int>(0, most)(random)}; };
  std::map<std::string, Life> lives;
  Window window;
  window.vocabulary.window = hours{24};
  Queue queue(window);
  std::uint64_t born_before = 0;
  std::uint64_t ended_before = 0;
  for (int refresh = 0; refresh < 20; ++refresh) {
    for (int births = std::uniform_int_distribution<int>(0, 5)(random); births > 0; --births) {
      const std::string id = std::to_string(lives.size());
      const seconds wait = draw(60);
      lives.emplace(id, Life{waiting(id, window.now), wait, wait + draw(60)});
    }
    window.now += draw(30);
    window.live.clear();
    window.ended.clear();
    std::uint64_t ended = 0;
    for (const auto& [id, life] : lives) {
      const WallTime born = *life.task.created;
      if (window.now < born + life.start) {
        window.live.push_back(life.task);
      } else if (window.now < born + life.end) {
        window.live.push_back(running(id, born, born + life.start));
      } else {
        ++ended;
        window.ended.push_back(done(id, born, born + life.start, born + life.end));
      }
    }
    REQUIRE(queue.refresh());
    if (refresh == 0) {
      born_before = lives.size();
      ended_before = ended;
    }
    const TypeCounters& counters = queue.state.tasks.counters.at("A");
    CAPTURE(seed, refresh);
    REQUIRE(counters.arrived == lives.size() - born_before);
    REQUIRE(counters.finished.at(Phase::succeeded) == ended - ended_before);
    REQUIRE(counters.turnaround.count() == ended - ended_before);
    std::int64_t sum = 0;
    for (const TaskCount& each : queue.shown->tasks) sum += each.count;
    REQUIRE(sum == static_cast<std::int64_t>(lives.size()));
  }
}
