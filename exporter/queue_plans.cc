#include "exporter/queue_plans.h"

#include <utility>

#include "exporter/api/reported_credentials.h"
#include "exporter/catalogue.h"

namespace taskqueue {
namespace {

std::map<std::string, double> ceilings(const Service& service, const AccountConfig& account, double quota_share) {
  std::map<std::string, double> ceilings;
  for (const Action& action : service.actions) {
    const auto own = account.limits.find(std::string(service.rules.name) + "." + std::string(action.name));
    const double limit = own != account.limits.end() ? own->second : action.requests_per_second;
    ceilings.emplace(action.name, limit * quota_share);
  }
  return ceilings;
}

ClientTarget target_of(const QueueConfig& queue, const AccountConfig& account, const Guards& guards) {
  const Service& found = service(queue.service);
  return {.endpoint = queue.endpoint.value_or(Endpoint{.tls = true, .host = found.host(queue, account), .port = 443}),
          .provider = account.provider,
          .account = account.name,
          .cloud_service = queue.service,
          .cloud_region = queue.region,
          .timeout = queue.polling.timeout,
          .ceilings = ceilings(found, account, guards.quota_share)};
}

LedgerKey ledger_key(const QueueConfig& queue, const Endpoint& endpoint) {
  return {.labels = {queue.name, queue.service, queue.account, queue.region},
          .identity = host_header(endpoint) + "/" + (queue.sub_app_id ? std::to_string(*queue.sub_app_id) : "")};
}

}  // namespace

Callers::Callers(Parts parts)
    : parts_(std::move(parts)),
      own_quotas_(parts_.clock),
      quotas_(parts_.quotas != nullptr ? *parts_.quotas : own_quotas_) {}

std::vector<QueuePlan> Callers::plans(const Config& config) {
  std::map<std::string, std::shared_ptr<Account>> accounts;
  std::vector<QueuePlan> plans;
  for (const QueueConfig& queue : config.queues) {
    const AccountConfig& account_config = config.accounts.at(queue.account);
    auto& account = accounts[queue.account];
    if (!account) account = open(account_config);
    plans.push_back(plan(queue, account_config, config.guards, account));
  }
  for (const auto& [name, account] : accounts_) {
    const auto now = accounts.find(name);
    if (now == accounts.end() || now->second != account) parts_.instruments.credentials_expiry(name, std::nullopt);
  }
  accounts_ = std::move(accounts);
  return plans;
}

std::shared_ptr<Callers::Account> Callers::open(const AccountConfig& config) {
  const auto known = accounts_.find(config.name);
  if (known != accounts_.end() && known->second->config == config) return known->second;
  auto route = transport({config.ca_file, proxy_rules(config.proxy, parts_.environment)});
  const KeyParts key_parts{parts_.clock,       *route,        quotas_,    cloud_clock(config.provider),
                           parts_.instruments, parts_.random, parts_.log, parts_.environment};
  auto keys = make_credentials(config, provider(config.provider).key_ways(config, key_parts), key_parts);
  auto reported = std::make_shared<ReportedCredentials>(std::move(keys), config.name, parts_.instruments, parts_.log);
  return std::make_shared<Account>(Account{config, std::move(route), std::move(reported)});
}

std::shared_ptr<Transport> Callers::transport(const Route& route) {
  for (const auto& [known, made] : transports_) {
    if (known == route) return made;
  }
  return transports_.emplace_back(route, parts_.make_transport(route)).second;
}

CloudClock& Callers::cloud_clock(const std::string& provider) {
  return cloud_clocks_.try_emplace(provider, parts_.clock, provider, parts_.instruments).first->second;
}

QueuePlan Callers::plan(const QueueConfig& queue, const AccountConfig& account_config, const Guards& guards,
                        std::shared_ptr<Account> account) {
  const ClientTarget target = target_of(queue, account_config, guards);
  CloudClock& provider_clock = cloud_clock(account_config.provider);
  // The plan owns the account, so that the tally's client may refer to it.
  auto make_tally = [this, queue, guards, target, account = std::move(account), &provider_clock](std::stop_token stop) {
    const ClientParts parts{parts_.clock,   *account->transport, *account->credentials, quotas_,
                            provider_clock, parts_.instruments,  parts_.random,         parts_.log};
    const Service& found = service(queue.service);
    return found.make_tally(queue, guards,
                            std::make_unique<Client>(target, found.make_dialect(queue), parts, std::move(stop)));
  };
  QueueConfig read_so = queue;
  read_so.expect.reset();  // is for estimates only
  return {.recipe = {std::move(read_so), account_config, guards},
          .key = ledger_key(queue, target.endpoint),
          .lane = queue.account + "/" + queue.service,
          .make_tally = std::move(make_tally)};
}

}  // namespace taskqueue
