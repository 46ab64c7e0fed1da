#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

#include "exporter/ledger/leadership.h"
#include "exporter/ledger/memory_ledger.h"
#include "exporter/manual_clock.h"
#include "exporter/refresh/scheduler.h"
#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

/// Leads or not, as the test says.
class ScriptedLeadership final : public Leadership {
 public:
  std::optional<Term> term(const LedgerKey&) override { return term_; }
  Result<std::optional<Showing>, Failure> follow(const LedgerKey&) override {
    if (away) return Unexpected(Failure{.kind = FailureKind::network, .sentence = "Redis is away"});
    return std::exchange(news, std::nullopt);
  }
  void report(const LedgerKey&, const Report& report) override { reports.push_back(report); }

  void lead() {
    over_ = std::stop_source();
    term_ = Term{.number = ++number_, .over = over_.get_token()};
  }
  void lose() {
    over_.request_stop();
    term_.reset();
  }

  bool away = false;
  std::optional<Showing> news;
  std::vector<Report> reports;

 private:
  std::uint64_t number_ = 0;
  std::stop_source over_;
  std::optional<Term> term_;
};

/// Counts one more arrival with each refresh.
class Arrivals final : public Tally {
 public:
  Arrivals(int& refreshes, std::function<void()>& during, std::stop_token stop)
      : refreshes_(refreshes), during_(during), stop_(std::move(stop)) {}
  Result<Counted, Failure> refresh(const QueueState& before, const Snapshot*) override {
    ++refreshes_;
    if (during_) during_();
    if (stop_.stop_requested()) return Unexpected(Failure{.kind = FailureKind::stopped, .sentence = "stopped"});
    Counted counted{.after = before, .snapshot = {}, .partial = {}};
    ++counted.after.tasks.counters["A"].arrived;
    counted.snapshot.counters = counted.after.tasks.counters;
    counted.snapshot.complete = true;
    return counted;
  }

 private:
  int& refreshes_;
  std::function<void()>& during_;
  const std::stop_token stop_;
};

struct Replica {
  QueuePlan plan() {
    QueuePlan plan;
    plan.recipe.queue.name = "a";
    plan.recipe.queue.polling.interval = seconds{30};
    plan.key.labels = {"a", "mps", "media", ""};
    plan.make_tally = [this](std::stop_token stop) {
      return std::make_unique<Arrivals>(refreshes, during, std::move(stop));
    };
    return plan;
  }
  void live_for(seconds time) {
    const SteadyTime end = clock.steady_now() + time;
    while (clock.steady_now() < end) clock.sleep_until(std::min(end, scheduler.tick()), {});
    scheduler.tick();
  }
  void start() {
    std::vector<QueuePlan> plans;
    plans.push_back(plan());
    scheduler.replace(std::move(plans));
  }
  std::shared_ptr<const Shown> shown() { return shelf.view(clock.wall_now()).at(0); }

  int refreshes = 0;
  std::function<void()> during;
  ManualClock clock{*parse_utc("2026-03-01T10:00:00Z")};
  MemoryLedger ledger;
  Shelf shelf;
  Instruments instruments;
  SilentLog log;
  ScriptedLeadership leadership;
  InlineExecutor executor;
  Scheduler scheduler{{clock, ledger, shelf, instruments, log, &leadership}, executor};
};

Showing showing(std::uint64_t arrived, const Report& report) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->counters["A"].arrived = arrived;
  return {.snapshot = snapshot, .report = report};
}

}  // namespace

TEST_CASE("a replica on standby reads nothing and shows what the reader shows", "[refresh][leading]") {
  Replica replica;
  replica.start();
  replica.live_for(seconds{100});
  CHECK(replica.refreshes == 0);
  CHECK(replica.shown()->status.tried);
  CHECK_FALSE(replica.shown()->status.leader);
  CHECK_FALSE(is_up(replica.shown()->status, replica.clock.wall_now()));

  const WallTime success = replica.clock.wall_now();
  replica.leadership.news =
      showing(7, {.succeeded = true, .last_success = success, .duration = seconds{2}, .interval = seconds{60}});
  replica.live_for(seconds{30});
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 7);
  CHECK(is_up(replica.shown()->status, replica.clock.wall_now()));
  CHECK(replica.shown()->status.last_success == success);
  CHECK(replica.shown()->status.interval == seconds{60});
  CHECK(replica.shown()->status.last_duration == seconds{2});
  CHECK(replica.leadership.reports.empty());
}

TEST_CASE("a ledger that came back older is not shown, unless somebody counts on from it", "[refresh][leading]") {
  Replica replica;
  replica.start();
  const auto shown_after = [&](std::uint64_t arrived, std::uint64_t generation, const std::string& line) {
    Showing news = showing(arrived, {.succeeded = true});
    news.generation = generation;
    news.line = line;
    replica.leadership.news = news;
    replica.live_for(seconds{30});
    return replica.shown()->snapshot->counters.at("A").arrived;
  };
  CHECK(shown_after(70, 7, "line") == 70);
  CHECK(shown_after(50, 5, "line") == 70);
  CHECK(shown_after(50, 5, "line") == 70);
  SECTION("who remembers has put it right") {
    CHECK(shown_after(70, 7, "line") == 70);
    CHECK(shown_after(80, 8, "line") == 80);
    CHECK(shown_after(60, 6, "line") == 80);
  }
  SECTION("nobody remembers") {
    CHECK(shown_after(61, 6, "line") == 61);
    CHECK(shown_after(71, 7, "line") == 71);
  }
  SECTION("counting began anew") { CHECK(shown_after(1, 1, "another line") == 1); }
}

TEST_CASE("a replica on standby shows what it showed across a reload, though nothing is new and Redis may be away",
          "[refresh][leading]") {
  Replica replica;
  replica.start();
  replica.leadership.news = showing(7, {.succeeded = true, .last_success = replica.clock.wall_now()});
  replica.live_for(seconds{30});
  replica.leadership.away = GENERATE(false, true);
  QueuePlan other = replica.plan();
  other.recipe.queue.polling.on_stale = OnStale::serve;
  std::vector<QueuePlan> plans;
  plans.push_back(std::move(other));
  replica.scheduler.replace(std::move(plans));
  replica.live_for(seconds{60});
  REQUIRE(replica.shown()->snapshot != nullptr);
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 7);
  CHECK(is_up(replica.shown()->status, replica.clock.wall_now()));
}

TEST_CASE("a replica that leads reads, and tells the others how it went", "[refresh][leading]") {
  Replica replica;
  replica.leadership.lead();
  replica.start();
  replica.live_for(seconds{30});
  CHECK(replica.refreshes == 2);
  CHECK(replica.shown()->status.leader);
  REQUIRE(replica.leadership.reports.size() == 2);
  CHECK(replica.leadership.reports.back().succeeded);
  CHECK(replica.leadership.reports.back().last_success == replica.shown()->status.last_success);
}

TEST_CASE("a term that ends in the middle of a refresh ends the refresh, and counts as no failure of the queue",
          "[refresh][leading]") {
  Replica replica;
  replica.leadership.lead();
  replica.start();
  replica.live_for(seconds{0});
  replica.during = [&] { replica.leadership.lose(); };
  replica.live_for(seconds{30});
  CHECK(replica.refreshes == 2);
  CHECK(replica.shown()->status.refreshes.at("stopped") == 1);
  CHECK(replica.shown()->status.last_refresh_succeeded);
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 1);
  replica.live_for(seconds{30});
  CHECK(replica.refreshes == 2);
  CHECK_FALSE(replica.shown()->status.leader);
}

TEST_CASE("a new term begins with what the ledger holds", "[refresh][leading]") {
  Replica replica;
  replica.leadership.lead();
  replica.start();
  replica.live_for(seconds{0});
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 1);

  // Another replica counts on while this one does not lead.
  Entry entry = *replica.ledger.load(replica.plan().key);
  auto state = std::make_shared<QueueState>(*entry.state);
  state->tasks.counters["A"].arrived = 50;
  entry.state = state;
  ++entry.generation;
  REQUIRE(replica.ledger.commit(replica.plan().key, entry));

  replica.leadership.lose();
  replica.leadership.lead();
  replica.live_for(seconds{30});
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 51);
}

TEST_CASE(
    "what a ledger refuses because another has written is not shown, and counting begins again from what stands "
    "there",
    "[refresh][leading]") {
  Replica replica;
  replica.leadership.lead();
  replica.start();
  replica.live_for(seconds{0});
  replica.during = [&] {
    Entry entry = *replica.ledger.load(replica.plan().key);
    auto state = std::make_shared<QueueState>(*entry.state);
    state->tasks.counters["A"].arrived = 50;
    entry.state = state;
    ++entry.generation;
    REQUIRE(replica.ledger.commit(replica.plan().key, entry));
  };
  replica.live_for(seconds{30});
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 1);
  replica.during = {};
  replica.live_for(seconds{30});
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 51);
}

TEST_CASE("while nobody can be asked who reads, nobody reads, and the last data stay until they are stale",
          "[refresh][leading]") {
  Replica replica;
  replica.leadership.lead();
  replica.start();
  replica.live_for(seconds{0});
  replica.leadership.lose();
  replica.leadership.away = true;
  replica.live_for(seconds{90});
  CHECK(replica.refreshes == 1);
  CHECK(replica.shown()->status.skipped.at("ledger") == 3);
  CHECK(is_up(replica.shown()->status, replica.clock.wall_now()));
  CHECK(replica.shown()->snapshot->counters.at("A").arrived == 1);
  replica.live_for(seconds{300});
  CHECK_FALSE(is_up(replica.shown()->status, replica.clock.wall_now()));
  CHECK(replica.shown()->stale);
}

TEST_CASE("a queue with news is looked at before it is due", "[refresh][leading]") {
  Replica replica;
  replica.start();
  replica.live_for(seconds{5});
  replica.leadership.lead();
  replica.scheduler.hasten(replica.plan().key);
  replica.scheduler.tick();
  CHECK(replica.refreshes == 1);
}
