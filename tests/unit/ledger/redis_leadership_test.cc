#include "exporter/ledger/redis_leadership.h"

#include <chrono>

#include "exporter/manual_clock.h"
#include "exporter/utc.h"
#include "tests/catch.h"
#include "tests/unit/ledger/redis_double.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

class CountingRandom final : public Random {
 public:
  std::uint64_t bits() override { return ++bits_; }

 private:
  std::uint64_t bits_ = 0;
};

RedisReply answer(const std::string& state, long long epoch, long long news = 0, const std::string& previous = "") {
  return list({text(state), number(epoch), number(0), number(news), text(previous)});
}

/// A replica whose Redis says what the test wants.
struct Replica {
  Replica() { leadership.arrange({{queue, seconds{10}}}); }
  /// Asks when it is due, and gives this reply.
  void hear(RedisReply reply) {
    redis.answer = [reply = std::move(reply)](const RedisCommand&) { return reply; };
    clock.advance(seconds{3});
    leadership.ask();
  }
  [[nodiscard]] double takeovers() const {
    for (const FamilyText& family : instruments.collect()) {
      if (family.head.name != "taskqueue_ledger_takeovers_total") continue;
      const std::string text(family.lines);
      return std::stod(text.substr(text.rfind(' ')));
    }
    return -1;
  }

  const LedgerKey queue{{"a", "mps", "media", ""}, "host/"};
  ManualClock clock{*parse_utc("2026-03-01T10:00:00Z")};
  RedisDouble redis;
  CountingRandom random;
  SilentLog log;
  Instruments instruments;
  RedisLedger ledger{{redis, random, log, "tq:"}};
  RedisLeadership leadership{{clock, redis, ledger, instruments, log, "tq:", "me"}};
};

}  // namespace

TEST_CASE("who gets the lease reads, and another one does not", "[ledger][leadership]") {
  Replica replica;
  CHECK_FALSE(replica.leadership.term(replica.queue));
  replica.hear(answer("other", 4));
  CHECK_FALSE(replica.leadership.term(replica.queue));
  replica.hear(answer("began", 5, 0, "another"));
  CHECK(replica.leadership.term(replica.queue));
  CHECK(replica.takeovers() == 1);
  replica.hear(answer("held", 5));
  CHECK(replica.takeovers() == 1);
}

TEST_CASE("what this replica held itself before it does not take over", "[ledger][leadership]") {
  Replica replica;
  replica.hear(answer("began", 1));
  replica.hear(answer("began", 2, 0, "me"));
  CHECK(replica.takeovers() == 0);
}

TEST_CASE("a term ends by our own clock when Redis is silent, and everything that it covers is told to stop",
          "[ledger][leadership]") {
  Replica replica;
  replica.hear(answer("began", 1));
  const auto term = replica.leadership.term(replica.queue);
  REQUIRE(term);
  replica.redis.away = true;
  for (int i = 0; i < 2; ++i) {
    replica.clock.advance(seconds{4});
    replica.leadership.ask();
  }
  CHECK(replica.leadership.term(replica.queue));
  CHECK_FALSE(term->over.stop_requested());
  replica.clock.advance(seconds{1});
  replica.leadership.end_overdue();
  CHECK(term->over.stop_requested());
  CHECK_FALSE(replica.leadership.term(replica.queue));

  replica.redis.away = false;
  replica.hear(answer("held", 1));
  const auto again = replica.leadership.term(replica.queue);
  REQUIRE(again);
  CHECK(again->number != term->number);
}

TEST_CASE("a term that goes on is the same", "[ledger][leadership]") {
  Replica replica;
  replica.hear(answer("began", 1));
  const auto term = replica.leadership.term(replica.queue);
  for (int i = 0; i < 10; ++i) replica.hear(answer("held", 1));
  CHECK(replica.leadership.term(replica.queue)->number == term->number);
  CHECK_FALSE(term->over.stop_requested());
}

TEST_CASE("a term ends when another replica reads, or the queue goes", "[ledger][leadership]") {
  Replica replica;
  replica.hear(answer("began", 1));
  const auto first = replica.leadership.term(replica.queue);
  replica.hear(answer("other", 2));
  CHECK(first->over.stop_requested());
  replica.hear(answer("began", 3, 0, "another"));
  const auto second = replica.leadership.term(replica.queue);
  replica.leadership.arrange({});
  CHECK(second->over.stop_requested());
  CHECK_FALSE(replica.leadership.term(replica.queue));
  CHECK(replica.redis.asked.back().at(0) == "EVALSHA");  // gives the lease back
}

TEST_CASE("a follower looks only where there is news, and says why it cannot", "[ledger][leadership]") {
  Replica replica;
  replica.hear(answer("other", 1, 7));
  replica.redis.answer = [](const RedisCommand& command) {
    const bool is_report = command.back().ends_with(":report");
    return is_report ? list({text("succeeded"), text("1"), text("interval_ms"), text("30000")}) : list({});
  };
  const auto showing = replica.leadership.follow(replica.queue);
  REQUIRE(showing);
  REQUIRE(*showing);
  CHECK((*showing)->report->succeeded);
  CHECK((*showing)->report->interval == seconds{30});
  const auto again = replica.leadership.follow(replica.queue);
  REQUIRE(again);
  CHECK_FALSE(*again);
  replica.hear(answer("other", 1, 8));
  replica.redis.answer = [](const RedisCommand&) { return list({}); };
  CHECK(*replica.leadership.follow(replica.queue));

  replica.hear(error("NOAUTH Authentication required."));
  const auto refused = replica.leadership.follow(replica.queue);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == FailureKind::credentials);
}

TEST_CASE("a queue is to be looked at when it changes hands, and by followers when its reader has news",
          "[ledger][leadership]") {
  Replica replica;
  const auto is_news = [&](RedisReply reply) {
    replica.hear(std::move(reply));
    return !replica.leadership.take_news().empty();
  };
  CHECK(is_news(answer("other", 1, 5)));
  CHECK_FALSE(is_news(answer("other", 1, 5)));
  CHECK(is_news(answer("other", 1, 6)));
  CHECK(is_news(answer("began", 2, 6)));
  CHECK_FALSE(is_news(answer("held", 2, 7)));  // that was its own report
  CHECK_FALSE(is_news(answer("held", 2, 8)));
  CHECK(is_news(answer("other", 3, 8)));
}

TEST_CASE("a report is for the reader to give", "[ledger][leadership]") {
  Replica replica;
  const auto calls = [&] { return replica.redis.asked.size(); };
  replica.hear(answer("other", 1));
  const auto before = calls();
  replica.leadership.report(replica.queue, {.succeeded = true});
  CHECK(calls() == before);
  replica.hear(answer("began", 2));
  const auto then = calls();
  replica.leadership.report(replica.queue, {.succeeded = true});
  CHECK(calls() > then);
}
