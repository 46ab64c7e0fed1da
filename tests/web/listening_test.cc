// Where the server listens, and what it says when it cannot.
#include <iostream>

#include "tests/catch.h"
#include "tests/web/raw_client.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace taskqueue::web::raw;

namespace {

bool machine_has_ipv6_loopback() {
  const int probe = ::socket(AF_INET6, SOCK_STREAM, 0);
  if (probe < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return bound;
}

bool is_skipped_without_ipv6() {
  if (machine_has_ipv6_loopback()) return false;
  std::cout << "skipped: this machine has no ::1\n";
  return true;
}

struct Idle {
  SystemClock clock;
  SilentLog log;
  Server server{Router({hello()}), clock, log};
};

}  // namespace

TEST_CASE("port 0 becomes a real port that can be asked for", "[web][listening]") {
  Fixture house({hello()});
  const auto bound = house.server.bound();
  REQUIRE(bound.size() == 1);
  CHECK(bound[0].host == "127.0.0.1");
  CHECK(bound[0].port != 0);
  CHECK(Client(bound[0].port).get("/hello").status == 200);
}

TEST_CASE("connections queue up between listening and starting", "[web][listening]") {
  Idle house;
  REQUIRE(house.server.listen("127.0.0.1:0"));
  Client client(house.server.bound()[0].port);
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  house.server.start();
  CHECK(client.receive().status == 200);
}

TEST_CASE("a port in use is told with address, reason and what to do", "[web][listening]") {
  Fixture house({hello()});
  const std::string port = std::to_string(house.port());
  Idle second;
  const std::string address = GENERATE("127.0.0.1:", ":", "localhost:");
  CAPTURE(address);
  const auto listening = second.server.listen(address + port);
  REQUIRE_FALSE(listening);
  CHECK(listening.error() == "cannot listen on " + address + port +
                                 ": Address already in use; another program, perhaps a second exporter, listens "
                                 "there; stop it or choose another port");
  CHECK(second.server.bound().empty());
}

TEST_CASE("an address of another machine is told as such", "[web][listening]") {
  Idle house;
  const auto listening = house.server.listen("192.0.2.1:0");
  REQUIRE_FALSE(listening);
  CHECK(listening.error().find("cannot listen on 192.0.2.1:0: ") == 0);
  CHECK(listening.error().find("this machine has no such address") != std::string::npos);
}

TEST_CASE("a name that does not resolve is told as such", "[web][listening]") {
  Idle house;
  const auto listening = house.server.listen("no-such-host.invalid:19160");
  REQUIRE_FALSE(listening);
  CHECK(listening.error().find("cannot listen on no-such-host.invalid:19160: ") == 0);
}

TEST_CASE("a bad address is no reason to ask the system", "[web][listening]") {
  Idle house;
  CHECK_FALSE(house.server.listen(":80000"));
}

TEST_CASE("without a host IPv4 and IPv6 are served by one port", "[web][listening]") {
  Fixture house({hello()}, {}, ":0");
  CHECK(house.server.bound().size() == 1);
  CHECK(Client(house.port()).get("/hello").status == 200);
  if (is_skipped_without_ipv6()) return;
  CHECK(Client(house.port(), true).get("/hello").status == 200);
}

TEST_CASE("an IPv6 address is served on its own", "[web][listening]") {
  if (is_skipped_without_ipv6()) return;
  Fixture house({hello()}, {}, "[::1]:0");
  CHECK(house.server.bound()[0].host == "::1");
  CHECK(Client(house.port(), true).get("/hello").status == 200);
  CHECK_THROWS(Client(house.port()));
}

TEST_CASE("localhost is served", "[web][listening]") {
  Fixture house({hello()}, {}, "localhost:0");
  CHECK(Client(house.port()).get("/hello").status == 200);
}

TEST_CASE("one server listens on several addresses", "[web][listening]") {
  Idle house;
  REQUIRE(house.server.listen("127.0.0.1:0"));
  REQUIRE(house.server.listen("127.0.0.1:0"));
  house.server.start();
  const auto bound = house.server.bound();
  REQUIRE(bound.size() == 2);
  CHECK(bound[0].port != bound[1].port);
  CHECK(Client(bound[0].port).get("/hello").status == 200);
  CHECK(Client(bound[1].port).get("/hello").status == 200);
}

TEST_CASE("the peer of an IPv4 client is an IPv4 address, also on an IPv6 socket", "[web][listening]") {
  Fixture house({{"/who", {"GET"}, at_once([](const Request& request) { return plain(200, request.peer); })}}, {},
                ":0");
  CHECK(Client(house.port()).get("/who").body.starts_with("127.0.0.1:"));
}
