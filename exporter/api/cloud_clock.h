// What time it is for a provider: our clock, corrected by the Date headers of its answers.
#pragma once

#include <atomic>
#include <string>

#include "exporter/clock.h"
#include "exporter/metrics/instruments.h"

namespace taskqueue {

/// One for each provider. Thread-safe.
class CloudClock {
 public:
  /// Uses, does not own, its arguments.
  CloudClock(const Clock& clock, std::string provider, Instruments& instruments)
      : clock_(clock), provider_(std::move(provider)), instruments_(instruments) {}

  [[nodiscard]] WallTime now() const { return clock_.wall_now() + offset(); }

  /// An answer dated `date` came to a request that left at `sent` and was answered by now, on our clock. False where
  /// that is not to be believed: it is further from what we knew than any provider lets clocks differ, and yet the
  /// request was not `refused` for its time. Then somebody on the way has dated it.
  bool learn(WallTime date, WallTime sent, bool refused);

  /// How far the provider's clock is ahead; 0 while the difference is within what a Date header can tell.
  [[nodiscard]] Milliseconds offset() const { return Milliseconds{offset_.load()}; }

 private:
  const Clock& clock_;
  const std::string provider_;
  Instruments& instruments_;
  std::atomic<Milliseconds::rep> offset_{0};
  std::atomic<bool> is_known_ = false;  // by an answer; until then any is believed
};

}  // namespace taskqueue
