// Answers that lag or are missing: no end counts twice or is lost.
#include <chrono>
#include <utility>

#include "tests/catch.h"
#include "tests/unit/tally/window.h"

using namespace taskqueue;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("an outcome that is told late is waited for, however many end meanwhile", "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true, .has_outcomes = true};
  Queue queue(window);
  REQUIRE(queue.refresh());
  for (int i = 0; i < 90; ++i) {
    for (int k = 0; k < 50; ++k) {
      const std::string id = std::to_string(i) + "-" + std::to_string(k);
      const WallTime ended = window.now + seconds{k / 5};
      window.ended.push_back(done(id, ended, ended, ended, Phase::ended));
      if (i != 2 || k != 0) window.told[id] = Phase::succeeded;
    }
    window.now += seconds{10};
    REQUIRE(queue.refresh());
  }
  CHECK(queue.shown->counters.at("A").finished.at(Phase::ended) == 1);
}

TEST_CASE("outcomes that are refused for good do not keep others from being told", "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true, .has_outcomes = true};
  Queue queue(window);
  REQUIRE(queue.refresh());
  for (int i = 0; i < 12; ++i) {
    const std::string id = std::to_string(i);
    window.ended.push_back(done(id, epoch + seconds{5}, epoch + seconds{5}, epoch + seconds{6}, Phase::ended));
    if (i % 2 == 0) window.told[id] = Phase::succeeded;
  }
  window.untold_fails = Failure{.kind = FailureKind::not_found, .sentence = "no such task"};
  window.now += seconds{30};
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 6);
}

TEST_CASE("an end whose time is told later than its state counts once", "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true};
  window.live = {running("1", epoch - minutes{40}, epoch - minutes{40})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.live.clear();
  window.ended = {done("1", epoch - minutes{40}, epoch - minutes{40}, epoch)};
  window.ended[0].ended.reset();
  for (int i = 0; i < 3; ++i) {
    window.now += seconds{30};
    REQUIRE(queue.refresh());
  }
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 1);
  window.ended[0].ended = epoch + seconds{20};
  window.now += seconds{30};
  REQUIRE(queue.refresh());
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
}

TEST_CASE("of many ends that no list shows none is given up before it was looked up", "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true};
  window.vocabulary.window = std::chrono::hours{48};
  for (int i = 0; i < 30; ++i) {
    const WallTime created = epoch - minutes{40} + seconds{i};
    window.live.push_back(running(std::to_string(i), created, created));
  }
  Queue queue(window);
  REQUIRE(queue.refresh());
  for (Task task : std::exchange(window.live, {})) {
    task.status = "FINISH";
    task.phase = Phase::succeeded;
    window.ended.push_back(task);
  }
  for (int i = 0; i < 8; ++i) {
    window.now += minutes{5};
    REQUIRE(queue.refresh());
  }
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 30);
}
