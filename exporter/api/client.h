// The one way to call a cloud: quota, fresh signature, deadline, judgement and retry, for every call of every service.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "exporter/api/cloud_clock.h"
#include "exporter/api/credentials.h"
#include "exporter/api/dialect.h"
#include "exporter/api/quota.h"
#include "exporter/api/transport.h"
#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"
#include "exporter/random.h"

namespace taskqueue {

/// Where a queue's calls go and in whose name.
struct ClientTarget {
  Endpoint endpoint;
  std::string provider;
  std::string account;
  std::string cloud_service;
  std::string cloud_region;
  Milliseconds timeout = std::chrono::seconds{10};  // one attempt, waiting for the quota not included
  std::map<std::string, double> ceilings;  // by action: requests per second at most; no other action can be called
};

/// What clients share; none is owned, all outlive them.
struct ClientParts {
  Clock& clock;
  Transport& transport;
  CredentialsProvider& credentials;
  QuotaBook& quotas;
  CloudClock& cloud_clock;
  Instruments& instruments;
  Random& random;
  Log& log;
};

class Client {
 public:
  /// `stop` ends every call, now and later.
  Client(ClientTarget target, std::unique_ptr<const Dialect> dialect, const ClientParts& parts, std::stop_token stop);

  /// Asks, up to three times where that may help; with new keys once where those at hand are refused and there are
  /// others. Thread-safe.
  [[nodiscard]] Result<Answer, Failure> call(const Call& call);

  /// When a call of this action could leave, as its quota stands: the time now, or later. Who has calls of several
  /// actions to make loses no time if the one that can leave first goes first. Thread-safe.
  /// An action without a ceiling can never be called.
  [[nodiscard]] SteadyTime ready(const std::string& action, Urgency urgency) const;
  [[nodiscard]] SteadyTime now() const { return parts_.clock.steady_now(); }

 private:
  struct Line {  // one action's
    std::shared_ptr<Quota> quota;
    CallLabels labels;
  };
  Result<Answer, Failure> attempt(const Call& call, Line& line, SteadyTime taken, const Credentials& credentials);
  [[nodiscard]] bool has_other_keys_than(const Credentials& refused) const;
  void account_for(const Line& line, const Result<Answer, Failure>& outcome, int status, double seconds);
  [[nodiscard]] std::string code_of(const Failure& failure, int status) const;
  [[nodiscard]] Milliseconds pause_before_retry(int attempts, const Failure& failure);

  // Constant after construction.
  const ClientTarget target_;
  const std::string host_;
  const std::unique_ptr<const Dialect> dialect_;
  const ClientParts parts_;
  const std::stop_token stop_;
  std::map<std::string, Line> lines_;
};

}  // namespace taskqueue
