#include "exporter/config/endpoint.h"

#include <algorithm>
#include <charconv>

#include "exporter/ascii.h"

namespace taskqueue {
namespace {

constexpr std::size_t longest_host = 253;  // RFC 1035

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool take_prefix(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), port);
  if (port < 1 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

bool is_host_name(std::string_view host) {
  const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; };
  return !host.empty() && host.size() <= longest_host && std::ranges::all_of(host, allowed) && host.front() != '-' &&
         host.front() != '.' && host.find("..") == std::string_view::npos;
}

bool looks_like_ipv4(std::string_view host) {
  return std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return is_digit(c) || c == '.'; });
}

/// Not a full check of RFC 4291: what passes and is no address fails when it is connected to.
bool is_ipv6(std::string_view host) {
  const auto allowed = [](char c) { return is_hex(c) || c == ':' || c == '.'; };
  return host.size() >= 2 && host.size() <= 45 && std::ranges::all_of(host, allowed) &&
         std::ranges::count(host, ':') >= 2;
}

struct Authority {
  std::string_view host;
  std::optional<std::uint16_t> port;
};

/// Reads `host[:port]`, IPv6 in brackets.
std::optional<Authority> parse_authority(std::string_view text) {
  Authority read;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    read.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    if (!is_ipv6(read.host)) return std::nullopt;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    read.host = text.substr(0, colon);
    rest = text.substr(colon);
    if (!is_host_name(read.host)) return std::nullopt;
  }
  if (rest.empty()) return read;
  if (!take_prefix(rest, ":")) return std::nullopt;
  read.port = parse_port(rest);
  if (!read.port) return std::nullopt;
  return read;
}

/// The part before the last `@`, taken off `rest`; nothing where there is no `@`.
std::optional<std::string_view> take_user_info(std::string_view& rest) {
  const std::size_t at = rest.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view info = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return info;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      unsigned byte = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view url) {
  Endpoint endpoint;
  if (take_prefix(url, "http://")) {
    endpoint.tls = false;
  } else if (!take_prefix(url, "https://")) {
    return std::nullopt;
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  const auto authority = parse_authority(url);
  if (!authority) return std::nullopt;
  // Signatures cover the Host header in small letters, as names are compared.
  endpoint.host = lower_case(authority->host);
  endpoint.port = authority->port.value_or(endpoint.tls ? std::uint16_t{443} : std::uint16_t{80});
  return endpoint;
}

std::string host_header(const Endpoint& endpoint) {
  std::string header = endpoint.host.find(':') == std::string::npos ? endpoint.host : '[' + endpoint.host + ']';
  const int own_port = endpoint.tls ? 443 : 80;
  if (endpoint.port != own_port) header += ':' + std::to_string(endpoint.port);
  return header;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && looks_like_ipv4(host));
}

bool is_on_this_link(std::string_view host) {
  return is_loopback(host) || (host.starts_with("169.254.") && looks_like_ipv4(host)) || host == "100.100.100.200" ||
         host == "metadata.tencentyun.com";
}

std::optional<ProxyAddress> parse_proxy(std::string_view url) {
  if (!take_prefix(url, "http://")) return std::nullopt;
  if (url.ends_with('/')) url.remove_suffix(1);
  const auto info = take_user_info(url);
  const auto authority = parse_authority(url);
  if (!authority) return std::nullopt;
  ProxyAddress proxy;
  proxy.host = authority->host;
  proxy.port = authority->port.value_or(proxy.port);
  if (!info) return proxy;
  const std::size_t colon = std::min(info->find(':'), info->size());
  proxy.user = percent_decoded(info->substr(0, colon));
  proxy.password = Secret(percent_decoded(info->substr(std::min(colon + 1, info->size()))));
  if (proxy.user.empty()) return std::nullopt;
  return proxy;
}

std::optional<RedisAddress> parse_redis(std::string_view url) {
  RedisAddress redis;
  redis.tls = url.starts_with("rediss://");
  if (!take_prefix(url, "redis://") && !take_prefix(url, "rediss://")) return std::nullopt;
  const std::string_view info = take_user_info(url).value_or("");
  const std::size_t colon = std::min(info.find(':'), info.size());
  redis.user = percent_decoded(info.substr(0, colon));
  redis.password = Secret(percent_decoded(info.substr(std::min(colon + 1, info.size()))));

  const std::size_t slash = std::min(url.find('/'), url.size());
  const std::string_view database = url.substr(std::min(slash + 1, url.size()));
  const auto authority = parse_authority(url.substr(0, slash));
  if (!authority || database.size() > 5 || !std::ranges::all_of(database, is_digit)) return std::nullopt;
  redis.host = authority->host;
  redis.port = authority->port.value_or(redis.port);
  std::from_chars(database.data(), database.data() + database.size(), redis.database);
  return redis;
}

bool is_redis_url(std::string_view url) { return parse_redis(url).has_value(); }

bool holds_password(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  url.remove_prefix(scheme + 3);
  const auto info = take_user_info(url);
  return info && info->find(':') != std::string_view::npos;
}

}  // namespace taskqueue
