#include "exporter/api/proxy_rules.h"

#include <map>

#include "tests/catch.h"

using namespace taskqueue;

namespace {

Environment environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

Endpoint https(std::string host, std::uint16_t port = 443) {
  return {.tls = true, .host = std::move(host), .port = port};
}

std::string chosen(const Endpoint& endpoint, const ProxyRules& rules) {
  const auto proxy = proxy_for(endpoint, rules);
  if (!proxy) return proxy.error().sentence;
  return *proxy ? (*proxy)->host : "";
}

const ProxyAddress own{.host = "own", .port = 3128, .user = "u", .password = Secret("p")};

}  // namespace

TEST_CASE("NO_PROXY names hosts, domains, addresses and networks, with or without a port", "[api][proxy_rules]") {
  const auto [exceptions, host, is_one] = GENERATE(table<std::string, std::string, bool>({
      {"*", "mps.tencentcloudapi.com", true},
      {"tencentcloudapi.com", "mps.tencentcloudapi.com", true},
      {"TencentCloudAPI.com", "mps.tencentcloudapi.com", true},
      {"cloudapi.com", "mps.tencentcloudapi.com", false},
      {".tencentcloudapi.com", "mps.tencentcloudapi.com", true},
      {"*.tencentcloudapi.com", "mps.tencentcloudapi.com", true},
      {".mps.tencentcloudapi.com", "mps.tencentcloudapi.com", false},
      {"mps.tencentcloudapi.com:443", "mps.tencentcloudapi.com", true},
      {"mps.tencentcloudapi.com:8443", "mps.tencentcloudapi.com", false},
      {"a.example, ,mps.tencentcloudapi.com ", "mps.tencentcloudapi.com", true},
      {"", "mps.tencentcloudapi.com", false},
      {"10.0.0.0/8", "10.2.3.4", true},
      {"10.0.0.0/15", "10.2.3.4", false},
      {"10.2.3.4/32", "10.2.3.4", true},
      {"0.0.0.0/0", "10.2.3.4", true},
      {"10.0.0.0/33", "10.2.3.4", false},
      {"10.2.3.4", "10.2.3.4", true},
      {"10.2.3.4:443", "10.2.3.4", true},
      {"2.3.4", "10.2.3.4", false},
      {"fd00::/8", "fd00::1", true},
      {"fd00::1", "fd00::1", true},
      {"[fd00::1]:443", "fd00::1", true},
      {"[fd00::1]:444", "fd00::1", false},
      {"10.0.0.0/8", "mps.tencentcloudapi.com", false},
  }));
  CAPTURE(exceptions, host);
  CHECK(is_exception(https(host), exceptions) == is_one);
}

TEST_CASE("the account's proxy goes before the environment's, and NO_PROXY before both", "[api][proxy_rules]") {
  const Environment both = environment({{"HTTPS_PROXY", "http://theirs:1"}, {"no_proxy", "direct.example"}});
  CHECK(chosen(https("mps.example"), proxy_rules(own, both)) == "own");
  CHECK(chosen(https("mps.example"), proxy_rules({}, both)) == "theirs");
  CHECK(chosen(https("direct.example"), proxy_rules(own, both)).empty());
  CHECK(chosen(https("mps.example"), proxy_rules({}, environment({}))).empty());
}

TEST_CASE("HTTPS_PROXY may come in small letters and without its scheme, and is for https only", "[api][proxy_rules]") {
  const ProxyRules rules = proxy_rules({}, environment({{"https_proxy", "me:secret@theirs:8080"}}));
  REQUIRE(rules.of_environment);
  CHECK(*rules.of_environment ==
        ProxyAddress{.host = "theirs", .port = 8080, .user = "me", .password = Secret("secret")});
  CHECK(chosen({.tls = false, .host = "10.0.0.1", .port = 80}, rules).empty());
  CHECK(chosen({.tls = false, .host = "10.0.0.1", .port = 80}, {.own = own}) == "own");
}

TEST_CASE("a proxy that we cannot use fails calls and does not show its password", "[api][proxy_rules]") {
  const ProxyRules rules = proxy_rules({}, environment({{"HTTPS_PROXY", "socks5://me:secret@theirs"}}));
  CHECK(chosen(https("mps.example"), rules) ==
        "HTTPS_PROXY in the environment is no URL of an HTTP proxy: write http://[user:password@]host[:port]");
}

TEST_CASE("what is on this machine or its link is called directly, whatever the proxy", "[api][proxy_rules]") {
  const auto host = GENERATE(as<std::string>{}, "127.0.0.1", "localhost", "::1", "169.254.0.23", "100.100.100.200",
                             "metadata.tencentyun.com");
  CHECK(chosen({.tls = false, .host = host, .port = 80}, {.own = own}).empty());
  CHECK(chosen(https(host), {.own = own}).empty());
}
