// Keys whose expiry is told: in the metric, and in the log when there are new ones.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "exporter/api/credentials.h"
#include "exporter/locks.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"

namespace taskqueue {

class ReportedCredentials final : public CredentialsProvider {
 public:
  /// Uses, does not own, `instruments` and `log`.
  ReportedCredentials(std::shared_ptr<CredentialsProvider> keys, std::string account, Instruments& instruments,
                      Log& log)
      : keys_(std::move(keys)), account_(std::move(account)), instruments_(instruments), log_(log) {}

  Result<Credentials, Failure> get(const std::stop_token& stop) override;
  void refused(const Credentials& keys) override;

 private:
  const std::shared_ptr<CredentialsProvider> keys_;
  const std::string account_;
  Instruments& instruments_;
  Log& log_;
  Mutex mutex_;
  std::optional<WallTime> told_ GUARDED_BY(mutex_);
  std::optional<Credentials> refused_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue
