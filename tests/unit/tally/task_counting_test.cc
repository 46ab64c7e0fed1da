#include "exporter/tally/task_counting.h"

#include <chrono>
#include <string>
#include <utility>

#include "tests/catch.h"
#include "tests/unit/tally/window.h"

using namespace taskqueue;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("after the first refresh only what changed is asked for", "[tally][task_counting]") {
  Window window;
  window.ended = {done("1", epoch - minutes{50}, epoch - minutes{50}, epoch - minutes{45})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
  window.now += seconds{30};
  window.ended.push_back(done("2", epoch, epoch, epoch + seconds{20}));
  window.asked_since.clear();
  REQUIRE(queue.refresh());
  REQUIRE(window.asked_since.size() == 1);
  CHECK(window.asked_since[0] >= epoch - minutes{55});
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 2);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 1);
}

TEST_CASE("a live task that one listing misses is not taken for ended", "[tally][task_counting]") {
  Window window;
  window.by_creation = GENERATE(true, false);
  window.live = {running("1", epoch, epoch), running("2", epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.now += seconds{30};
  window.live.pop_back();
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 2);
  window.now += seconds{30};
  window.live.push_back(running("2", epoch, epoch));
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 2);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 0);
  CHECK(queue.shown->counters.at("A").arrived == 0);
}

namespace {

/// Half an hour after `epoch`, with so many ended tasks since that asking back to it would cost too much.
Window crowded_window() {
  Window window;
  window.by_creation = true;
  window.now = epoch + minutes{30};
  for (int i = 0; i < 600; ++i) {
    window.ended.push_back(
        done("x" + std::to_string(i), epoch + minutes{10}, epoch + minutes{10}, epoch + minutes{11}));
  }
  window.ended.push_back(done("y", epoch + minutes{29}, epoch + minutes{29}, epoch + minutes{30}));
  return window;
}

}  // namespace

TEST_CASE("where the list goes by creation, a task that left has ended once the total says so",
          "[tally][task_counting]") {
  Window window = crowded_window();
  window.live = {running("1", epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  queue.state.tasks.selects_by = SelectsBy::creation;
  window.now += seconds{30};
  window.live.clear();
  const auto ended = done("1", epoch, epoch, window.now - seconds{10}, Phase::failed);
  SECTION("it has") {
    window.ended.push_back(ended);
    REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "FINISH", Phase::ended) == 1);
    CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 0);
    REQUIRE(queue.refresh());
    CHECK(queue.shown->counters.at("A").finished.at(Phase::ended) == 1);
    CHECK(queue.shown->counters.at("A").run.count() == 1);
  }
  SECTION("the total says that nothing has ended") {
    for (int i = 0; i < 5; ++i) REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 1);
    CHECK(row(*queue.shown, "A", "FINISH", Phase::ended).value_or(0) == 0);
  }
  SECTION("there is no total: it is looked for when it has been missing twice") {
    window.total_fails = Failure{.kind = FailureKind::answer, .sentence = "none"};
    window.ended.push_back(ended);
    REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 1);
    REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 0);
    CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 1);
  }
}

TEST_CASE("an end that was taken for a task that lives stands for the one that ended", "[tally][task_counting]") {
  Window window = crowded_window();
  window.live = {running("1", epoch, epoch), running("2", epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  queue.state.tasks.selects_by = SelectsBy::creation;
  const auto finished = [&] { return queue.state.tasks.counters.at("A").finished.at(Phase::ended); };
  // 2 ended, and an old page still shows it; 1 is on none: one end, one missing.
  window.now += seconds{30};
  window.ended.push_back(done("2", epoch, epoch, window.now - seconds{10}));
  window.live = {running("2", epoch, epoch)};
  REQUIRE(queue.refresh());
  CHECK(finished() == 1);
  window.now += seconds{30};
  window.live = {running("1", epoch, epoch)};
  REQUIRE(queue.refresh());
  CHECK(finished() == 1);
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::ended) == 1);
  window.now += seconds{30};
  window.ended.push_back(done("1", epoch, epoch, window.now - seconds{10}));
  window.live.clear();
  REQUIRE(queue.refresh());
  CHECK(finished() == 2);
  CHECK(queue.state.tasks.counters.at("A").run.count() == 2);
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 0);
}

TEST_CASE("until it is known what the list goes by, a missing task is looked for among the ended",
          "[tally][task_counting]") {
  Window window = crowded_window();
  window.live = {running("1", epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  REQUIRE(queue.state.tasks.selects_by == SelectsBy::unknown);
  window.now += seconds{30};
  window.live.clear();
  SECTION("it is found by its creation") {
    window.ended.push_back(done("1", epoch, epoch, window.now - seconds{10}, Phase::failed));
    REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 1);
    CHECK(queue.state.tasks.selects_by == SelectsBy::creation);
  }
  SECTION("it is listed by its end") {
    window.by_creation = false;
    window.ended.push_back(done("1", epoch, epoch, window.now - seconds{10}, Phase::failed));
    REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 1);
    CHECK(queue.state.tasks.selects_by == SelectsBy::end);
  }
  SECTION("it is nowhere") {
    window.uncounted = 1;  // the total differs, but not by it
    REQUIRE(queue.refresh());
    REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 1);
    CHECK(queue.state.tasks.selects_by == SelectsBy::unknown);
  }
}

TEST_CASE("a task that is missing near the window's edge is looked for until it has left", "[tally][task_counting]") {
  Window window;
  window.by_creation = true;
  window.live = {running("1", epoch - minutes{58}, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.live.clear();
  window.now += seconds{30};
  REQUIRE(queue.refresh());
  CHECK(queue.state.tasks.live.size() == 1);
  window.now += seconds{30};
  SECTION("it ended just before") {
    window.ended = {done("1", epoch - minutes{58}, epoch, epoch + seconds{25}, Phase::failed)};
    REQUIRE(queue.refresh());
    CHECK(queue.state.tasks.counters.at("A").finished.at(Phase::failed) == 1);
  }
  SECTION("it leaves alive") {
    window.now += minutes{1};
    REQUIRE(queue.refresh());
    CHECK(queue.state.tasks.counters.at("A").finished.at(Phase::failed) == 0);
  }
  CHECK(queue.state.tasks.live.empty());
}

TEST_CASE("what had ended before counting began is not counted when it is listed later", "[tally][task_counting]") {
  Window window;
  window.by_creation = true;
  window.ended = {done("1", epoch - minutes{1}, epoch - minutes{1}, epoch - seconds{40}),
                  done("2", epoch - minutes{40}, epoch - minutes{40}, epoch - seconds{5})};
  window.live = {running("3", epoch - minutes{50}, epoch - minutes{50})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.now += seconds{30};
  window.live.clear();
  window.ended.push_back(done("3", epoch - minutes{50}, epoch - minutes{50}, epoch + seconds{10}));
  REQUIRE(queue.refresh());
  CHECK(queue.state.tasks.counters.at("A").finished.at(Phase::succeeded) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 3);
}

TEST_CASE("a task that is missing is looked up where that is possible", "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true};
  window.live = {running("1", epoch, epoch), running("2", epoch + seconds{1}, epoch + seconds{1})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.hidden = std::exchange(window.live, {});
  for (int i = 0; i < 5; ++i) {
    window.now += seconds{30};
    REQUIRE(queue.refresh());
    CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 2);
  }
  window.hidden.clear();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(queue.refresh());
    window.now += minutes{6};
  }
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 0);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 0);
}

TEST_CASE("a task that leaves the window alive is not counted as ended", "[tally][task_counting]") {
  Window window;
  window.live = {running("1", epoch - minutes{59}, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.now += minutes{2};
  window.live.clear();
  for (int i = 0; i < 3; ++i) REQUIRE(queue.refresh());
  CHECK(queue.state.tasks.live.empty());
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 0);
  CHECK(queue.shown->counters.at("A").turnaround.count() == 0);
}

TEST_CASE("when the cloud's clock is put back, what ended meanwhile is still found", "[tally][task_counting]") {
  Window window;
  window.ended = {done("1", epoch, epoch, epoch)};
  Queue queue(window);
  window.now = epoch + seconds{5};
  REQUIRE(queue.refresh());
  window.now -= minutes{4};
  window.ended.push_back(done("2", window.now - seconds{20}, window.now - seconds{20}, window.now - seconds{10}));
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 2);
}

TEST_CASE("an API that cannot be asked by time is listed whole, and counted the same", "[tally][task_counting]") {
  Window window;
  window.selects = false;
  window.ended = {done("1", epoch, epoch, epoch)};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(queue.shown->complete);
  CHECK_FALSE(queue.state.tasks.sweep);
  window.now += seconds{30};
  window.ended.push_back(done("2", epoch, epoch, epoch + seconds{20}, Phase::failed));
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 1);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::failed) == 1);
  CHECK(queue.shown->counters.at("A").arrived == 1);
}

TEST_CASE("a total that has come to differ has everything counted again; what differs still is the API's way",
          "[tally][task_counting]") {
  Window window;
  for (int i = 0; i < 10; ++i) {
    window.ended.push_back(done(std::to_string(i), epoch - minutes{40}, epoch - minutes{40}, epoch - minutes{39}));
  }
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.ended.pop_back();  // without a trace
  for (int i = 0; i < 15; ++i) REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 9);
  window.uncounted = 3;
  for (int i = 0; i < 25; ++i) REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 9);
  CHECK(queue.state.tasks.bias == 3);
  const int sweeps = window.slices;
  for (int i = 0; i < 25; ++i) REQUIRE(queue.refresh());
  CHECK(window.slices == sweeps);
}

TEST_CASE("where outcomes are asked for, each ended task is asked once, and waits until it is told",
          "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true, .has_outcomes = true};
  window.ended = {done("before", epoch - minutes{5}, epoch - minutes{5}, epoch - minutes{5}, Phase::ended)};
  window.live = {running("1", epoch - minutes{1}, epoch - minutes{1})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(window.outcomes_asked == 0);
  window.now += seconds{30};
  window.live.clear();
  window.ended.push_back(done("1", epoch - minutes{1}, epoch - minutes{1}, epoch + seconds{9}, Phase::ended));
  window.ended.push_back(done("2", epoch + seconds{5}, epoch + seconds{5}, epoch + seconds{6}, Phase::ended));
  window.told["2"] = Phase::failed;
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 1);
  CHECK(row(*queue.shown, "A", "PROCESSING", Phase::running) == 1);
  window.told["1"] = Phase::succeeded;
  window.now += seconds{30};
  window.outcomes_asked = 0;
  REQUIRE(queue.refresh());
  CHECK(window.outcomes_asked == 1);
  const TypeCounters& counters = queue.shown->counters.at("A");
  CHECK(counters.finished.at(Phase::failed) == 1);
  CHECK(counters.finished.at(Phase::succeeded) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::ended) == 1);
}

TEST_CASE("where outcomes must not be asked for the refresh is partial, and one question is enough",
          "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true, .has_outcomes = true};
  Queue queue(window);
  REQUIRE(queue.refresh());
  for (const std::string id : {"1", "2"}) {
    window.ended.push_back(done(id, epoch + seconds{5}, epoch + seconds{5}, epoch + seconds{6}, Phase::ended));
  }
  window.outcome_fails = Failure{.kind = FailureKind::permission, .sentence = "no"};
  window.now += seconds{30};
  const auto counted = queue.refresh();
  REQUIRE(counted);
  CHECK(window.outcomes_asked == 1);
  REQUIRE(counted->partial);
  CHECK(counted->partial->kind == FailureKind::permission);
  CHECK_FALSE(counted->snapshot.complete);
  window.outcome_fails.reset();
  window.told = {{"1", Phase::succeeded}, {"2", Phase::failed}};
  window.now += seconds{30};
  REQUIRE(queue.refresh());
  CHECK(queue.shown->complete);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 1);
}

TEST_CASE("an outcome that was told stays, whatever is listed again", "[tally][task_counting]") {
  Window window;
  window.vocabulary.window = hours{48};
  window.abilities = {.absence = Absence::look_up, .has_slices = true, .has_outcomes = true};
  const bool selects = GENERATE(true, false);  // or every refresh lists all
  Queue queue(window);
  REQUIRE(queue.refresh());
  for (const std::string id : {"1", "2", "3"}) {
    window.ended.push_back(done(id, epoch + seconds{5}, epoch + seconds{5}, epoch + seconds{6}, Phase::ended));
  }
  window.told = {{"1", Phase::succeeded}, {"2", Phase::failed}};
  for (int i = 0; i < 40; ++i) {
    window.now += seconds{30};
    REQUIRE(queue.refresh());
  }
  window.selects = selects;
  // A day with a check of each hour and a recount.
  for (int i = 0; i < 300; ++i) {
    window.now += minutes{5};
    REQUIRE(queue.refresh());
  }
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::ended) == 1);
  CHECK(queue.state.tasks.corrections == 0);
}

TEST_CASE("an outcome that is never told is that a task ended", "[tally][task_counting]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true, .has_outcomes = true};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.ended = {done("1", epoch + seconds{5}, epoch + seconds{5}, epoch + seconds{6}, Phase::ended)};
  window.now += seconds{30};
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::ended).value_or(0) == 0);
  for (int i = 0; i < 25; ++i) {
    window.now += seconds{30};
    REQUIRE(queue.refresh());
  }
  CHECK(row(*queue.shown, "A", "FINISH", Phase::ended) == 1);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::ended) == 1);
}
