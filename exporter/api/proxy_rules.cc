#include "exporter/api/proxy_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "exporter/ascii.h"

namespace taskqueue {
namespace {

std::optional<std::string> variable(const Environment& environment, const std::string& name) {
  if (auto value = environment(name)) return value;
  return environment(lower_case(name));
}

/// 4 or 16 bytes.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;
};

std::optional<Address> parse_address(const std::string& text) {
  Address address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
  } else if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.size = 16;
  } else {
    return std::nullopt;
  }
  return address;
}

bool is_in_network(const Address& address, const std::string& network, std::string_view length) {
  const auto first = parse_address(network);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (!first || first->size != address.size || error != std::errc{} || end != length.data() + length.size())
    return false;
  if (bits > 8 * address.size) return false;
  for (std::size_t i = 0; i < address.size; ++i) {
    const unsigned here = std::min(8U, bits - std::min(bits, static_cast<unsigned>(8 * i)));
    const unsigned mask = (0xff00U >> here) & 0xffU;
    if ((address.bytes[i] & mask) != (first->bytes[i] & mask)) return false;
  }
  return true;
}

bool names(std::string exception, const Endpoint& endpoint) {
  if (exception == "*") return true;
  const std::size_t slash = exception.find('/');
  const auto address = parse_address(endpoint.host);
  if (slash != std::string::npos) {
    return address &&
           is_in_network(*address, exception.substr(0, slash), std::string_view(exception).substr(slash + 1));
  }
  // A colon begins a port, but in IPv6 only behind a bracket.
  const bool has_bracket = exception.starts_with('[');
  const std::size_t close = has_bracket ? exception.find(']') : 0;
  const bool is_bare_v6 = !has_bracket && std::ranges::count(exception, ':') > 1;
  const std::size_t colon = is_bare_v6 || close == std::string::npos ? close : exception.find(':', close);
  if (!is_bare_v6 && colon != std::string::npos) {
    if (exception.substr(colon + 1) != std::to_string(endpoint.port)) return false;
    exception.resize(colon);
  }
  if (has_bracket && exception.ends_with(']')) exception = exception.substr(1, exception.size() - 2);
  if (address) {
    const auto other = parse_address(exception);
    return other && other->size == address->size && other->bytes == address->bytes;
  }
  if (exception.starts_with("*.")) exception.erase(0, 1);
  if (exception.starts_with('.')) return endpoint.host.ends_with(exception);
  return endpoint.host == exception || endpoint.host.ends_with("." + exception);
}

}  // namespace

ProxyRules proxy_rules(std::optional<ProxyAddress> own, const Environment& environment) {
  ProxyRules rules{.own = std::move(own)};
  if (const auto url = variable(environment, "HTTPS_PROXY")) {
    rules.of_environment = parse_proxy(url->find("://") == std::string::npos ? "http://" + *url : *url);
    rules.is_environment_faulty = !rules.of_environment;
  }
  rules.exceptions = lower_case(variable(environment, "NO_PROXY").value_or(""));
  return rules;
}

Result<std::optional<ProxyAddress>, Failure> proxy_for(const Endpoint& endpoint, const ProxyRules& rules) {
  const std::optional<ProxyAddress> none;
  if (is_on_this_link(endpoint.host) || is_exception(endpoint, rules.exceptions)) return none;
  if (rules.own || !endpoint.tls) return rules.own;
  if (rules.is_environment_faulty) {
    return Unexpected(Failure{.kind = FailureKind::network,
                              .sentence = "HTTPS_PROXY in the environment is no URL of an HTTP proxy: write "
                                          "http://[user:password@]host[:port]"});
  }
  return rules.of_environment;
}

bool is_exception(const Endpoint& endpoint, std::string_view exceptions) {
  while (!exceptions.empty()) {
    const std::size_t comma = std::min(exceptions.find(','), exceptions.size());
    std::string_view one = exceptions.substr(0, comma);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (!one.empty() && names(lower_case(one), endpoint)) return true;
    exceptions.remove_prefix(std::min(comma + 1, exceptions.size()));
  }
  return false;
}

}  // namespace taskqueue
