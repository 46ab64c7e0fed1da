// How fast requests may go: the arithmetic of a quota, without waiting or locks.
#pragma once

#include <deque>
#include <optional>

#include "exporter/api/quota.h"
#include "exporter/clock.h"

namespace taskqueue {

/// Two bounds at once: the mean stays at or below `rate`, and no sliding second holds more than max(1, ceil(ceiling))
/// requests where they arrive. Requests can bunch on their way: a request counts until a second after its answer,
/// which shows that it has arrived, though no longer than a quarter of a second more.
/// Additive increase, multiplicative decrease: throttling halves the rate, down to ceiling/32; each calm second adds
/// ceiling/60.
class Pace {
 public:
  Pace(double ceiling, SteadyTime now);

  /// When the next request of this urgency may leave; not after `now` means: now.
  [[nodiscard]] SteadyTime next(Urgency urgency, SteadyTime now) const;
  /// A request leaves at `now`.
  void sent(Urgency urgency, SteadyTime now);
  /// The request that left at `sent` had arrived before `now`.
  void answered(SteadyTime sent, SteadyTime now);
  void throttled(std::optional<Milliseconds> quiet, SteadyTime now);
  void set_ceiling(double ceiling, SteadyTime now);

  [[nodiscard]] double rate(SteadyTime now) const;
  [[nodiscard]] double ceiling() const { return ceiling_; }

 private:
  /// Permissions that come in with time, at a share of the rate.
  struct Bucket {
    double share;     // of the rate
    double capacity;  // more do not fit in
    double tokens;    // at `settled_`
  };
  struct Request {
    SteadyTime sent;
    std::optional<SteadyTime> answered{};

    /// When it counts no more, as far as can be told at `now`.
    [[nodiscard]] SteadyTime over(SteadyTime now) const;
  };
  [[nodiscard]] double capacity() const;
  /// When fewer requests than a second may hold count.
  [[nodiscard]] SteadyTime room_in_second(SteadyTime now) const;
  /// What the rate lets through from `settled_` to `now`.
  [[nodiscard]] double allowed(SteadyTime now) const;
  /// When it has let `requests` through.
  [[nodiscard]] SteadyTime when_allowed(double requests) const;
  [[nodiscard]] SteadyTime ready(const Bucket& bucket, SteadyTime now) const;
  [[nodiscard]] double level(const Bucket& bucket, SteadyTime now) const;
  void settle(SteadyTime now);

  double ceiling_;
  SteadyTime settled_;
  double rate_;  // at `settled_`
  std::optional<SteadyTime> halved_;
  SteadyTime quiet_until_;
  Bucket all_;
  Bucket sweeps_;
  std::deque<Request> recent_;  // in the order of sending; at least those that count
};

}  // namespace taskqueue
