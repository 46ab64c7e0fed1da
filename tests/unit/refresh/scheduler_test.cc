#include "exporter/refresh/scheduler.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <map>
#include <thread>

#include "exporter/ledger/memory_ledger.h"
#include "exporter/manual_clock.h"
#include "exporter/refresh/once.h"
#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

/// What a test lets a queue's refreshes do.
struct Script {
  std::function<Result<Counted, Failure>(std::stop_token)> refresh;
  std::atomic<int> refreshes = 0;
};

class ScriptedTally final : public Tally {
 public:
  ScriptedTally(Script& script, std::stop_token stop) : script_(script), stop_(std::move(stop)) {}
  Result<Counted, Failure> refresh(const QueueState& before, const Snapshot*) override {
    ++script_.refreshes;
    if (script_.refresh) return script_.refresh(stop_);
    Counted counted{.after = before, .snapshot = {}, .partial = {}};
    counted.snapshot.complete = true;
    counted.snapshot.tasks = {{"A", "WAITING", Phase::queued, script_.refreshes.load()}};
    counted.snapshot.counters["A"].arrived = static_cast<std::uint64_t>(script_.refreshes.load());
    return counted;
  }

 private:
  Script& script_;
  const std::stop_token stop_;
};

QueuePlan plan(const std::string& name, Script& script, Milliseconds interval = seconds{30}) {
  QueuePlan plan;
  plan.recipe.queue.name = name;
  plan.recipe.queue.polling.interval = interval;
  plan.key.labels = {name, "mps", "media", ""};
  plan.lane = "media/mps";
  plan.make_tally = [&script](std::stop_token stop) {
    return std::make_unique<ScriptedTally>(script, std::move(stop));
  };
  return plan;
}

std::vector<QueuePlan> plans(QueuePlan one) {
  std::vector<QueuePlan> plans;
  plans.push_back(std::move(one));
  return plans;
}

/// A scheduler whose time a test moves.
struct Desk {
  ManualClock clock{*parse_utc("2026-03-01T10:00:00Z")};
  MemoryLedger ledger;
  Shelf shelf;
  Instruments instruments;
  SilentLog log;
  InlineExecutor executor;
  RefreshParts parts{clock, ledger, shelf, instruments, log};
  Scheduler scheduler{parts, executor};

  void live_for(seconds time) {
    const SteadyTime end = clock.steady_now() + time;
    while (clock.steady_now() < end) clock.sleep_until(std::min(end, scheduler.tick()), {});
    scheduler.tick();
  }
  std::shared_ptr<const Shown> shown(std::size_t index = 0) { return shelf.view(clock.wall_now()).at(index); }
};

Failure away() { return {.kind = FailureKind::network, .sentence = "cannot connect"}; }

}  // namespace

TEST_CASE("a queue is read at once and then every interval", "[refresh][scheduler]") {
  Desk desk;
  Script script;
  desk.scheduler.replace(plans(plan("a", script)));
  CHECK_FALSE(desk.shown()->status.tried);
  desk.scheduler.tick();
  CHECK(script.refreshes == 1);
  desk.live_for(seconds{300});
  CHECK(script.refreshes == 11);
  CHECK(desk.shown()->status.last_refresh_succeeded);
  CHECK(desk.shown()->status.refreshes.at("success") == 11);
  CHECK(desk.shown()->snapshot->tasks.at(0).count == 11);
}

TEST_CASE("queues do not all start at the same moment", "[refresh][scheduler]") {
  Desk desk;
  Script a, b;
  auto both = plans(plan("a", a));
  both.push_back(plan("b", b));
  desk.scheduler.replace(std::move(both));
  desk.scheduler.tick();
  CHECK(a.refreshes == 1);
  CHECK(b.refreshes == 0);
  desk.live_for(seconds{1});
  CHECK(b.refreshes == 1);
}

TEST_CASE("a failure keeps the last data until they are stale", "[refresh][refresher]") {
  Desk desk;
  Script script;
  desk.scheduler.replace(plans(plan("a", script)));
  desk.scheduler.tick();
  script.refresh = [](const std::stop_token&) { return Unexpected(away()); };
  desk.live_for(seconds{299});
  CHECK_FALSE(desk.shown()->status.last_refresh_succeeded);
  CHECK(desk.shown()->status.refreshes.at("network") == 9);
  CHECK(desk.shown()->status.last_failure->sentence == "cannot connect");
  CHECK(desk.shown()->snapshot->tasks.at(0).count == 1);
  CHECK_FALSE(desk.shown()->stale);
  desk.clock.advance(seconds{2});
  CHECK(desk.shown()->stale);
  script.refresh = {};
  desk.live_for(seconds{30});
  CHECK_FALSE(desk.shown()->stale);
}

TEST_CASE("a fault of ours is counted and survived", "[refresh][refresher]") {
  Desk desk;
  Script script;
  script.refresh = [](const std::stop_token&) -> Result<Counted, Failure> { throw std::runtime_error("oops"); };
  desk.scheduler.replace(plans(plan("a", script)));
  desk.live_for(seconds{60});
  CHECK(script.refreshes == 3);
  CHECK(desk.shown()->status.refreshes.at("answer") == 3);
}

TEST_CASE("a refresh longer than its interval is not queued behind itself", "[refresh][scheduler]") {
  Desk desk;
  Script script;
  ThreadExecutor threads(4);
  Scheduler scheduler(desk.parts, threads);
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  script.refresh = [gone](const std::stop_token&) -> Result<Counted, Failure> {
    gone.wait();
    return Unexpected(away());
  };
  scheduler.replace(plans(plan("a", script)));
  scheduler.tick();
  for (int i = 0; i < 3; ++i) {
    desk.clock.advance(seconds{30});
    scheduler.tick();
  }
  CHECK(script.refreshes <= 1);
  CHECK(desk.shown()->status.skipped.at("running") == 3);
  CHECK(desk.shown()->status.interval == seconds{90});
  go.set_value();
  scheduler.stop();
}

TEST_CASE("a reload leaves unchanged queues alone, stops changed ones and forgets removed ones",
          "[refresh][scheduler]") {
  Desk desk;
  Script a, b;
  auto both = plans(plan("a", a));
  both.push_back(plan("b", b));
  desk.scheduler.replace(std::move(both));
  desk.live_for(seconds{10});
  auto again = plans(plan("a", a));
  again.push_back(plan("b", b, seconds{10}));
  desk.scheduler.replace(std::move(again));
  CHECK(desk.shown(0)->snapshot->tasks.at(0).count == 1);
  CHECK(desk.shown(1)->snapshot->tasks.at(0).count == 1);
  CHECK(desk.shown(1)->snapshot->counters.at("A").arrived == 1);
  desk.live_for(seconds{19});
  CHECK(a.refreshes == 1);
  CHECK(b.refreshes == 3);
  desk.scheduler.replace(plans(plan("b", b, seconds{10})));
  CHECK(desk.shelf.view(desk.clock.wall_now()).size() == 1);
  desk.live_for(seconds{60});
  CHECK(a.refreshes == 1);
}

TEST_CASE("a reload that changes how a queue is read takes nothing back of what is shown", "[refresh][scheduler]") {
  Desk desk;
  Script script;
  desk.scheduler.replace(plans(plan("a", script)));
  desk.live_for(seconds{60});
  QueuePlan other = plan("a", script);
  other.recipe.queue.polling.on_stale = OnStale::serve;
  desk.scheduler.replace(plans(std::move(other)));
  CHECK(desk.shown()->status.tried);
  CHECK(is_up(desk.shown()->status, desk.clock.wall_now()));
  CHECK_FALSE(desk.shown()->status.drops_stale);
  CHECK(desk.shown()->status.refreshes.at("success") == 3);
  CHECK(desk.shown()->snapshot->tasks.at(0).count == 3);
  SECTION("but a queue elsewhere is another, of which only the counters of refreshes go on") {
    QueuePlan elsewhere = plan("a", script);
    elsewhere.key.identity = "elsewhere/";
    desk.scheduler.replace(plans(std::move(elsewhere)));
    desk.live_for(seconds{1});
    CHECK(desk.shown()->status.refreshes.at("success") == 4);
    CHECK(desk.shown()->status.last_success == desk.clock.wall_now() - seconds{1});
  }
}

TEST_CASE("a reload leaves the interval in force as it is", "[refresh][timetable]") {
  Timetable slow(seconds{30}, SteadyTime{});
  slow.start(SteadyTime{});
  slow.measure(SteadyTime{seconds{100}});
  Timetable same(seconds{30}, SteadyTime{seconds{101}});
  same.go_on_from(slow);
  CHECK(same.in_force() == seconds{120});
  Timetable other(seconds{60}, SteadyTime{seconds{101}});
  other.go_on_from(slow);
  CHECK(other.in_force() == seconds{60});
}

TEST_CASE("a refresh in flight of a changed queue is stopped and discarded first", "[refresh][scheduler]") {
  Desk desk;
  Script old, young;
  ThreadExecutor threads(4);
  Scheduler scheduler(desk.parts, threads);
  std::atomic<bool> in_flight = false;
  old.refresh = [&](const std::stop_token& stop) -> Result<Counted, Failure> {
    in_flight = true;
    while (!stop.stop_requested()) std::this_thread::yield();
    Counted late{.after = {}, .snapshot = {}, .partial = {}};
    late.snapshot.tasks = {{"late", "WAITING", Phase::queued, 1}};
    in_flight = false;
    return late;
  };
  scheduler.replace(plans(plan("a", old)));
  scheduler.tick();
  while (!in_flight) std::this_thread::yield();
  scheduler.replace(plans(plan("a", young, seconds{10})));
  CHECK_FALSE(in_flight);
  CHECK(desk.shown()->snapshot == nullptr);
  scheduler.stop();
}

TEST_CASE("at most four refreshes of a lane are in flight", "[refresh][scheduler]") {
  Desk desk;
  Script script;
  ThreadExecutor threads(64);
  Scheduler scheduler(desk.parts, threads);
  std::atomic<int> in_flight = 0;
  std::atomic<int> most = 0;
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  script.refresh = [&, gone](const std::stop_token&) -> Result<Counted, Failure> {
    const int now = ++in_flight;
    for (int before = most; now > before && !most.compare_exchange_weak(before, now);) {
    }
    gone.wait();
    --in_flight;
    return Unexpected(away());
  };
  std::vector<QueuePlan> many;
  for (int i = 0; i < 20; ++i) many.push_back(plan(std::to_string(i), script));
  scheduler.replace(std::move(many));
  desk.clock.advance(seconds{5});
  scheduler.tick();
  while (in_flight < 4) std::this_thread::yield();
  scheduler.tick();
  go.set_value();
  while (script.refreshes < 20) {
    scheduler.tick();
    std::this_thread::yield();
  }
  scheduler.stop();
  CHECK(most == 4);
}

TEST_CASE("once reads until the data are complete, and says whether all succeeded", "[refresh][once]") {
  Desk desk;
  Script script;
  script.refresh = [&](const std::stop_token&) {
    Counted counted{.after = {}, .snapshot = {}, .partial = {}};
    counted.snapshot.complete = script.refreshes == 3;
    return counted;
  };
  CHECK(collect_once(plans(plan("a", script)), desk.parts, desk.executor, seconds{60}));
  CHECK(script.refreshes == 3);
  CHECK(desk.shown()->snapshot->complete);
  script.refresh = [](const std::stop_token&) { return Unexpected(away()); };
  auto two = plans(plan("b", script));
  CHECK_FALSE(collect_once(std::move(two), desk.parts, desk.executor, seconds{60}));
  CHECK(script.refreshes == 4);
}

TEST_CASE("what is shown never goes back, however skips and publications meet", "[refresh][refresher]") {
  Desk desk;
  Script script;
  Refresher refresher(plan("a", script), desk.parts);
  desk.shelf.arrange({{"a", "mps", "media", ""}});
  refresher.refresh();
  refresher.publish();
  std::atomic<bool> over = false;
  bool went_back = false;
  {
    std::jthread skipping([&] {
      while (!over) refresher.count_skip(seconds{30});
    });
    std::jthread refreshing([&] {
      for (int i = 0; i < 2000; ++i) {
        refresher.refresh();
        refresher.publish();
      }
      over = true;
    });
    std::uint64_t skipped = 0;
    std::int64_t count = 0;
    while (!over) {
      const auto shown = desk.shown();
      went_back |= shown->status.skipped.at("running") < skipped || shown->snapshot->tasks.at(0).count < count;
      skipped = shown->status.skipped.at("running");
      count = shown->snapshot->tasks.at(0).count;
    }
  }
  CHECK_FALSE(went_back);
}

TEST_CASE("of very many queues the last begins within an interval, too", "[refresh][scheduler]") {
  Desk desk;
  Script script;
  std::vector<QueuePlan> many;
  for (int i = 0; i < 2000; ++i) many.push_back(plan("queue-" + std::to_string(i), script));
  desk.scheduler.replace(std::move(many));
  desk.live_for(seconds{30});
  CHECK(script.refreshes >= 2000);
  CHECK(script.refreshes < 2100);
}

TEST_CASE("the scheduler tells how long ago it ticked", "[refresh][scheduler]") {
  Desk desk;
  CHECK(desk.scheduler.since_last_tick() == seconds{0});  // not sick before it has begun
  desk.scheduler.tick();
  desk.clock.advance(seconds{61});
  CHECK(desk.scheduler.since_last_tick() == seconds{61});
}

namespace {

struct FullLedger final : Ledger {
  Result<Entry, Failure> load(const LedgerKey& key) override { return inner.load(key); }
  Result<Done, Failure> commit(const LedgerKey& key, const Entry& next) override {
    if (full) return Unexpected(Failure{.kind = FailureKind::server, .sentence = "disk full"});
    return inner.commit(key, next);
  }
  MemoryLedger inner;
  bool full = false;
};

}  // namespace

TEST_CASE("a sweep that fails for good is told once, however often looking back goes well in between",
          "[refresh][refresher]") {
  Desk desk;
  Script script;
  struct SweepingTally final : Tally {
    Result<Counted, Failure> refresh(const QueueState& before, const Snapshot*) override {
      Counted counted{.after = before, .snapshot = {}, .partial = {}};
      counted.after.tasks.looks_back = ++refreshes % 2 == 0;
      return counted;
    }
    [[nodiscard]] bool has_more(const QueueState&) const override { return true; }
    Result<Counted, Failure> advance(const QueueState& before, const Snapshot& last) override {
      if (!before.tasks.looks_back) return Unexpected(away());
      Counted counted{.after = before, .snapshot = last, .partial = {}};
      counted.after.tasks.looks_back = false;
      return counted;
    }
    int refreshes = 0;
  };
  struct CountingLog final : Log {
    [[nodiscard]] bool shows(LogLevel level) const override { return level >= LogLevel::info; }
    void write(LogLevel, std::string_view, std::string_view event, Fields) override { ++lines[std::string(event)]; }
    std::map<std::string, int> lines;
  } log;
  QueuePlan sweeping = plan("a", script);
  sweeping.make_tally = [](std::stop_token) { return std::make_unique<SweepingTally>(); };
  Refresher refresher(std::move(sweeping), {desk.clock, desk.ledger, desk.shelf, desk.instruments, log});
  desk.shelf.arrange({{"a", "mps", "media", ""}});
  for (int i = 0; i < 6; ++i) refresher.refresh();
  CHECK(log.lines["a part of the ended tasks could not be counted, the next refresh goes on"] == 1);
  CHECK(log.lines["ended tasks are counted again"] == 0);
}

TEST_CASE("what a ledger could not keep is gone on from, and the next write brings all of it", "[refresh][refresher]") {
  Desk desk;
  FullLedger ledger;
  Script script;
  struct AddingTally final : Tally {
    Result<Counted, Failure> refresh(const QueueState& before, const Snapshot*) override {
      Counted counted{.after = before, .snapshot = {}, .partial = {}};
      ++counted.after.tasks.counters["A"].arrived;
      counted.snapshot.counters = counted.after.tasks.counters;
      return counted;
    }
  };
  QueuePlan adding = plan("a", script);
  adding.make_tally = [](std::stop_token) { return std::make_unique<AddingTally>(); };
  Refresher refresher(std::move(adding), {desk.clock, ledger, desk.shelf, desk.instruments, desk.log});
  desk.shelf.arrange({{"a", "mps", "media", ""}});
  refresher.refresh();
  ledger.full = true;
  refresher.refresh();
  refresher.refresh();
  refresher.publish();
  CHECK(desk.shown()->snapshot->counters.at("A").arrived == 1);
  ledger.full = false;
  refresher.refresh();
  refresher.publish();
  CHECK(desk.shown()->snapshot->counters.at("A").arrived == 4);
  const Entry kept = ledger.load({.labels = {"a", "mps", "media", ""}, .identity = ""}).value();
  CHECK(kept.generation == 2);
  CHECK(kept.state->tasks.counters.at("A").arrived == 4);
}

TEST_CASE("when the ledger cannot be written gauges go on and counters stand still", "[refresh][refresher]") {
  Desk desk;
  FullLedger ledger;
  Script script;
  Refresher refresher(plan("a", script), {desk.clock, ledger, desk.shelf, desk.instruments, desk.log});
  desk.shelf.arrange({{"a", "mps", "media", ""}});
  refresher.refresh();
  ledger.full = true;
  refresher.refresh();
  refresher.publish();
  CHECK(desk.shown()->snapshot->tasks.at(0).count == 2);
  CHECK(desk.shown()->snapshot->counters.at("A").arrived == 1);
  ledger.full = false;
  refresher.refresh();
  refresher.publish();
  CHECK(desk.shown()->snapshot->counters.at("A").arrived == 3);
}
