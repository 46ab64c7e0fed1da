// From a configuration to queues that are ready to be read.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporter/api/client.h"
#include "exporter/api/credentials.h"
#include "exporter/api/local_quota.h"
#include "exporter/api/transport.h"
#include "exporter/config/config.h"
#include "exporter/refresh/queue_plan.h"

namespace taskqueue {

/// What calls need and the process keeps through every reload. Uses, does not own, its arguments.
class Callers {
 public:
  Callers(Clock& clock, Random& random, Instruments& instruments, Log& log, Environment environment);

  /// A plan for each queue. Accounts that several queues use are shared.
  [[nodiscard]] std::vector<QueuePlan> plans(const Config& config);

  [[nodiscard]] const QuotaBook& quotas() const { return quotas_; }

 private:
  /// What the queues of one account share.
  struct Account {
    std::unique_ptr<CredentialsProvider> credentials;
    std::shared_ptr<Transport> transport;
  };
  [[nodiscard]] std::shared_ptr<Account> open(const AccountConfig& account);
  [[nodiscard]] std::shared_ptr<Transport> transport(const std::filesystem::path& ca_file);
  [[nodiscard]] CloudClock& cloud_clock(const std::string& provider);
  [[nodiscard]] QueuePlan plan(const QueueConfig& queue, const AccountConfig& account_config, const Guards& guards,
                               std::shared_ptr<Account> account);

  Clock& clock_;
  Random& random_;
  Instruments& instruments_;
  Log& log_;
  const Environment environment_;
  LocalQuotaBook quotas_;
  std::map<std::string, CloudClock> cloud_clocks_;                          // by provider
  std::map<std::filesystem::path, std::shared_ptr<Transport>> transports_;  // by CA file
};

}  // namespace taskqueue
