#include "exporter/api/local_quota.h"

#include <algorithm>
#include <chrono>

namespace taskqueue {

std::optional<SteadyTime> LocalQuota::take(Urgency urgency, const std::stop_token& stop) {
  const SteadyTime asked = clock_.steady_now();
  while (!stop.stop_requested()) {
    const Try tried = try_take(urgency, asked);
    if (tried.taken) return tried.when;
    clock_.sleep_until(tried.when, stop);
  }
  return std::nullopt;
}

LocalQuota::Try LocalQuota::try_take(Urgency urgency, SteadyTime asked) {
  const Lock lock(mutex_);
  const SteadyTime now = clock_.steady_now();
  const SteadyTime when = pace_.next(urgency, now);
  if (when > now) return {false, when};
  pace_.sent(urgency, now);
  ++taken_;
  waited_ += std::chrono::duration<double>(now - asked).count();
  return {true, now};
}

void LocalQuota::answered(SteadyTime taken) {
  const Lock lock(mutex_);
  pace_.answered(taken, clock_.steady_now());
}

SteadyTime LocalQuota::next(Urgency urgency) const {
  const Lock lock(mutex_);
  const SteadyTime now = clock_.steady_now();
  return std::max(now, pace_.next(urgency, now));
}

void LocalQuota::throttled(std::optional<Milliseconds> quiet) {
  const Lock lock(mutex_);
  pace_.throttled(quiet, clock_.steady_now());
}

Quota::Reading LocalQuota::read() const {
  const Lock lock(mutex_);
  return {.rate = pace_.rate(clock_.steady_now()), .ceiling = pace_.ceiling(), .waited = waited_, .taken = taken_};
}

void LocalQuota::set_ceiling(double ceiling) {
  const Lock lock(mutex_);
  if (ceiling != pace_.ceiling()) pace_.set_ceiling(ceiling, clock_.steady_now());
}

std::shared_ptr<Quota> LocalQuotaBook::make(const CallLabels& /*key*/, double ceiling) const {
  return std::make_shared<LocalQuota>(clock_, ceiling);
}

}  // namespace taskqueue
