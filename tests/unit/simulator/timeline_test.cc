#include "exporter/simulator/timeline.h"

#include "exporter/utc.h"
#include "tests/catch.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::seconds;

const WallTime start = parse_utc("2024-05-01T12:00:00Z").value();

}  // namespace

TEST_CASE("world time and wall time run together until a pause", "[simulator][timeline]") {
  const Timeline timeline(start);
  CHECK(timeline.wall_at(seconds{-5}) == start - seconds{5});
  CHECK(timeline.world_at(start + seconds{7}) == seconds{7});
}

TEST_CASE("a pause stops the world, and what comes after is later by it", "[simulator][timeline]") {
  Timeline timeline(start);
  timeline.pause(start + seconds{10});
  CHECK(timeline.paused());
  CHECK(timeline.world_at(start + seconds{100}) == seconds{10});
  timeline.resume(start + seconds{40});
  CHECK_FALSE(timeline.paused());
  CHECK(timeline.wall_at(seconds{10}) == start + seconds{10});
  CHECK(timeline.wall_at(seconds{11}) == start + seconds{41});
  CHECK(timeline.world_at(start + seconds{25}) == seconds{10});
  CHECK(timeline.world_at(start + seconds{41}) == seconds{11});
}

TEST_CASE("after any pauses an event is in the past exactly when the world has come to it", "[simulator][timeline]") {
  Timeline timeline(start);
  timeline.pause(start + seconds{3});
  timeline.pause(start + seconds{4});
  timeline.resume(start + seconds{8});
  timeline.resume(start + seconds{9});
  timeline.pause(start + seconds{8});
  timeline.resume(start + seconds{12});
  timeline.pause(start + seconds{15});
  for (int wall = 0; wall < 20000; wall += 250) {
    const WallTime now = start + Milliseconds{wall};
    for (int world = 0; world <= 6000; world += 250) {
      CAPTURE(wall, world);
      REQUIRE((timeline.wall_at(Milliseconds{world}) <= now) == (Milliseconds{world} <= timeline.world_at(now)));
    }
  }
}

}  // namespace taskqueue::simulator
