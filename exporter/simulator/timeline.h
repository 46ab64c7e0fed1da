// When things of a world happen on the wall clock. A pause stops the world; the wall clock goes on.
#pragma once

#include <vector>

#include "exporter/clock.h"

namespace taskqueue::simulator {

/// Translates between world time (since the world's start, negative for history) and wall time. A value: copy it to
/// look at one moment. What was to happen after a pause began happens later by the pause's length.
class Timeline {
 public:
  explicit Timeline(WallTime start) : start_(start) {}

  /// When an event of the world shows on the wall clock. Never inside a finished pause.
  [[nodiscard]] WallTime wall_at(Milliseconds world) const;

  /// How far the world has come: exactly the events up to the returned time have wall times up to `wall`.
  [[nodiscard]] Milliseconds world_at(WallTime wall) const;

  /// How long all pauses up to `wall` were together.
  [[nodiscard]] Milliseconds paused_by(WallTime wall) const { return wall - start_ - world_at(wall); }

  void pause(WallTime now);
  void resume(WallTime now);
  [[nodiscard]] bool paused() const { return !pauses_.empty() && pauses_.back().open; }

 private:
  struct Pause {
    WallTime began;
    Milliseconds world;
    Milliseconds length{0};
    bool open = true;
  };

  WallTime start_;
  std::vector<Pause> pauses_;
};

}  // namespace taskqueue::simulator
