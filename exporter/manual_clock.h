// A clock that stands still until it is told to move; sleeping moves it. For one thread that lives a day in seconds.
#pragma once

#include <atomic>

#include "exporter/clock.h"

namespace taskqueue {

/// Reading is thread-safe. A sleeper does not wait: the clock jumps to the end of its sleep.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start) : start_(start) {}

  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{} + elapsed_.load(); }
  [[nodiscard]] WallTime wall_now() const override {
    return start_ + std::chrono::floor<Milliseconds>(elapsed_.load() - std::chrono::hours{1});
  }
  bool sleep_until(SteadyTime when, std::stop_token stop) override {
    if (stop.stop_requested()) return false;
    if (when > steady_now()) elapsed_ = when - SteadyTime{};
    return true;
  }
  void advance(std::chrono::nanoseconds by) { elapsed_ = elapsed_.load() + by; }

 private:
  const WallTime start_;
  std::atomic<std::chrono::nanoseconds> elapsed_{std::chrono::hours{1}};  // so that times before the start can be told
};

}  // namespace taskqueue
