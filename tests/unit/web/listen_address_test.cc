#include "exporter/web/listen_address.h"

#include "tests/catch.h"

using namespace taskqueue::web;

TEST_CASE("addresses to listen on are read as people write them", "[web][listen_address]") {
  const auto [written, host, port] = GENERATE(table<std::string, std::string, int>({
      {":19160", "", 19160},
      {"127.0.0.1:0", "127.0.0.1", 0},
      {"[::1]:19160", "::1", 19160},
      {"[fe80::1%eth0]:80", "fe80::1%eth0", 80},
      {"localhost:65535", "localhost", 65535},
  }));
  CAPTURE(written);
  const auto address = parse_listen_address(written);
  REQUIRE(address);
  CHECK(address->host == host);
  CHECK(address->port == port);
  CHECK(text(*address) == written);
}

TEST_CASE("what is no address is refused with the reason", "[web][listen_address]") {
  const auto [written, part] = GENERATE(table<std::string, std::string>({
      {"", "the port is missing"},
      {"19160", "the port is missing"},
      {"localhost", "the port is missing"},
      {":", "from 0 to 65535"},
      {":65536", "from 0 to 65535"},
      {":80000", "from 0 to 65535"},
      {":-1", "from 0 to 65535"},
      {":+1", "from 0 to 65535"},
      {":80x", "from 0 to 65535"},
      {"::1:19160", "needs brackets"},
      {"[]:19160", "belongs an IPv6 address"},
      {"[x/y]:19160", "belongs an IPv6 address"},
      {"[localhost]:19160", "belongs an IPv6 address"},
      {"[a%b]:19160", "belongs an IPv6 address"},
      {"http://localhost:19160", "needs brackets"},
      {"local host:19160", "without scheme or path"},
      {"[::1:19160", "needs brackets"},
  }));
  CAPTURE(written);
  const auto address = parse_listen_address(written);
  REQUIRE_FALSE(address);
  CHECK(address.error().find(part) != std::string::npos);
  CHECK(address.error().find('"' + written + '"') != std::string::npos);
}
