#include "exporter/config/endpoint.h"

#include "tests/catch.h"

using taskqueue::Endpoint;
using taskqueue::host_header;
using taskqueue::parse_endpoint;

TEST_CASE("an endpoint is a scheme, a host and perhaps a port", "[config][endpoint]") {
  const auto [url, endpoint] = GENERATE(
      table<std::string, Endpoint>({{"https://mps.tencentcloudapi.com", {true, "mps.tencentcloudapi.com", 443}},
                                    {"https://mps.tencentcloudapi.com/", {true, "mps.tencentcloudapi.com", 443}},
                                    {"http://127.0.0.1:18080", {false, "127.0.0.1", 18080}},
                                    {"https://MPS.TencentCloudAPI.com", {true, "mps.tencentcloudapi.com", 443}},
                                    {"http://localhost", {false, "localhost", 80}},
                                    {"https://[::1]:8443/", {true, "::1", 8443}},
                                    {"https://[2001:db8::1]", {true, "2001:db8::1", 443}},
                                    {"https://a:65535", {true, "a", 65535}}}));
  CAPTURE(url);
  const auto read = parse_endpoint(url);
  REQUIRE(read);
  CHECK(*read == endpoint);
}

TEST_CASE("anything else is no endpoint", "[config][endpoint]") {
  const auto url =
      GENERATE(as<std::string>(), "", "mps.tencentcloudapi.com", "http//x", "ftp://x", "https://", "https:///",
               "https://x:0", "https://x:65536", "https://x:80000", "https://x:", "https://x:8o", "https://x/path",
               "https://x//", "https://x?query", "https://x#part", "https://user@x", "https://user:password@x",
               "https://x y", "https://x\r\nHost: y", "https://[::1", "https://[]", "https://[x]", "https://::1",
               "https://.x", "https://x..y", "https://-x", "HTTPS://x ");
  CAPTURE(url);
  CHECK_FALSE(parse_endpoint(url));
}

TEST_CASE("the Host header names the port only where it is not the scheme's own", "[config][endpoint]") {
  CHECK(host_header(Endpoint{true, "x.example", 443}) == "x.example");
  CHECK(host_header(Endpoint{false, "x.example", 80}) == "x.example");
  CHECK(host_header(Endpoint{true, "x.example", 80}) == "x.example:80");
  CHECK(host_header(Endpoint{false, "x.example", 443}) == "x.example:443");
  CHECK(host_header(Endpoint{true, "::1", 443}) == "[::1]");
  CHECK(host_header(Endpoint{false, "::1", 18080}) == "[::1]:18080");
}

TEST_CASE("loopback is localhost, 127.0.0.0/8 and ::1", "[config][endpoint]") {
  for (const auto* host : {"localhost", "127.0.0.1", "127.255.0.3", "::1"}) CHECK(taskqueue::is_loopback(host));
  for (const auto* host :
       {"", "localhost.example", "127.0.0.1.example", "127.example.a.b", "128.0.0.1", "::2", "127.0.0", "10.127.0.0"}) {
    CAPTURE(host);
    CHECK_FALSE(taskqueue::is_loopback(host));
  }
}

TEST_CASE("a proxy may have a user and a password", "[config][endpoint]") {
  const auto plain = taskqueue::parse_proxy("http://proxy.example:3128/");
  REQUIRE(plain);
  CHECK(plain->host == "proxy.example");
  CHECK(plain->port == 3128);
  CHECK(plain->user.empty());
  const auto full = taskqueue::parse_proxy("http://me:p%40ss:w@[::1]");
  REQUIRE(full);
  CHECK(full->host == "::1");
  CHECK(full->port == 80);
  CHECK(full->user == "me");
  CHECK(full->password.reveal() == "p@ss:w");
}

TEST_CASE("anything else is no proxy", "[config][endpoint]") {
  const auto url = GENERATE(as<std::string>(), "", "proxy:3128", "https://proxy", "socks5://proxy", "http://",
                            "http://@proxy", "http://:secret@proxy", "http://proxy/path", "http://proxy:0");
  CAPTURE(url);
  CHECK_FALSE(taskqueue::parse_proxy(url));
}

TEST_CASE("a Redis URL has the scheme redis or rediss", "[config][endpoint]") {
  for (const auto* url : {"redis://redis", "rediss://redis:6379/0", "redis://:pass@redis/15", "redis://u:p@[::1]:1/",
                          "redis://:p@ss@redis"}) {
    CAPTURE(url);
    CHECK(taskqueue::is_redis_url(url));
  }
  for (const auto* url : {"", "redis", "redis:6379", "http://redis", "redis://", "redis://redis/x", "redis://redis/0/1",
                          "redis://redis:99999", "redis:///0"}) {
    CAPTURE(url);
    CHECK_FALSE(taskqueue::is_redis_url(url));
  }
}

TEST_CASE("a password in a URL is found", "[config][endpoint]") {
  CHECK(taskqueue::holds_password("redis://:x@redis"));
  CHECK(taskqueue::holds_password("redis://u:x@redis"));
  CHECK_FALSE(taskqueue::holds_password("redis://u@redis"));
  CHECK_FALSE(taskqueue::holds_password("redis://redis:6379"));
  CHECK_FALSE(taskqueue::holds_password("redis"));
}

TEST_CASE("a Redis URL tells where the server is and who we are", "[config][endpoint]") {
  const auto full = taskqueue::parse_redis("rediss://us%65r:p%40ss@redis.example:7000/12");
  REQUIRE(full);
  CHECK(*full == taskqueue::RedisAddress{.tls = true,
                                         .host = "redis.example",
                                         .port = 7000,
                                         .database = 12,
                                         .user = "user",
                                         .password = taskqueue::Secret("p@ss")});
  const auto least = taskqueue::parse_redis("redis://[::1]");
  REQUIRE(least);
  CHECK(*least == taskqueue::RedisAddress{.host = "::1"});
  CHECK(taskqueue::parse_redis("redis://:secret@redis")->password.reveal() == "secret");
  CHECK(taskqueue::parse_redis("redis://:secret@redis")->user.empty());
}
