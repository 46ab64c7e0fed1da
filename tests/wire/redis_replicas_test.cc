// Replicas against a real Redis: who reads, what is refused, what is put back.
#include <chrono>
#include <functional>
#include <memory>

#include "exporter/ledger/record_form.h"
#include "exporter/ledger/redis_leadership.h"
#include "exporter/ledger/redis_ledger.h"
#include "exporter/log.h"
#include "exporter/manual_clock.h"
#include "exporter/utc.h"
#include "tests/catch.h"
#include "tests/wire/redis_server.h"

using namespace taskqueue;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const LedgerKey queue{{"transcode", "mps", "media", ""}, "mps.example/"};

/// One replica as far as Redis sees it. Its clock goes only when the test says so, Redis' own never stands still:
/// leases are long enough that none ends by itself.
struct Replica {
  Replica(RedisServer& server, const std::string& name)
      : redis(server.client()),
        ledger({*redis, random, log, "tq:"}),
        leadership({clock, *redis, ledger, instruments, log, "tq:", name}) {
    leadership.arrange({{queue, seconds{15}}});
  }
  void ask() {
    clock.advance(seconds{4});
    leadership.ask();
  }
  /// Asks until it may begin where nobody is known.
  void ask_patiently() {
    for (int i = 0; i < 4; ++i) ask();
  }
  [[nodiscard]] bool leads() { return leadership.term(queue).has_value(); }
  /// Counts one more arrival, as a refresh would.
  Result<Done, Failure> count(const Entry& entry) {
    Entry next = entry;
    auto state = std::make_shared<QueueState>(*entry.state);
    ++state->tasks.counters["A"].arrived;
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->counters = state->tasks.counters;
    next.state = state;
    next.snapshot = snapshot;
    ++next.generation;
    return ledger.commit(queue, next);
  }
  Result<Done, Failure> count() {
    const auto entry = ledger.load(queue);
    if (!entry) return Unexpected(entry.error());
    return count(*entry);
  }
  [[nodiscard]] std::uint64_t arrived() {
    const auto entry = ledger.load(queue);
    REQUIRE(entry);
    const auto found = entry->state->tasks.counters.find("A");
    return found == entry->state->tasks.counters.end() ? 0 : found->second.arrived;
  }

  ManualClock clock{*parse_utc("2026-03-01T10:00:00Z")};
  SystemRandom random;
  SilentLog log;
  Instruments instruments;
  std::unique_ptr<RemoteRedis> redis;
  RedisLedger ledger;
  RedisLeadership leadership;
};

const QueueKeys keys = queue_keys("tq:", queue);

/// The lease ends, as if its time were over.
void end_lease(RedisServer& server) { server.run({"DEL", keys.lease}); }

/// Makes the entry one of a newer version, and gives the head that it had.
std::string write_by_newer_version(RedisServer& server) {
  const std::string head(record_form::head);
  std::string before = server.run({"HGET", keys.entry, head}).text;
  ByteWriter bytes;
  bytes.write(record_form::form + 1);
  server.run({"HSET", keys.entry, head, record_form::sealed(head, bytes.take())});
  return before;
}

}  // namespace

TEST_CASE("one replica reads a queue, and another takes over what it has counted", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask();
  CHECK_FALSE(first.leads());  // somebody may be there who remembers
  first.ask_patiently();
  second.ask_patiently();
  CHECK(first.leads());
  CHECK_FALSE(second.leads());
  REQUIRE(first.count());
  REQUIRE(first.count());

  first.leadership.resign();
  second.ask();
  CHECK(second.leads());
  CHECK(second.arrived() == 2);
  REQUIRE(second.count());
  CHECK(second.arrived() == 3);
}

TEST_CASE("who was the reader cannot write once another has begun, whatever it believes", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  REQUIRE(first.count());
  const Entry in_flight = *first.ledger.load(queue);
  end_lease(server);
  second.ask();
  REQUIRE(second.leads());
  CHECK(first.leads());  // its own clock stood still, as that of a process does that was stopped

  const auto late = first.count(in_flight);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind == FailureKind::stopped);
  CHECK(server.run({"HGET", keys.reign, "refused"}).number() == 1);
  CHECK(second.arrived() == 1);
  REQUIRE(second.count());
  CHECK_FALSE(first.count(in_flight));

  first.ask();
  CHECK_FALSE(first.leads());
  end_lease(server);
  first.ask();
  REQUIRE(first.leads());
  CHECK(first.arrived() == 2);
}

TEST_CASE("followers see what the reader shows and how it fared", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  REQUIRE(first.count());
  const Report report{.succeeded = true, .last_success = first.clock.wall_now(), .interval = seconds{30}};
  first.leadership.report(queue, report);
  second.ask();
  const auto showing = second.leadership.follow(queue);
  REQUIRE(showing);
  REQUIRE(*showing);
  CHECK((*showing)->report == report);
  REQUIRE((*showing)->snapshot);
  CHECK((*showing)->snapshot->counters.at("A").arrived == 1);
  CHECK((*showing)->generation == 1);
  CHECK((*showing)->line == server.run({"HGET", keys.entry, "line"}).text);
  CHECK_FALSE(*second.leadership.follow(queue));
  second.leadership.report(queue, {.succeeded = false});
  REQUIRE(first.count());
  first.leadership.report(queue, report);
  second.ask();
  CHECK((*second.leadership.follow(queue))->snapshot->counters.at("A").arrived == 2);
}

TEST_CASE("what Redis has lost is put back by who was the reader, under a higher epoch, and by nobody else",
          "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  for (int i = 0; i < 3; ++i) REQUIRE(first.count());
  const std::string older = server.run({"DUMP", keys.entry}).text;
  for (int i = 0; i < 2; ++i) REQUIRE(first.count());
  second.ask();
  const auto epoch = server.run({"HGET", keys.reign, "epoch"}).number();

  SECTION("flushed") { server.run({"FLUSHALL"}); }
  SECTION("restarted without persistence") { server.restart(); }
  SECTION("only the entry was evicted") { server.run({"DEL", keys.entry}); }
  SECTION("it came back older") { server.run({"RESTORE", keys.entry, "0", older, "REPLACE"}); }

  second.ask();
  CHECK_FALSE(second.leads());
  first.ask();
  REQUIRE(first.leads());
  CHECK(first.arrived() == 5);
  CHECK(server.run({"HGET", keys.reign, "epoch"}).number() == epoch + 1);
  REQUIRE(first.count());
  first.leadership.resign();
  second.ask();
  REQUIRE(second.leads());
  CHECK(second.arrived() == 6);
}

TEST_CASE("a reader that writes before it asks for its lease keeps what Redis has lost", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  for (int i = 0; i < 3; ++i) REQUIRE(first.count());
  const std::string older = server.run({"DUMP", keys.entry}).text;
  for (int i = 0; i < 2; ++i) REQUIRE(first.count());
  const Entry in_flight = *first.ledger.load(queue);
  const bool commits = GENERATE(true, false);
  CAPTURE(commits);

  SECTION("flushed") { server.run({"FLUSHALL"}); }
  SECTION("restarted without persistence") { server.restart(); }
  SECTION("only the entry was evicted") { server.run({"DEL", keys.entry}); }
  SECTION("it came back older") { server.run({"RESTORE", keys.entry, "0", older, "REPLACE"}); }

  // A refresh in flight when it was lost commits, later ones load first.
  if (commits) CHECK_FALSE(first.count(in_flight));
  const bool counted = first.count().has_value();
  second.ask();
  CHECK_FALSE(second.leads());
  first.ask();
  REQUIRE(first.leads());
  CHECK(first.arrived() == (counted ? 6 : 5));
  REQUIRE(first.count());
  first.leadership.resign();
  second.ask();
  REQUIRE(second.leads());
  CHECK(second.arrived() == (counted ? 7 : 6));
}

TEST_CASE("where only what is shown was evicted, the next commit brings all of it", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  for (int i = 0; i < 3; ++i) REQUIRE(first.count());
  server.run({"DEL", keys.shown});
  REQUIRE(first.count());
  second.ask();
  const auto showing = second.leadership.follow(queue);
  REQUIRE(showing);
  REQUIRE((*showing)->snapshot);
  CHECK((*showing)->snapshot->counters.at("A").arrived == 4);
  CHECK(server.run({"PTTL", keys.shown}).number() > 0);

  REQUIRE(first.count());
  second.ask();
  CHECK((*second.leadership.follow(queue))->snapshot->counters.at("A").arrived == 5);
}

TEST_CASE("who remembers more comes before who was faster", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  for (int i = 0; i < 5; ++i) REQUIRE(first.count());
  server.run({"FLUSHALL"});
  second.ask_patiently();
  REQUIRE(second.leads());
  first.ask();
  CHECK(first.leads());
  CHECK(first.arrived() == 5);
  CHECK_FALSE(second.count());
  second.ask();
  CHECK_FALSE(second.leads());
}

TEST_CASE("where nobody remembers, counting begins anew", "[wire][redis]") {
  RedisServer server;
  auto first = std::make_unique<Replica>(server, "first");
  first->ask_patiently();
  REQUIRE(first->count());
  first.reset();
  server.run({"FLUSHALL"});
  Replica second(server, "second");
  second.ask_patiently();
  REQUIRE(second.leads());
  CHECK(second.arrived() == 0);
}

TEST_CASE("an entry that cannot be read is set aside, and counting begins anew", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  REQUIRE(first.count());
  first.leadership.resign();
  server.run({"HSET", keys.entry, "head", "nonsense"});
  second.ask();
  REQUIRE(second.leads());
  CHECK(second.arrived() == 0);
  CHECK(server.run({"EXISTS", keys.aside}).number() == 1);
  REQUIRE(second.count());
  CHECK(second.arrived() == 1);
}

TEST_CASE("what a newer version has counted is left to replicas of that version", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  REQUIRE(first.count());
  first.leadership.resign();
  const std::string whole = write_by_newer_version(server);
  second.ask();
  REQUIRE(second.leads());
  CHECK_FALSE(second.count());
  CHECK(server.run({"EXISTS", keys.aside}).number() == 0);
  second.ask();
  CHECK_FALSE(second.leads());
  CHECK(server.run({"EXISTS", keys.lease}).number() == 0);
  server.run({"HSET", keys.entry, std::string(record_form::head), whole});
  first.ask();
  REQUIRE(first.leads());
  CHECK(first.arrived() == 1);
}

TEST_CASE("who left a queue to a newer version reads it again once its keys were removed", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  REQUIRE(first.count());
  first.leadership.resign();
  write_by_newer_version(server);
  second.ask();
  CHECK_FALSE(second.count());
  second.ask_patiently();
  REQUIRE_FALSE(second.leads());
  server.run({"DEL", keys.entry, keys.shown, keys.reign, keys.lease, keys.report});
  second.ask_patiently();
  REQUIRE(second.leads());
  REQUIRE(second.count());
  CHECK(second.arrived() == 1);
}

TEST_CASE("a refused commit of a queue that is not wanted any more is no matter", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first");
  first.ask_patiently();
  REQUIRE(first.count());
  const Entry in_flight = *first.ledger.load(queue);
  server.run({"CONFIG", "SET", "maxmemory", "1"});
  REQUIRE_FALSE(first.count());
  first.ledger.keep({queue});
  CHECK_FALSE(first.ledger.is_writable());
  first.leadership.arrange({});
  first.ledger.keep({});
  CHECK(first.ledger.is_writable());
  CHECK(first.ledger.memory(queue).generation == 0);
  CHECK_FALSE(first.count(in_flight));
  CHECK(first.ledger.is_writable());
}

TEST_CASE("without memory Redis takes no commit, yet leases and reports go on", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  REQUIRE(first.count());
  server.run({"CONFIG", "SET", "maxmemory", "1"});
  const auto refused = first.count();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "OOM");
  CHECK_FALSE(first.ledger.is_writable());
  CHECK(first.arrived() == 1);
  first.ask();
  CHECK(first.leads());
  first.leadership.resign();
  second.ask();
  CHECK(second.leads());
  server.run({"CONFIG", "SET", "maxmemory", "0"});
  REQUIRE(second.count());
  CHECK(second.arrived() == 2);
}

TEST_CASE("a password is asked for, taken from a file, and a wrong one told", "[wire][redis]") {
  RedisServer server({"--user", "exporter", "on", ">word", "~*", "+@all", "--user", "default", "on", "nopass", "+ping"});
  RedisAddress address = server.address();
  SystemClock clock;
  const auto ask = [&](const std::string& user, const std::string& password) {
    address.user = user;
    address.password = Secret(password);
    RemoteRedis redis(address, {}, clock);
    return redis.run({{"SET", "a", "b"}}, seconds{5});
  };
  CHECK(ask("exporter", "word"));
  const auto wrong = ask("exporter", "guess");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().kind == FailureKind::credentials);
  const auto nobody = ask("", "");
  REQUIRE(nobody);
  CHECK(nobody->front().is_error());
  CHECK(refusal(nobody->front()).kind == FailureKind::permission);
}

TEST_CASE("databases are kept apart", "[wire][redis]") {
  RedisServer server;
  RedisAddress address = server.address();
  address.database = 3;
  SystemClock clock;
  RemoteRedis redis(address, {}, clock);
  REQUIRE(redis.run({{"SET", "a", "b"}}, seconds{5}));
  CHECK(server.run({"EXISTS", "a"}).number() == 0);
}

TEST_CASE("a Redis that does not answer costs no more than the patience given to it", "[wire][redis]") {
  RedisServer server;
  const auto redis = server.client();
  REQUIRE(redis->run({{"PING"}}, seconds{5}));
  server.run({"CLIENT", "PAUSE", "600"});
  const auto silent = redis->run({{"PING"}}, milliseconds{50});
  REQUIRE_FALSE(silent);
  CHECK(silent.error().kind == FailureKind::timeout);
  CHECK(redis->run({{"PING"}}, seconds{5}));
}

TEST_CASE("a Redis that was made a replica is left for the one its address leads to now", "[wire][redis]") {
  RedisServer old_primary, new_primary;
  const RedisAddress address = old_primary.address();
  const auto redis = old_primary.client();
  REQUIRE(redis->run({{"SET", "a", "b"}}, seconds{5}));
  RedisCommand command{"SET", "a", "c"};
  SECTION("it refuses to be written") {}
  SECTION("it refuses scripts that write") { command = {"EVAL", "return redis.call('SET', 'a', 'c')", "0"}; }
  SECTION("it answers nothing until it has met its primary") {
    old_primary.run({"CONFIG", "SET", "replica-serve-stale-data", "no"});
    command = {"GET", "a"};
  }
  // Port 1 of loopback refuses: the old primary waits for its own, and keeps its connections.
  REQUIRE_FALSE(redis->run({{"REPLICAOF", "127.0.0.1", "1"}}, seconds{5})->front().is_error());
  REQUIRE_FALSE(redis->run({{"CONFIG", "SET", "port", "0"}}, seconds{5})->front().is_error());
  REQUIRE_FALSE(new_primary.run({"CONFIG", "SET", "port", std::to_string(address.port)}).is_error());

  const auto refused = redis->run({command}, seconds{5});
  REQUIRE(refused);
  CHECK(refused->front().is_error());
  const auto taken = redis->run({command}, seconds{5});
  REQUIRE(taken);
  CHECK_FALSE(taken->front().is_error());
}

TEST_CASE("a large entry goes there and back", "[wire][redis]") {
  RedisServer server;
  Replica first(server, "first"), second(server, "second");
  first.ask_patiently();
  Entry entry = *first.ledger.load(queue);
  auto state = std::make_shared<QueueState>();
  for (int i = 0; i < 20000; ++i) state->tasks.live["task-" + std::to_string(i)].absences = i;
  entry.state = state;
  entry.snapshot = std::make_shared<Snapshot>();
  ++entry.generation;
  REQUIRE(first.ledger.commit(queue, entry));
  auto less = std::make_shared<QueueState>();
  for (int i = 0; i < 5000; ++i) less->tasks.live["task-" + std::to_string(i)].absences = i;
  entry.state = less;
  ++entry.generation;
  REQUIRE(first.ledger.commit(queue, entry));
  first.leadership.resign();
  second.ask();
  const auto loaded = second.ledger.load(queue);
  REQUIRE(loaded);
  CHECK(*loaded->state == *less);
}
