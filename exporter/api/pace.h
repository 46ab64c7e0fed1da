// How fast requests may go: the arithmetic of a quota, without waiting or locks.
#pragma once

#include <deque>
#include <optional>

#include "exporter/api/quota.h"
#include "exporter/clock.h"

namespace taskqueue {

/// Two bounds at once: the mean stays at or below `rate`, and no sliding second holds more than max(1, ceil(ceiling))
/// requests. The second is taken a little longer, because requests can bunch on their way.
/// Additive increase, multiplicative decrease: throttling halves the rate, down to ceiling/32; each calm second adds
/// ceiling/60.
class Pace {
 public:
  Pace(double ceiling, SteadyTime now);

  /// When the next request of this urgency may leave; not after `now` means: now.
  [[nodiscard]] SteadyTime next(Urgency urgency, SteadyTime now) const;
  /// A request leaves at `now`.
  void sent(Urgency urgency, SteadyTime now);
  void throttled(std::optional<Milliseconds> quiet, SteadyTime now);
  void set_ceiling(double ceiling, SteadyTime now);

  [[nodiscard]] double rate(SteadyTime now) const;
  [[nodiscard]] double ceiling() const { return ceiling_; }

 private:
  /// Tokens that refill with time; may not exceed `capacity`.
  struct Bucket {
    double tokens = 1;
    SteadyTime filled{};

    [[nodiscard]] double level(double rate, double capacity, SteadyTime now) const;
    [[nodiscard]] SteadyTime ready(double rate, double capacity, SteadyTime now) const;
    void settle(double rate, double capacity, SteadyTime now);
  };
  [[nodiscard]] double capacity() const;
  void settle(SteadyTime now);

  double ceiling_;
  double rate_;  // at `changed_`
  SteadyTime changed_;
  std::optional<SteadyTime> halved_;
  SteadyTime quiet_until_;
  Bucket all_;
  Bucket sweeps_;                  // half the rate
  std::deque<SteadyTime> recent_;  // the last capacity() requests
};

}  // namespace taskqueue
