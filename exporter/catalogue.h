// The table of services: what each is called, which actions it has and how often they may be asked, and who reads it.
// A new service is a row here and a reader in its provider's room. Providers have a table of their own.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "exporter/api/client.h"
#include "exporter/api/key_ways.h"
#include "exporter/config/config.h"
#include "exporter/tally/tally.h"

namespace taskqueue {

struct Action {
  std::string_view name;
  double requests_per_second;  // documented, or what we keep to where nothing is
};

struct Service {
  ServiceRules rules;
  std::span<const Action> actions;
  /// The provider's own host for a queue.
  std::string (*host)(const QueueConfig& queue, const AccountConfig& account);
  std::unique_ptr<Dialect> (*make_dialect)(const QueueConfig& queue);
  std::unique_ptr<Tally> (*make_tally)(const QueueConfig& queue, const Guards& guards, std::unique_ptr<Client> client);
};

struct Provider {
  std::string_view name;
  std::shared_ptr<const KeyWays> (*key_ways)(const AccountConfig& account, const KeyParts& parts);
};

[[nodiscard]] std::span<const Service> services();

/// By name, which must be one of them.
[[nodiscard]] const Service& service(std::string_view name);

/// By name, which must be one of them.
[[nodiscard]] const Provider& provider(std::string_view name);

/// What the configuration's loader must know.
[[nodiscard]] std::span<const ServiceRules> service_rules();

}  // namespace taskqueue
