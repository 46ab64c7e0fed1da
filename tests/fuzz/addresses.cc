// Addresses: where to listen, APIs, proxies, Redis; and hosts that need no proxy.
#include "exporter/api/proxy_rules.h"
#include "exporter/config/endpoint.h"
#include "exporter/web/listen_address.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

bool may_stand_in_a_header(std::string_view text) {
  return text.find_first_of(std::string_view("\0\r\n \t", 5)) == std::string_view::npos;
}

const Fuzzer addresses_fuzzer("addresses", [](std::string_view input) {
  if (const auto address = web::parse_listen_address(input)) {
    const auto again = web::parse_listen_address(text(*address));
    must(again && *again == *address, "an address to listen on is read back as it was written");
  } else {
    must(address.error().starts_with('"'), "the complaint begins with the text");
  }
  if (const auto endpoint = parse_endpoint(input)) {
    const std::string header = host_header(*endpoint);
    must(may_stand_in_a_header(header), "a host may stand in a header");
    must(parse_endpoint((endpoint->tls ? "https://" : "http://") + header) == endpoint,
         "an endpoint is read back as it was written");
    must(!is_loopback(endpoint->host) || is_on_this_link(endpoint->host), "this machine is on this link");
    must(is_exception(*endpoint, "*"), "* excepts every host");
    must(is_exception(*endpoint, endpoint->host), "a host excepts itself");
  }
  if (const auto proxy = parse_proxy(input)) {
    must(may_stand_in_a_header(proxy->host) && proxy->port != 0, "a proxy has a host and a port");
  }
  if (const auto redis = parse_redis(input)) {
    must(is_redis_url(input) && may_stand_in_a_header(redis->host) && redis->port != 0, "Redis has a host and a port");
    must(redis->password.empty() || holds_password(input), "a password is known for one");
    must(redis->database >= 0, "databases are numbered from 0");
  }
  static_cast<void>(is_exception({.tls = true, .host = "10.0.0.1", .port = 443}, input));
  static_cast<void>(is_exception({.tls = true, .host = "2001:db8::1", .port = 443}, input));
});

}  // namespace
}  // namespace taskqueue::fuzz
