// How the server ends.
#include <atomic>
#include <thread>

#include "tests/catch.h"
#include "tests/web/raw_client.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace taskqueue::web::raw;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A request whose answer the test gives.
struct InHand {
  Respond kept;
  std::atomic<bool> arrived = false;

  Route route() {
    return {"/in-hand", {"GET"}, [this](const Request&, Respond respond) {
              kept = std::move(respond);
              arrived = true;
            }};
  }
  void ask(Client& client) {
    client.send("GET /in-hand HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!arrived) std::this_thread::sleep_for(milliseconds{1});
  }
};

}  // namespace

TEST_CASE("stopping closes idle connections at once", "[web][stopping]") {
  Fixture house({hello()});
  Client idle(house.port());
  CHECK(idle.get("/hello").status == 200);
  Client silent(house.port());
  const Stopwatch watch;
  house.server.stop(seconds{10});
  CHECK(watch.so_far() < seconds{2});
  CHECK(idle.is_closed_within(seconds{2}));
  CHECK(silent.is_closed_within(seconds{2}));
}

TEST_CASE("stopping lets the request in hand finish", "[web][stopping]") {
  InHand in_hand;
  Fixture house({in_hand.route()});
  Client client(house.port());
  in_hand.ask(client);
  const Stopwatch watch;
  std::jthread answering([&] {
    std::this_thread::sleep_for(milliseconds{150});
    in_hand.kept(plain(200, "finished"));
  });
  std::jthread stopping([&] { house.server.stop(seconds{10}); });
  const Answer answer = client.receive();
  CHECK(answer.body == "finished\n");
  CHECK(answer.has("Connection: close"));
  CHECK(client.is_closed_within(seconds{2}));
  stopping.join();
  CHECK(watch.so_far() >= milliseconds{150});
  CHECK(watch.so_far() < seconds{5});
}

TEST_CASE("stopping waits no longer than its grace", "[web][stopping]") {
  InHand in_hand;
  Fixture house({in_hand.route()});
  Client client(house.port());
  in_hand.ask(client);
  const Stopwatch watch;
  house.server.stop(milliseconds{200});
  CHECK(watch.so_far() >= milliseconds{190});
  CHECK(watch.so_far() < seconds{2});
  CHECK(client.is_closed_within(seconds{2}));
}

TEST_CASE("a stopped server does not listen", "[web][stopping]") {
  Fixture house({hello()});
  const auto port = house.port();
  house.server.stop(seconds{1});
  CHECK_THROWS(Client(port));
}

TEST_CASE("the port is free for the next server at once", "[web][stopping]") {
  std::uint16_t port = 0;
  {
    Fixture first({hello()});
    port = first.port();
    CHECK(Client(port).get("/hello").status == 200);
  }
  Fixture second({hello()}, {}, "127.0.0.1:" + std::to_string(port));
  CHECK(Client(port).get("/hello").status == 200);
}

TEST_CASE("stopping twice, or without a start, is fine", "[web][stopping]") {
  SystemClock clock;
  SilentLog log;
  Server server(Router({hello()}), clock, log);
  server.stop(seconds{1});
  REQUIRE(server.listen("127.0.0.1:0"));
  server.start();
  server.stop(seconds{1});
  server.stop(seconds{1});
}

TEST_CASE("a server ends under load without losing itself", "[web][stopping]") {
  std::atomic<int> answered = 0;
  {
    Fixture house({hello()});
    std::vector<std::jthread> clients;
    std::atomic<bool> enough = false;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&, port = house.port()] {
        try {
          while (!enough) answered += Client(port).get("/hello").status == 200;
        } catch (const std::runtime_error&) {
          // The server has gone: what this test is about.
          return;
        }
      });
    }
    while (answered < 100) std::this_thread::sleep_for(milliseconds{1});
    house.server.stop(seconds{2});
    enough = true;
  }
  CHECK(answered >= 100);
}
