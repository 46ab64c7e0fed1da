#include "exporter/api/pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::duration;
using std::chrono::seconds;

namespace {

constexpr SteadyTime start = SteadyTime{} + std::chrono::hours{1};

/// Sends as fast as the pace allows for that long; gives the moments.
std::vector<SteadyTime> flood(Pace& pace, SteadyTime from, seconds length, Urgency urgency = Urgency::live) {
  std::vector<SteadyTime> sent;
  for (SteadyTime now = from; now < from + length;) {
    const SteadyTime when = pace.next(urgency, now);
    if (when > now) {
      now = when;
      continue;
    }
    pace.sent(urgency, now);
    pace.answered(now, now);
    sent.push_back(now);
  }
  return sent;
}

std::size_t most_in_a_second(const std::vector<SteadyTime>& sent) {
  std::size_t most = 0;
  for (auto first = sent.begin(); first != sent.end(); ++first) {
    most = std::max(most, static_cast<std::size_t>(std::upper_bound(first, sent.end(), *first + seconds{1}) - first));
  }
  return most;
}

}  // namespace

TEST_CASE("no sliding second holds more than the ceiling, and a long run comes near it", "[api][pace]") {
  const double ceiling = GENERATE(0.5, 0.75, 1.0, 2.5, 25.0, 100.0);
  Pace pace(ceiling, start);
  const auto sent = flood(pace, start, seconds{100});
  CAPTURE(ceiling, sent.size());
  CHECK(most_in_a_second(sent) <= static_cast<std::size_t>(std::max(1.0, std::ceil(ceiling))));
  CHECK(static_cast<double>(sent.size()) <= ceiling * 100 + std::ceil(ceiling));
  CHECK(static_cast<double>(sent.size()) >= ceiling * 100 * 0.9);
}

TEST_CASE("a burst after a rest stays within the ceiling of a second", "[api][pace]") {
  Pace pace(25, start);
  auto sent = flood(pace, start, seconds{3});
  const auto later = flood(pace, start + seconds{60}, seconds{3});
  sent.insert(sent.end(), later.begin(), later.end());
  CHECK(most_in_a_second(sent) <= 25);
}

TEST_CASE("sweeps get at most half", "[api][pace]") {
  Pace pace(20, start);
  const auto sent = flood(pace, start, seconds{60}, Urgency::sweep);
  CHECK(sent.size() <= 20 * 60 / 2 + 1);
  CHECK(sent.size() >= 20 * 60 / 2 * 9 / 10);
}

TEST_CASE("throttling halves the rate at most once a second and never below a thirty-second", "[api][pace]") {
  Pace pace(32, start);
  pace.throttled({}, start);
  CHECK(pace.rate(start) == Approx(16));
  pace.throttled({}, start + Milliseconds{400});
  CHECK(pace.rate(start + Milliseconds{400}) == Approx(16).margin(0.5));
  SteadyTime now = start;
  for (int i = 0; i < 60; ++i) pace.throttled({}, now += seconds{1});
  CHECK(pace.rate(now) >= 1);
  CHECK(pace.rate(now) <= 1.6);
}

TEST_CASE("calm brings the rate back to its ceiling within a minute or so", "[api][pace]") {
  Pace pace(32, start);
  for (int i = 0; i < 10; ++i) pace.throttled({}, start + seconds{i});
  CHECK(pace.rate(start + seconds{9 + 30}) == Approx(16).margin(2));
  CHECK(pace.rate(start + seconds{9 + 60}) == Approx(32));
}

TEST_CASE("who waits while the rate recovers waits no longer than that takes", "[api][pace]") {
  // A ceiling of half a request a second, down to a thirty-second of it: that alone would be one in 64 s.
  Pace pace(0.5, start);
  SteadyTime now = start;
  for (int i = 0; i < 10; ++i) pace.throttled({}, now += seconds{1});
  REQUIRE(pace.rate(now) < 0.5 / 16);
  const SteadyTime when = pace.next(Urgency::live, now);
  CHECK(when > now + seconds{8});
  CHECK(when < now + seconds{16});
  CHECK(pace.next(Urgency::live, when) <= when);
}

TEST_CASE("a recovering rate lets through what its mean allows, not what its end would", "[api][pace]") {
  Pace pace(64, start);
  SteadyTime now = start;
  for (int i = 0; i < 10; ++i) pace.throttled({}, now += seconds{1});
  // From about 2 a second up to the ceiling in a minute: the mean is a half.
  const auto sent = flood(pace, now, seconds{60});
  CHECK(static_cast<double>(sent.size()) == Approx(64 * 60 * 0.53).epsilon(0.05));
}

TEST_CASE("a ceiling that is changed to and fro lets no more through", "[api][pace]") {
  const int rounds = GENERATE(1, 20);
  Pace pace(90, start);
  auto sent = flood(pace, start, seconds{2});
  SteadyTime now = start + seconds{2};
  for (int i = 0; i < rounds; ++i) {
    pace.set_ceiling(2, now += Milliseconds{3});
    pace.set_ceiling(90, now += Milliseconds{3});
    const auto more = flood(pace, now, seconds{0});
    sent.insert(sent.end(), more.begin(), more.end());
  }
  const auto later = flood(pace, now, seconds{2});
  sent.insert(sent.end(), later.begin(), later.end());
  CHECK(most_in_a_second(sent) <= 90);
}

TEST_CASE("requests that were long on their way count for a second after their arrival", "[api][pace]") {
  const Milliseconds way{GENERATE(0, 30, 120, 240)};
  Pace pace(10, start);
  std::vector<SteadyTime> arrived;
  SteadyTime now = start;
  while (now < start + seconds{20}) {
    now = std::max(now, pace.next(Urgency::live, now));
    if (pace.next(Urgency::live, now) > now) continue;
    pace.sent(Urgency::live, now);
    // The first ten of each fifty are late, the others arrive at once; answers come as soon as requests arrive.
    const SteadyTime there = now + (arrived.size() % 50 < 10 ? way : Milliseconds{0});
    arrived.push_back(there);
    pace.answered(now, there);
  }
  std::ranges::sort(arrived);
  CHECK(most_in_a_second(arrived) <= 10);
  CHECK(arrived.size() >= 150);
}

TEST_CASE("a request that is never answered holds up others for a quarter of a second at most", "[api][pace]") {
  Pace pace(1, start);
  pace.sent(Urgency::live, start);
  SteadyTime now = start;
  for (int looks = 0; pace.next(Urgency::live, now) > now; ++looks) {
    REQUIRE(looks < 10);
    now = pace.next(Urgency::live, now);
  }
  CHECK(now - start >= Milliseconds{1050});
  CHECK(now - start <= Milliseconds{1300});
}

TEST_CASE("nothing leaves while the API has asked for silence", "[api][pace]") {
  Pace pace(10, start);
  pace.throttled(Milliseconds{7000}, start);
  CHECK(pace.next(Urgency::live, start) >= start + seconds{7});
}

TEST_CASE("a new ceiling holds at once", "[api][pace]") {
  Pace pace(100, start);
  (void)flood(pace, start, seconds{1});
  pace.set_ceiling(2, start + seconds{1});
  const auto sent = flood(pace, start + seconds{3}, seconds{20});
  CHECK(most_in_a_second(sent) <= 2);
  pace.set_ceiling(50, start + seconds{30});
  CHECK(pace.rate(start + seconds{30}) == Approx(50));
}

TEST_CASE("under random asking and throttling the bounds hold", "[api][pace]") {
  const auto seed = GENERATE(range(1U, 21U));
  std::mt19937 random(seed);
  const double ceiling = std::uniform_real_distribution<double>(0.3, 30)(random);
  Pace pace(ceiling, start);
  std::vector<SteadyTime> sent;
  SteadyTime now = start;
  for (int i = 0; i < 3000; ++i) {
    now += Milliseconds{std::uniform_int_distribution<int>(0, 60)(random)};
    if (random() % 200 == 0) pace.throttled({}, now);
    const Urgency urgency = random() % 2 == 0 ? Urgency::live : Urgency::sweep;
    if (pace.next(urgency, now) > now) continue;
    pace.sent(urgency, now);
    sent.push_back(now);
  }
  CAPTURE(seed, ceiling);
  CHECK(most_in_a_second(sent) <= static_cast<std::size_t>(std::max(1.0, std::ceil(ceiling))));
  const double elapsed = duration<double>(now - start).count();
  CHECK(static_cast<double>(sent.size()) <= ceiling * elapsed + std::ceil(ceiling) + 1);
}
