// Quotas in Redis: the requests of all replicas together stay under one ceiling. The arithmetic is Pace's, done by
// scripts in Redis and by its clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporter/api/quota.h"
#include "exporter/clock.h"
#include "exporter/ledger/redis_keys.h"
#include "exporter/ledger/redis_script.h"
#include "exporter/locks.h"
#include "exporter/random.h"

namespace taskqueue {

/// What shared quotas work with; none is owned.
struct SharedQuotaParts {
  Clock& clock;
  Random& random;
  RedisScripts& scripts;
  std::string prefix;
  std::function<void()> before_permission;  // called before each; may ask the caller's stop token to stop
};

/// While Redis is away there is no permission: takers wait until it is back or they are told to stop.
class SharedQuota final : public Quota {
 public:
  SharedQuota(const SharedQuotaParts& parts, const CallLabels& call, double ceiling);

  [[nodiscard]] std::optional<SteadyTime> take(Urgency urgency, const std::stop_token& stop) override;
  void answered(SteadyTime taken) override;
  [[nodiscard]] SteadyTime next(Urgency urgency) const override;
  void throttled(std::optional<Milliseconds> quiet) override;
  [[nodiscard]] Reading read() const override;
  void set_ceiling(double ceiling) override;

 private:
  /// A permission, as Redis knows it.
  struct Permission {
    std::string id;
    std::string given;        // when, by Redis' clock
    Milliseconds longest{0};  // that the request may take on its way
  };
  struct Heard {
    bool permitted = false;
    SteadyTime again{};  // when to ask again
    Permission permission{};
  };
  Result<Heard, Failure> ask(Urgency urgency, Milliseconds longest);
  /// What a script tells of the quota's state, from the place `at` of its reply on.
  void note(const RedisReply& reply, std::size_t at, SteadyTime now);
  SteadyTime remember(Permission permission, SteadyTime now, SteadyTime asked);
  [[nodiscard]] std::string ceiling_text() const;
  [[nodiscard]] std::string rate_text() const;

  // Constant after construction.
  const SharedQuotaParts& parts_;
  const QuotaKeys keys_;

  mutable Mutex mutex_;
  double ceiling_ GUARDED_BY(mutex_);
  double rate_ GUARDED_BY(mutex_);  // as last heard
  SteadyTime heard_ GUARDED_BY(mutex_);
  SteadyTime next_live_ GUARDED_BY(mutex_);
  SteadyTime next_sweep_ GUARDED_BY(mutex_);
  double waited_ GUARDED_BY(mutex_) = 0;
  std::uint64_t taken_ GUARDED_BY(mutex_) = 0;
  std::map<SteadyTime, Permission> under_way_ GUARDED_BY(mutex_);  // by when they were taken, each another time
};

class SharedQuotaBook final : public QuotaBook {
 public:
  explicit SharedQuotaBook(SharedQuotaParts parts) : parts_(std::move(parts)) {}

 private:
  [[nodiscard]] std::shared_ptr<Quota> make(const CallLabels& key, double ceiling) const override;

  const SharedQuotaParts parts_;
};

}  // namespace taskqueue
