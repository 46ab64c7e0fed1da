// A pretend cloud. One function from a raw request and the clock to an answer: no sockets, no waiting.
//
// It speaks MPS, VOD and Batch as Tencent does (API 3.0, TC3 signatures) and ECS as Alibaba does (RPC and ACS3
// signatures), on one address: the signature's scope or the Host header says which service is meant. So do the token
// services of both, and the metadata services of their machines, by their paths. What the clouds do not document can be
// switched (quirks.h), and what goes wrong can be ordered (faults.h).
//
// The control path, for the demo, tests and benchmarks, unsigned, under /control/:
//   GET  /control/truth           what the worlds hold now, as the APIs would list it, and what ever happened;
//                                 ?edge_seconds=60 says what counts as near the window's edge
//   GET  /control/requests        what was asked: totals, codes, the most in any sliding second, per action
//   POST /control/requests/reset
//   POST /control/pause           freezes births, begins and ends; the clock goes on
//   POST /control/resume          the rest of life is later by the pause
//   POST /control/faults          a JSON list replaces the faults; [] ends them
//   GET  /control/quirks, POST /control/quirks   {"service": "mps", "seed_only": true, ...}; no service: every one
//   POST /control/limits          {"mps.DescribeTasks": 5}: per second; 0 is no limit
//   POST /control/clock           {"skew_seconds": 400}: how far the cloud's own clock is ahead
//   GET  /control/keys            every temporary key that was given out
//   POST /control/keys            {"life_seconds": 8}: how long those given out from now on live, 0 is as long as they
//                                 should; {"revoke": true}: all end now
//   POST /control/metadata        {"role": "none"}, {"version": 1}, {"lie": "expired"}: see metadata.h; {} is the truth
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "exporter/clock.h"
#include "exporter/locks.h"
#include "exporter/simulator/api_error.h"
#include "exporter/simulator/estate.h"
#include "exporter/simulator/faults.h"
#include "exporter/simulator/key_ring.h"
#include "exporter/simulator/metadata.h"
#include "exporter/simulator/meter.h"
#include "exporter/simulator/nonces.h"
#include "exporter/simulator/plan.h"
#include "exporter/simulator/request.h"
#include "exporter/simulator/timeline.h"

namespace taskqueue::simulator {

struct Caller;

/// Thread-safe. The worlds begin when it is made.
class Cloud {
 public:
  /// `clock` outlives the cloud.
  Cloud(CloudPlan plan, const Clock& clock);

  [[nodiscard]] Answer handle(const Request& request);

 private:
  /// What an API call comes to: the answer and the word it is counted under.
  struct Served {
    Answer answer;
    std::string code;
  };
  [[nodiscard]] Answer serve(const Request& request);
  [[nodiscard]] Answer serve_metadata(const Request& request);
  [[nodiscard]] Served decide(const Request& request, const Caller& caller, bool within_limit);
  [[nodiscard]] Answer error_answer(const Request& request, const ApiError& error, const std::string& request_id) const;
  [[nodiscard]] std::string next_request_id();
  [[nodiscard]] Milliseconds lag(Milliseconds most) const;
  [[nodiscard]] Quirks quirks(const std::string& service);
  [[nodiscard]] double limit(const std::string& action);

  [[nodiscard]] Answer control(const Request& request);
  [[nodiscard]] std::string truth(Milliseconds edge);
  [[nodiscard]] std::string requests() const;
  [[nodiscard]] std::string all_quirks();
  void switch_quirks(const std::string& json);
  void switch_limits(const std::string& json);
  void switch_clock(const std::string& json);
  void switch_keys(const std::string& json);

  // Constant after construction or thread-safe by themselves.
  const Clock& clock_;
  const Estate estate_;
  KeyRing keys_;
  Metadata metadata_;
  Meter meter_;
  Faults faults_;
  Nonces nonces_;
  std::atomic<std::uint64_t> answers_{0};

  Mutex mutex_;
  Timeline timeline_ GUARDED_BY(mutex_);
  Milliseconds skew_ GUARDED_BY(mutex_){0};
  std::map<std::string, Quirks> quirks_ GUARDED_BY(mutex_);
  std::map<std::string, double> limits_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue::simulator
