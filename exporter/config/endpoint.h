// Where an API is: scheme, host and port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/secret.h"

namespace taskqueue {

struct Endpoint {
  bool tls = true;
  std::string host;  // a name or an address; IPv6 without brackets
  std::uint16_t port = 443;

  bool operator==(const Endpoint&) const = default;
};

/// Reads `https://host[:port]` or `http://host[:port]`; a single trailing slash is allowed. Nothing for anything else:
/// user names, paths, queries, ports out of range.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view url);

/// The value of the Host header: the port only where it is not the scheme's own, IPv6 in brackets.
[[nodiscard]] std::string host_header(const Endpoint& endpoint);

/// True for `localhost`, 127.0.0.0/8 and ::1.
[[nodiscard]] bool is_loopback(std::string_view host);

/// True for loopback, for link-local 169.254.0.0/16 and for the clouds' metadata services at 100.100.100.200 and
/// metadata.tencentyun.com: what these say never leaves the machine or its host, so it needs no encryption.
[[nodiscard]] bool is_on_this_link(std::string_view host);

/// A proxy and what it wants to know of us.
struct ProxyAddress {
  std::string host;  // IPv6 without brackets
  std::uint16_t port = 80;
  std::string user;  // percent-decoded; empty: no authentication
  Secret password;   // percent-decoded

  bool operator==(const ProxyAddress&) const = default;
};

/// Reads `http://[user[:password]@]host[:port]`, a single trailing slash allowed. Nothing for anything else.
[[nodiscard]] std::optional<ProxyAddress> parse_proxy(std::string_view url);

/// Where a Redis is, and who we are to it.
struct RedisAddress {
  bool tls = false;
  std::string host;  // IPv6 without brackets
  std::uint16_t port = 6379;
  int database = 0;
  std::string user;  // percent-decoded; empty: the default one
  Secret password;   // percent-decoded; empty: none

  bool operator==(const RedisAddress&) const = default;
};

/// Reads `redis://` or `rediss://` (TLS), then `[[user]:password@]host[:port][/database]`. Nothing for anything else.
[[nodiscard]] std::optional<RedisAddress> parse_redis(std::string_view url);

/// True for what `parse_redis` can read.
[[nodiscard]] bool is_redis_url(std::string_view url);

/// True for a URL with a password between `://` and `@`.
[[nodiscard]] bool holds_password(std::string_view url);

}  // namespace taskqueue
