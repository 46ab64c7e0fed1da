// From a configuration to queues that are ready to be read.
#pragma once

#include <filesystem>
#include <functional>
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

/// Makes a transport that trusts the certificates in `ca_file`, the system's if that is empty.
using MakeTransport = std::function<std::shared_ptr<Transport>(const std::filesystem::path& ca_file)>;

/// What calls need and the process keeps through every reload. Uses, does not own, what it is given by reference.
class Callers {
 public:
  struct Parts {
    Clock& clock;
    Random& random;
    Instruments& instruments;
    Log& log;
    Environment environment;
    MakeTransport make_transport;
    QuotaBook* quotas = nullptr;  // null: quotas of this process alone
  };
  explicit Callers(Parts parts);

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

  const Parts parts_;
  LocalQuotaBook own_quotas_;
  QuotaBook& quotas_;  // of this process, or shared with others
  std::map<std::string, CloudClock> cloud_clocks_;                          // by provider
  std::map<std::filesystem::path, std::shared_ptr<Transport>> transports_;  // by CA file
};

}  // namespace taskqueue
