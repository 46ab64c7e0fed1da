#include "exporter/simulator/timeline.h"

namespace taskqueue::simulator {

WallTime Timeline::wall_at(Milliseconds world) const {
  Milliseconds lost{0};
  for (const Pause& pause : pauses_) {
    if (world <= pause.world) break;
    lost += pause.length;
  }
  return start_ + world + lost;
}

Milliseconds Timeline::world_at(WallTime wall) const {
  Milliseconds lost{0};
  for (const Pause& pause : pauses_) {
    if (wall <= pause.began) break;
    if (pause.open || wall <= pause.began + pause.length) return pause.world;
    lost += pause.length;
  }
  return wall - start_ - lost;
}

void Timeline::pause(WallTime now) {
  if (paused()) return;
  pauses_.push_back({.began = now, .world = world_at(now)});
}

void Timeline::resume(WallTime now) {
  if (!paused()) return;
  Pause& last = pauses_.back();
  last.length = now - last.began;
  last.open = false;
  if (last.length.count() == 0) pauses_.pop_back();
}

}  // namespace taskqueue::simulator
