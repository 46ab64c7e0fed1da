// Quotas that replicas share, in a real Redis.
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "exporter/ledger/redis_quota.h"
#include "exporter/locks.h"
#include "tests/catch.h"
#include "tests/wire/redis_server.h"

using namespace taskqueue;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const CallLabels call{"tencent", "media", "mps", "", "DescribeTasks"};

struct QuotaReplica {
  explicit QuotaReplica(RedisServer& server) : redis(server.client()) {}

  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<RemoteRedis> redis;
  RedisScripts scripts{*redis};
  SharedQuotaBook book{{clock, random, scripts, "tq:", [] {}}};
};

/// Takes until the time is over, and notes when.
std::vector<SteadyTime> take_for(Quota& quota, const Clock& clock, milliseconds time, bool answers) {
  std::vector<SteadyTime> taken;
  std::stop_source stop;
  std::jthread watch([&] {
    SystemClock sleeper;
    sleeper.sleep_until(clock.steady_now() + time, {});
    stop.request_stop();
  });
  while (const auto when = quota.take(Urgency::live, stop.get_token())) {
    taken.push_back(*when);
    if (answers) quota.answered(*when);
  }
  return taken;
}

std::size_t most_in_a_second(std::vector<SteadyTime> taken) {
  std::ranges::sort(taken);
  std::size_t most = 0;
  for (auto first = taken.begin(), last = first; last != taken.end(); ++last) {
    while (*last - *first >= seconds{1}) ++first;
    most = std::max(most, static_cast<std::size_t>(last - first) + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("all replicas together stay under one ceiling, and come near it", "[wire][redis][quota]") {
  RedisServer server;
  QuotaReplica a(server), b(server);
  const auto quota_a = a.book.open(call, 40);
  const auto quota_b = b.book.open(call, 40);
  std::vector<SteadyTime> taken, others;
  {
    std::jthread other([&] { others = take_for(*quota_b, b.clock, seconds{5}, true); });
    taken = take_for(*quota_a, a.clock, seconds{5}, true);
  }
  CHECK(taken.size() > 20);
  CHECK(others.size() > 20);
  taken.insert(taken.end(), others.begin(), others.end());
  CHECK(most_in_a_second(taken) <= 40);
  CHECK(taken.size() > 60);
  CHECK(quota_a->read().taken + quota_b->read().taken == taken.size());
}

TEST_CASE("a throttle that one replica meets slows all of them", "[wire][redis][quota]") {
  RedisServer server;
  QuotaReplica a(server), b(server);
  const auto quota_a = a.book.open(call, 100);
  const auto quota_b = b.book.open(call, 100);
  REQUIRE(quota_b->take(Urgency::live, {}));
  CHECK(quota_b->read().rate == 100);
  quota_a->throttled(milliseconds{300});
  const SteadyTime before = b.clock.steady_now();
  const auto taken = quota_b->take(Urgency::live, {});
  REQUIRE(taken);
  CHECK(*taken - before >= milliseconds{290});
  CHECK(quota_b->read().rate < 60);
}

TEST_CASE("sweeps take half, so that live reads are not starved", "[wire][redis][quota]") {
  RedisServer server;
  QuotaReplica a(server);
  const auto quota = a.book.open(call, 100);
  REQUIRE(quota->take(Urgency::live, {}));
  REQUIRE(quota->take(Urgency::sweep, {}));
  CHECK(quota->next(Urgency::sweep) > quota->next(Urgency::live));
}

TEST_CASE("while Redis is away there is no permission, and a taker can be stopped", "[wire][redis][quota]") {
  SystemClock clock;
  SystemRandom random;
  RemoteRedis redis({.host = "127.0.0.1", .port = 1}, {}, clock);
  RedisScripts scripts(redis);
  std::stop_source stop;
  int asked = 0;
  SharedQuotaBook book({clock, random, scripts, "tq:", [&] {
                          if (++asked == 3) stop.request_stop();
                        }});
  CHECK_FALSE(book.open(call, 10)->take(Urgency::live, stop.get_token()));
  CHECK(asked == 3);
}

TEST_CASE("a Redis that has forgotten lets a second pass before the next request", "[wire][redis][quota]") {
  RedisServer server;
  QuotaReplica a(server);
  const auto quota = a.book.open(call, 5);
  const auto first = take_for(*quota, a.clock, milliseconds{2500}, false);
  REQUIRE_FALSE(first.empty());
  server.run({"FLUSHALL"});
  const auto next = quota->take(Urgency::live, {});
  REQUIRE(next);
  CHECK(*next - first.back() >= seconds{1});
}
