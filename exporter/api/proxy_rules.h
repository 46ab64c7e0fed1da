// Which proxy a call goes through: the account's own or the environment's, and for which hosts none.
#pragma once

#include <optional>
#include <string>

#include "exporter/api/credentials.h"
#include "exporter/config/endpoint.h"

namespace taskqueue {

struct ProxyRules {
  std::optional<ProxyAddress> own{};             // the account's, which goes before the environment's
  std::optional<ProxyAddress> of_environment{};  // for https only
  bool is_environment_faulty = false;            // it names a proxy, but none that we can use
  std::string exceptions{};                      // NO_PROXY

  bool operator==(const ProxyRules&) const = default;
};

/// With HTTPS_PROXY and NO_PROXY of the environment, or the same in small letters. The scheme http:// may be left out.
[[nodiscard]] ProxyRules proxy_rules(std::optional<ProxyAddress> own, const Environment& environment);

/// The proxy for calls to `endpoint`; nothing: directly. What is on this machine or its link is always called directly.
/// The failure is of kind `network`.
[[nodiscard]] Result<std::optional<ProxyAddress>, Failure> proxy_for(const Endpoint& endpoint, const ProxyRules& rules);

/// True where `exceptions` names the endpoint: `*`; a name, with all names below it; `.name`, only those below it; an
/// address; addresses as `10.0.0.0/8`; each with or without `:port`; commas between.
[[nodiscard]] bool is_exception(const Endpoint& endpoint, std::string_view exceptions);

}  // namespace taskqueue
