#include "exporter/web/rate_limiter.h"

#include "tests/catch.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace std::chrono_literals;

TEST_CASE("a burst goes through at once, then one an interval", "[web][rate_limiter]") {
  SteadyTime now{};
  RateLimiter limiter({.interval = 1s, .burst = 2}, now);
  CHECK(limiter.admit(now));
  CHECK(limiter.admit(now));
  CHECK_FALSE(limiter.admit(now));
  CHECK_FALSE(limiter.admit(now + 900ms));
  CHECK(limiter.admit(now + 1000ms));
  CHECK_FALSE(limiter.admit(now + 1000ms));
}

TEST_CASE("rest saves up a burst and no more", "[web][rate_limiter]") {
  SteadyTime now{};
  RateLimiter limiter({.interval = 1ms, .burst = 3}, now);
  now += 1h;
  int admitted = 0;
  while (limiter.admit(now)) ++admitted;
  CHECK(admitted == 3);
}
