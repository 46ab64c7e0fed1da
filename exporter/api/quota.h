// The permission to send one request. No request leaves without it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "exporter/clock.h"
#include "exporter/locks.h"
#include "exporter/metrics/call_labels.h"

namespace taskqueue {

/// What a request is for: sweeps take at most half of a budget, so that live reads are never starved.
enum class Urgency { live, sweep };

class Quota {
 public:
  Quota() = default;
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;
  virtual ~Quota() = default;

  /// Waits until one request may be sent and takes it: gives the moment, or nothing if `stop` was asked for before.
  /// Thread-safe, as all of it.
  [[nodiscard]] virtual std::optional<SteadyTime> take(Urgency urgency, const std::stop_token& stop) = 0;

  /// The request taken at `taken` has its answer, so it arrived before now. Not for failures on the way: a request
  /// that was given up may yet arrive.
  virtual void answered(SteadyTime taken) = 0;

  /// When the next request of this urgency could leave, as things stand: the time now, or later.
  [[nodiscard]] virtual SteadyTime next(Urgency urgency) const = 0;

  /// The API said "slower": the rate halves, at most once a second, and `quiet` passes before the next request.
  virtual void throttled(std::optional<Milliseconds> quiet) = 0;

  /// What may be taken at most, from now on, requests per second.
  virtual void set_ceiling(double ceiling) = 0;

  struct Reading {
    double rate = 0;          // requests per second allowed now
    double ceiling = 0;       // at most
    double waited = 0;        // seconds that requests have waited so far
    std::uint64_t taken = 0;  // requests so far
  };
  [[nodiscard]] virtual Reading read() const = 0;
};

/// All quotas of the process, by key; they outlive reloads. Thread-safe.
class QuotaBook {
 public:
  QuotaBook() = default;
  QuotaBook(const QuotaBook&) = delete;
  QuotaBook& operator=(const QuotaBook&) = delete;
  virtual ~QuotaBook() = default;

  /// The quota of that key with this ceiling, made when first asked for; a new ceiling takes the place of the old.
  [[nodiscard]] std::shared_ptr<Quota> open(const CallLabels& key, double ceiling);

  struct Entry {
    CallLabels key;
    Quota::Reading reading;
  };
  [[nodiscard]] std::vector<Entry> entries() const;

 private:
  [[nodiscard]] virtual std::shared_ptr<Quota> make(const CallLabels& key, double ceiling) const = 0;

  mutable Mutex mutex_;
  std::map<CallLabels, std::shared_ptr<Quota>> quotas_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue
