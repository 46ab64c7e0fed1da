#include "exporter/api/pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace taskqueue {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;

constexpr Milliseconds sliding_second{1001};
// Nearly all requests are on their way for less than the first, and none is waited for longer than the second.
constexpr Milliseconds usual_way{50};
constexpr Milliseconds longest_way{250};
constexpr double lowest_share = 1.0 / 32;
constexpr double recovery_per_second = 1.0 / 60;  // shares of the ceiling

double seconds_between(SteadyTime from, SteadyTime to) { return duration<double>(to - from).count(); }

SteadyTime::duration in_seconds(double seconds) {
  return duration_cast<SteadyTime::duration>(duration<double>(seconds)) + SteadyTime::duration{1};
}

}  // namespace

Pace::Pace(double ceiling, SteadyTime now)
    : ceiling_(ceiling), settled_(now), rate_(ceiling), quiet_until_(now), all_{1, 1, 1}, sweeps_{0.5, 1, 1} {
  all_.tokens = all_.capacity = capacity();
}

double Pace::capacity() const { return std::max(1.0, std::ceil(ceiling_ - 1e-9)); }

double Pace::rate(SteadyTime now) const {
  return std::min(ceiling_, rate_ + ceiling_ * recovery_per_second * seconds_between(settled_, now));
}

double Pace::allowed(SteadyTime now) const {
  const double slope = ceiling_ * recovery_per_second;
  const double all = seconds_between(settled_, now);
  const double rising = std::min(all, (ceiling_ - rate_) / slope);
  return rising * (rate_ + slope * rising / 2) + (all - rising) * ceiling_;
}

SteadyTime Pace::when_allowed(double requests) const {
  const double slope = ceiling_ * recovery_per_second;
  const double rising = (ceiling_ - rate_) / slope;
  const double while_rising = rising * (rate_ + ceiling_) / 2;
  const double seconds = requests > while_rising ? rising + (requests - while_rising) / ceiling_
                                                 : (std::sqrt(rate_ * rate_ + 2 * slope * requests) - rate_) / slope;
  return settled_ + in_seconds(seconds);
}

double Pace::level(const Bucket& bucket, SteadyTime now) const {
  return std::min(bucket.capacity, bucket.tokens + bucket.share * allowed(now));
}

SteadyTime Pace::ready(const Bucket& bucket, SteadyTime now) const {
  return level(bucket, now) >= 1 ? now : std::max(now, when_allowed((1 - bucket.tokens) / bucket.share));
}

SteadyTime Pace::next(Urgency urgency, SteadyTime now) const {
  SteadyTime when = std::max(ready(all_, now), quiet_until_);
  if (urgency == Urgency::sweep) when = std::max(when, ready(sweeps_, now));
  return std::max(when, room_in_second(now));
}

SteadyTime Pace::Request::over(SteadyTime now) const {
  return std::clamp(answered.value_or(now), sent + usual_way, sent + longest_way) + sliding_second;
}

SteadyTime Pace::room_in_second(SteadyTime now) const {
  const auto most = static_cast<std::size_t>(capacity());
  if (recent_.size() < most) return now;
  std::vector<SteadyTime> ends;
  ends.reserve(recent_.size());
  for (const Request& request : recent_) ends.push_back(request.over(now));
  const auto last_too_many = ends.end() - static_cast<std::ptrdiff_t>(most);
  std::ranges::nth_element(ends, last_too_many);
  return *last_too_many;
}

void Pace::sent(Urgency urgency, SteadyTime now) {
  settle(now);
  all_.tokens -= 1;
  if (urgency == Urgency::sweep) sweeps_.tokens -= 1;
  recent_.push_back({now});
  while (recent_.front().sent + longest_way + sliding_second < now) recent_.pop_front();
}

void Pace::answered(SteadyTime sent, SteadyTime now) {
  const auto request =
      std::ranges::find_if(recent_, [&](const Request& each) { return each.sent == sent && !each.answered; });
  if (request != recent_.end()) request->answered = now;
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
  all_.capacity = capacity();
  all_.tokens = std::min(all_.tokens, all_.capacity);
}

void Pace::settle(SteadyTime now) {
  all_.tokens = level(all_, now);
  sweeps_.tokens = level(sweeps_, now);
  rate_ = rate(now);
  settled_ = now;
}

}  // namespace taskqueue
