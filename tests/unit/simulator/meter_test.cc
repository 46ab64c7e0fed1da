#include "exporter/simulator/meter.h"

#include "exporter/manual_clock.h"
#include "exporter/utc.h"
#include "tests/catch.h"

namespace taskqueue::simulator {
namespace {

struct MeterFixture {
  ManualClock clock{parse_utc("2024-05-01T12:00:00Z").value()};
  Meter meter;
  MeterKey key{"account", "mps", "DescribeTasks", ""};

  bool arrive(double per_second) { return meter.arrive(key, per_second, clock); }
};

}  // namespace

TEST_CASE("a limit holds in each second of the clock", "[simulator][meter]") {
  MeterFixture f;
  CHECK((f.arrive(2) && f.arrive(2)));
  CHECK_FALSE(f.arrive(2));
  f.clock.advance(Milliseconds{999});
  CHECK_FALSE(f.arrive(2));
  f.clock.advance(Milliseconds{1});
  CHECK(f.arrive(2));
}

TEST_CASE("half a request a second is one in two seconds", "[simulator][meter]") {
  MeterFixture f;
  CHECK(f.arrive(0.5));
  f.clock.advance(Milliseconds{1000});
  CHECK_FALSE(f.arrive(0.5));
  f.clock.advance(Milliseconds{1000});
  CHECK(f.arrive(0.5));
}

TEST_CASE("accounts, actions and regions are limited apart", "[simulator][meter]") {
  MeterFixture f;
  CHECK(f.arrive(1));
  CHECK_FALSE(f.arrive(1));
  f.key.region = "ap-guangzhou";
  CHECK(f.arrive(1));
  f.key.account = "other";
  CHECK(f.arrive(1));
  f.key.action = "DescribeTaskDetail";
  CHECK(f.arrive(1));
}

TEST_CASE("the most in any second is of a sliding second, refused ones too", "[simulator][meter]") {
  MeterFixture f;
  f.clock.advance(Milliseconds{700});
  for (int i = 0; i < 4; ++i) static_cast<void>(f.arrive(1));
  f.clock.advance(Milliseconds{999});
  for (int i = 0; i < 3; ++i) static_cast<void>(f.arrive(1));
  f.clock.advance(Milliseconds{1});
  static_cast<void>(f.arrive(1));
  CHECK(f.meter.readings().at(f.key).most_in_any_second == 7);
  CHECK(f.meter.readings().at(f.key).total == 8);
}

}  // namespace taskqueue::simulator
