#include "exporter/web/listen_address.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace taskqueue::web {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return port;
}

Unexpected<std::string> complaint(std::string_view address, std::string_view what) {
  return Unexpected("\"" + std::string(address) + "\" is no address to listen on: " + std::string(what));
}

bool may_stand_in_a_host(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

bool may_stand_in_ipv6(char c) { return may_stand_in_a_host(c) || c == ':' || c == '%'; }

}  // namespace

Result<ListenAddress, std::string> parse_listen_address(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) {
    return complaint(address, "the port is missing; write :19160, 127.0.0.1:19160 or [::1]:19160");
  }
  const auto port = parse_port(address.substr(colon + 1));
  if (!port) return complaint(address, "the port must be a number from 0 to 65535, where 0 picks a free one");

  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos || !std::ranges::all_of(host, may_stand_in_ipv6)) {
      return complaint(address, "between [ and ] belongs an IPv6 address");
    }
  } else if (host.find(':') != std::string_view::npos) {
    return complaint(address, "an IPv6 address needs brackets, as in [::1]:19160");
  } else if (!std::ranges::all_of(host, may_stand_in_a_host)) {
    return complaint(address, "write HOST:PORT without scheme or path, as in 127.0.0.1:19160");
  }
  return ListenAddress{std::string(host), *port};
}

std::string text(const ListenAddress& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  return (brackets ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace taskqueue::web
