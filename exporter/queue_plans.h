// From a configuration to queues that are ready to be read.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/api/client.h"
#include "exporter/api/credentials.h"
#include "exporter/api/local_quota.h"
#include "exporter/api/proxy_rules.h"
#include "exporter/api/transport.h"
#include "exporter/config/config.h"
#include "exporter/refresh/queue_plan.h"

namespace taskqueue {

/// How an account's calls travel.
struct Route {
  std::filesystem::path ca_file;  // empty: the system's certificates are trusted
  ProxyRules proxies;

  bool operator==(const Route&) const = default;
};
using MakeTransport = std::function<std::shared_ptr<Transport>(const Route& route)>;

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

  /// A plan for each queue. Accounts that several queues use are shared; one that is as before keeps its keys.
  [[nodiscard]] std::vector<QueuePlan> plans(const Config& config);

  [[nodiscard]] const QuotaBook& quotas() const { return quotas_; }

 private:
  /// What the queues of one account share.
  struct Account {
    AccountConfig config;
    std::shared_ptr<Transport> transport;
    std::shared_ptr<CredentialsProvider> credentials;  // use the transport
  };
  [[nodiscard]] std::shared_ptr<Account> open(const AccountConfig& config);
  [[nodiscard]] std::shared_ptr<Transport> transport(const Route& route);
  [[nodiscard]] CloudClock& cloud_clock(const std::string& provider);
  [[nodiscard]] QueuePlan plan(const QueueConfig& queue, const AccountConfig& account_config, const Guards& guards,
                               std::shared_ptr<Account> account);

  const Parts parts_;
  LocalQuotaBook own_quotas_;
  QuotaBook& quotas_;  // of this process, or shared with others
  std::map<std::string, CloudClock> cloud_clocks_;  // by provider
  std::vector<std::pair<Route, std::shared_ptr<Transport>>> transports_;
  std::map<std::string, std::shared_ptr<Account>> accounts_;  // by name, of the last plans
};

}  // namespace taskqueue
