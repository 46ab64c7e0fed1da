// Time as the program sees it. Everything that waits or reads the time gets a Clock through its constructor.
#pragma once

#include <chrono>
#include <stop_token>

namespace taskqueue {

using SteadyTime = std::chrono::steady_clock::time_point;           // for intervals and deadlines
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;  // for signatures, watermarks and people
using Milliseconds = std::chrono::milliseconds;

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual SteadyTime steady_now() const = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;

  /// Sleeps until `when`. False if `stop` was asked for before.
  virtual bool sleep_until(SteadyTime when, std::stop_token stop) = 0;
};

/// The machine's own clocks. Thread-safe.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady_now() const override;
  [[nodiscard]] WallTime wall_now() const override;
  bool sleep_until(SteadyTime when, std::stop_token stop) override;
};

}  // namespace taskqueue
