#include "exporter/tally/task_sweeping.h"

#include "tests/catch.h"
#include "tests/unit/tally/window.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// Steps one refresh and then so many slices.
void sweep_slices(Queue& queue, int slices) {
  const auto counted = queue.tally.refresh(queue.state, queue.shown ? &*queue.shown : nullptr);
  REQUIRE(counted);
  queue.take(*counted);
  for (int i = 0; i < slices && queue.tally.has_more(queue.state); ++i) {
    const auto more = queue.tally.advance(queue.state, *queue.shown);
    REQUIRE(more);
    queue.take(*more);
  }
}

Window two_days() {
  Window window;
  window.vocabulary.window = hours{48};
  for (int i = 1; i <= 5000; ++i) {
    const WallTime created = epoch - hours{48} + minutes{1} + seconds{34} * i;
    window.ended.push_back(done(std::to_string(i), created, created, created + seconds{10}));
  }
  return window;
}

}  // namespace

TEST_CASE("while a first sweep is under way ended tasks and counters are absent, live ones right",
          "[tally][task_sweeping]") {
  Window window = two_days();
  window.live = {waiting("w", epoch)};
  Queue queue(window);
  sweep_slices(queue, 2);
  REQUIRE(queue.tally.has_more(queue.state));
  CHECK_FALSE(queue.shown->complete);
  CHECK(row(*queue.shown, "A", "WAITING", Phase::queued) == 1);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == std::nullopt);
  CHECK(queue.shown->counters.empty());
  sweep_slices(queue, 1000);
  CHECK(queue.shown->complete);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 5000);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 0);
}

TEST_CASE("tasks that end while a sweep is under way are counted once, whichever finds them",
          "[tally][task_sweeping]") {
  Window window = two_days();
  for (int i = 0; i < 40; ++i) {
    const std::string id = "live" + std::to_string(i);
    window.live.push_back(running(id, epoch - minutes{i * 60 + 1}, epoch - minutes{i * 60}));
  }
  Queue queue(window);
  int ended = 0;
  for (int refresh = 0; refresh < 60; ++refresh) {
    sweep_slices(queue, 1);
    window.now += seconds{30};
    if (!window.live.empty()) {
      const Task& task = window.live.back();
      window.ended.push_back(done(task.id, *task.created, *task.began, window.now - seconds{7}, Phase::failed));
      window.live.pop_back();
      ++ended;
    }
    const WallTime now = window.now - seconds{3};
    window.ended.push_back(done("new" + std::to_string(refresh), now, now, now));
  }
  sweep_slices(queue, 1000);
  sweep_slices(queue, 1000);
  CHECK(ended == 40);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::failed) == 40);
  // All of two_days() are inside the window still but for those of its first half hour.
  const auto inside = std::ranges::count_if(window.ended, [&](const Task& task) {
    return task.phase == Phase::succeeded && *task.created >= std::chrono::floor<minutes>(window.now - hours{48});
  });
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == inside);
  sweep_slices(queue, 1000);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::failed) == 40);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 60);
}

TEST_CASE("a slice that fails is read again, and the sweep goes on where it was", "[tally][task_sweeping]") {
  Window window = two_days();
  Queue queue(window);
  sweep_slices(queue, 1);
  const auto cursor = queue.state.tasks.sweep->cursor;
  window.sweep_fails = Failure{.kind = FailureKind::timeout, .sentence = "slow"};
  CHECK_FALSE(queue.tally.advance(queue.state, *queue.shown));
  CHECK(queue.state.tasks.sweep->cursor == cursor);
  window.sweep_fails.reset();
  sweep_slices(queue, 1000);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 5000);
}

TEST_CASE("where ended tasks leave by their end, this is found out and counted so", "[tally][task_sweeping]") {
  Window window;
  window.vocabulary.window = hours{48};
  window.leaves_by_end = true;
  // Created an hour before the window began, ended in it: shown all the same.
  window.ended = {done("old", epoch - hours{49}, epoch - hours{49}, epoch - hours{47}),
                  done("new", epoch - hours{1}, epoch - hours{1}, epoch - minutes{30})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  CHECK(queue.state.tasks.edge == WindowEdge::end);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 2);
  window.now += minutes{62};
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
}

TEST_CASE("that ended tasks leave by their end is found out without a total, when one should have left",
          "[tally][task_sweeping]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true};
  window.by_creation = true;
  window.leaves_by_end = true;
  window.ended = {done("1", epoch - minutes{50}, epoch - minutes{50}, epoch - minutes{5})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  for (int i = 0; i < 40; ++i) {
    window.now += seconds{30};
    REQUIRE(queue.refresh());
  }
  CHECK(queue.state.tasks.edge == WindowEdge::end);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
}

TEST_CASE("a check of a busy hour goes in slices, so that no refresh waits long for one", "[tally][task_sweeping]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true};
  window.vocabulary.window = hours{72};
  for (int i = 0; i < 10000; ++i) {
    const WallTime created = epoch - hours{2} + Milliseconds{720} * i;
    window.ended.push_back(done(std::to_string(i), created, created, created + seconds{1}));
  }
  Queue queue(window);
  REQUIRE(queue.refresh());
  std::ptrdiff_t most = 0;
  for (int refresh = 0; refresh < 12; ++refresh) {
    window.now += seconds{30};
    sweep_slices(queue, 0);
    if (const auto& sweep = queue.state.tasks.sweep) {
      const auto in_slice = [&](const Task& task) {
        return *task.created >= sweep->cursor && *task.created < sweep->cursor + sweep->width;
      };
      most = std::max(most, std::ranges::count_if(window.ended, in_slice));
    }
    while (queue.tally.has_more(queue.state)) {
      const auto more = queue.tally.advance(queue.state, *queue.shown);
      REQUIRE(more);
      queue.take(*more);
    }
  }
  CHECK(most > 1000);
  CHECK(most < 3000);
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 10000);
}

TEST_CASE("checks of hours in which nothing ended any more change nothing", "[tally][task_sweeping]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true};
  window.vocabulary.window = hours{72};
  window.ended = {done("1", epoch - minutes{50}, epoch - minutes{50}, epoch - minutes{5})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.now += hours{20};
  for (int i = 0; i < 2000; ++i) {
    window.now += seconds{30};
    REQUIRE(queue.refresh());
    REQUIRE(row(*queue.shown, "A", "FINISH", Phase::succeeded) == 1);
  }
}

TEST_CASE("what ended of late and has left the window is not put back by a check", "[tally][task_sweeping]") {
  Window window;
  window.abilities = {.absence = Absence::look_up, .has_slices = true};
  Queue queue(window);
  window.live = {running("1", epoch - minutes{55}, epoch - minutes{55})};
  REQUIRE(queue.refresh());
  window.live.clear();
  window.ended = {done("1", epoch - minutes{55}, epoch - minutes{55}, epoch + minutes{1})};
  for (int i = 0; i < 60; ++i) {
    window.now += seconds{30};
    REQUIRE(queue.refresh());
    REQUIRE(row(*queue.shown, "A", "FINISH", Phase::succeeded) == (window.now < epoch + minutes{6} ? 1 : 0));
  }
}

TEST_CASE("a recount finds what was missed and counts nothing", "[tally][task_sweeping]") {
  Window window = two_days();
  window.abilities.has_total = false;
  Queue queue(window);
  REQUIRE(queue.refresh());
  window.now += hours{25};
  for (int i = 0; i < 2; ++i) REQUIRE(queue.refresh());
  CHECK(queue.state.tasks.corrections == 0);
  const WallTime created = window.now - hours{5};
  window.ended.push_back(done("unseen", created, created, created));
  window.now += hours{25};
  for (int i = 0; i < 2; ++i) REQUIRE(queue.refresh());
  CHECK(queue.state.tasks.corrections == 1);
  const auto inside = std::ranges::count_if(window.ended, [&](const Task& task) {
    return *task.created >= std::chrono::floor<minutes>(window.now - hours{48});
  });
  CHECK(row(*queue.shown, "A", "FINISH", Phase::succeeded) == inside);
  CHECK(queue.shown->counters.at("A").finished.at(Phase::succeeded) == 0);
}

TEST_CASE("an end that was guessed before a recount is counted once by it", "[tally][task_sweeping]") {
  Window window = two_days();
  window.by_creation = true;
  window.live = {running("1", epoch - hours{20}, epoch - hours{20})};
  Queue queue(window);
  REQUIRE(queue.refresh());
  queue.state.tasks.selects_by = SelectsBy::creation;
  window.now += seconds{30};
  window.live.clear();
  window.ended.push_back(done("1", epoch - hours{20}, epoch - hours{20}, window.now - seconds{5}));
  REQUIRE(queue.refresh());
  CHECK(row(*queue.shown, "A", "FINISH", Phase::ended) == 1);
  // Enough ends after it that the recount owns its real end.
  window.now += minutes{9};
  window.ended.push_back(done("2", window.now, window.now, window.now));
  REQUIRE(queue.refresh());
  queue.state.tasks.swept = window.now - hours{25};
  for (int i = 0; i < 2; ++i) REQUIRE(queue.refresh());
  const auto inside = std::ranges::count_if(window.ended, [&](const Task& task) {
    return *task.created >= std::chrono::floor<minutes>(window.now - hours{48});
  });
  std::int64_t shown = 0;
  for (const TaskCount& each : queue.shown->tasks) shown += each.count;
  CHECK(shown == inside);
}
