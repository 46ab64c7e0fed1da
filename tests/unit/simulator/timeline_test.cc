#include "exporter/simulator/timeline.h"

#include "exporter/utc.h"
#include "tests/catch.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::seconds;

const WallTime begun = parse_utc("2024-05-01T12:00:00Z").value();

}  // namespace

TEST_CASE("world time and wall time run together until a pause", "[simulator][timeline]") {
  const Timeline timeline(begun);
  CHECK(timeline.wall_at(seconds{-5}) == begun - seconds{5});
  CHECK(timeline.world_at(begun + seconds{7}) == seconds{7});
}

TEST_CASE("a pause stops the world, and what comes after is later by it", "[simulator][timeline]") {
  Timeline timeline(begun);
  timeline.pause(begun + seconds{10});
  CHECK(timeline.paused());
  CHECK(timeline.world_at(begun + seconds{100}) == seconds{10});
  timeline.resume(begun + seconds{40});
  CHECK_FALSE(timeline.paused());
  CHECK(timeline.wall_at(seconds{10}) == begun + seconds{10});
  CHECK(timeline.wall_at(seconds{11}) == begun + seconds{41});
  CHECK(timeline.world_at(begun + seconds{25}) == seconds{10});
  CHECK(timeline.world_at(begun + seconds{41}) == seconds{11});
}

TEST_CASE("after any pauses an event is in the past exactly when the world has come to it", "[simulator][timeline]") {
  Timeline timeline(begun);
  timeline.pause(begun + seconds{3});
  timeline.pause(begun + seconds{4});
  timeline.resume(begun + seconds{8});
  timeline.resume(begun + seconds{9});
  timeline.pause(begun + seconds{8});
  timeline.resume(begun + seconds{12});
  timeline.pause(begun + seconds{15});
  for (int wall = 0; wall < 20000; wall += 250) {
    const WallTime now = begun + Milliseconds{wall};
    for (int world = 0; world <= 6000; world += 250) {
      CAPTURE(wall, world);
      REQUIRE((timeline.wall_at(Milliseconds{world}) <= now) == (Milliseconds{world} <= timeline.world_at(now)));
    }
  }
}

}  // namespace taskqueue::simulator
