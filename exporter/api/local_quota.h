// Quotas of one process.
#pragma once

#include "exporter/api/pace.h"
#include "exporter/api/quota.h"
#include "exporter/locks.h"

namespace taskqueue {

class LocalQuota final : public Quota {
 public:
  LocalQuota(Clock& clock, double ceiling) : clock_(clock), pace_(ceiling, clock.steady_now()) {}

  [[nodiscard]] std::optional<SteadyTime> take(Urgency urgency, const std::stop_token& stop) override;
  void answered(SteadyTime taken) override;
  [[nodiscard]] SteadyTime next(Urgency urgency) const override;
  void throttled(std::optional<Milliseconds> quiet) override;
  [[nodiscard]] Reading read() const override;
  void set_ceiling(double ceiling) override;

 private:
  struct Try {
    bool taken = false;
    SteadyTime when{};  // taken, or to be asked for again
  };
  Try try_take(Urgency urgency, SteadyTime asked);

  Clock& clock_;
  mutable Mutex mutex_;
  Pace pace_ GUARDED_BY(mutex_);
  double waited_ GUARDED_BY(mutex_) = 0;
  std::uint64_t taken_ GUARDED_BY(mutex_) = 0;
};

class LocalQuotaBook final : public QuotaBook {
 public:
  explicit LocalQuotaBook(Clock& clock) : clock_(clock) {}

 private:
  [[nodiscard]] std::shared_ptr<Quota> make(const CallLabels& key, double ceiling) const override;

  Clock& clock_;
};

}  // namespace taskqueue
