#include "exporter/api/pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace taskqueue {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;

constexpr Milliseconds sliding_second{1050};
constexpr double lowest_share = 1.0 / 32;
constexpr double recovery_per_second = 1.0 / 60;  // shares of the ceiling

double seconds_between(SteadyTime from, SteadyTime to) { return duration<double>(to - from).count(); }

SteadyTime::duration in_seconds(double seconds) {
  return duration_cast<SteadyTime::duration>(duration<double>(seconds)) + SteadyTime::duration{1};
}

}  // namespace

double Pace::Bucket::level(double rate, double capacity, SteadyTime now) const {
  return std::min(capacity, tokens + rate * seconds_between(filled, now));
}

SteadyTime Pace::Bucket::ready(double rate, double capacity, SteadyTime now) const {
  const double missing = 1 - level(rate, capacity, now);
  return missing <= 0 ? now : now + in_seconds(missing / rate);
}

void Pace::Bucket::settle(double rate, double capacity, SteadyTime now) {
  tokens = level(rate, capacity, now);
  filled = now;
}

Pace::Pace(double ceiling, SteadyTime now)
    : ceiling_(ceiling), rate_(ceiling), changed_(now), quiet_until_(now), all_{1, now}, sweeps_{1, now} {
  all_.tokens = capacity();
}

double Pace::capacity() const { return std::max(1.0, std::ceil(ceiling_ - 1e-9)); }

double Pace::rate(SteadyTime now) const {
  return std::min(ceiling_, rate_ + ceiling_ * recovery_per_second * seconds_between(changed_, now));
}

SteadyTime Pace::next(Urgency urgency, SteadyTime now) const {
  // While the rate recovers the true moment is a little earlier than this one: waiters look again.
  SteadyTime when = std::max(all_.ready(rate(now), capacity(), now), quiet_until_);
  if (urgency == Urgency::sweep) when = std::max(when, sweeps_.ready(rate(now) / 2, 1, now));
  if (recent_.size() >= static_cast<std::size_t>(capacity())) when = std::max(when, recent_.front() + sliding_second);
  return when;
}

void Pace::sent(Urgency urgency, SteadyTime now) {
  settle(now);
  all_.tokens -= 1;
  if (urgency == Urgency::sweep) sweeps_.tokens -= 1;
  recent_.push_back(now);
  while (recent_.size() > static_cast<std::size_t>(capacity())) recent_.pop_front();
}

void Pace::throttled(std::optional<Milliseconds> quiet, SteadyTime now) {
  settle(now);
  if (!halved_ || now - *halved_ >= std::chrono::seconds{1}) {
    rate_ = std::max(ceiling_ * lowest_share, rate_ / 2);
    halved_ = now;
  }
  all_.tokens = std::min(all_.tokens, 0.0);
  if (quiet) quiet_until_ = std::max(quiet_until_, now + *quiet);
}

void Pace::set_ceiling(double ceiling, SteadyTime now) {
  settle(now);
  const bool was_full = rate_ >= ceiling_;
  ceiling_ = ceiling;
  rate_ = was_full ? ceiling : std::clamp(rate_, ceiling * lowest_share, ceiling);
  settle(now);
  while (recent_.size() > static_cast<std::size_t>(capacity())) recent_.pop_front();
}

void Pace::settle(SteadyTime now) {
  const double rate_now = rate(now);
  all_.settle(rate_now, capacity(), now);
  sweeps_.settle(rate_now / 2, 1, now);
  rate_ = rate_now;
  changed_ = now;
}

}  // namespace taskqueue
