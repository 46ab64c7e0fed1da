// How the server speaks HTTP with clients who mean well.
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

/// Keeps the request's answer for another thread.
struct Later {
  Mutex mutex;
  std::vector<Respond> kept GUARDED_BY(mutex);

  Route route() {
    return {"/later", {"GET", "POST"}, [this](const Request&, Respond respond) {
              const Lock lock(mutex);
              kept.push_back(std::move(respond));
            }};
  }
  std::vector<Respond> take() {
    for (;;) {
      {
        const Lock lock(mutex);
        if (!kept.empty()) return std::exchange(kept, {});
      }
      std::this_thread::sleep_for(milliseconds{1});
    }
  }
};

Route big(std::size_t pieces, std::size_t size) {
  return {"/big", {"GET"}, at_once([=, shared = piece(std::string(size, 'x'))](const Request&) {
            Response response;
            response.body.assign(pieces, shared);
            return response;
          })};
}

}  // namespace

TEST_CASE("a GET is answered with the usual headers", "[web][speaking]") {
  Fixture house({hello()});
  Client client(house.port());
  const Answer answer = client.get("/hello");
  CHECK(answer.status == 200);
  CHECK(answer.body == "hello\n");
  CHECK(answer.has("Content-Length: 6"));
  CHECK(answer.has("Connection: keep-alive"));
  CHECK(answer.has("X-Content-Type-Options: nosniff"));
  CHECK(answer.has("Cache-Control: no-store"));
  CHECK(answer.head.find("\r\nDate: ") != std::string::npos);
  CHECK(answer.head.find("\r\nServer: ") == std::string::npos);
}

TEST_CASE("HEAD has the headers of GET and no body", "[web][speaking]") {
  Fixture house({hello()});
  Client client(house.port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer head = client.receive(true);
  CHECK(head.status == 200);
  CHECK(head.has("Content-Length: 6"));
  const Answer next = client.get("/hello");
  CHECK(next.status == 200);
  CHECK(next.body == "hello\n");
}

TEST_CASE("wrong paths and wrong methods leave the connection open", "[web][speaking]") {
  Fixture house({hello()});
  Client client(house.port());
  CHECK(client.get("/nothing").status == 404);
  const Answer wrong = client.ask("DELETE /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(wrong.status == 405);
  CHECK(wrong.has("Allow: GET, HEAD"));
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("many requests go over one connection", "[web][speaking]") {
  Fixture house({hello()});
  Client client(house.port());
  int answered = 0;
  for (int i = 0; i < 500; ++i) answered += client.get("/hello").status == 200;
  CHECK(answered == 500);
}

TEST_CASE("pipelined requests are answered in their order", "[web][speaking]") {
  Fixture house({hello(), {"/echo", {"GET"}, at_once([](const Request& request) {
                             return plain(200, request.parameters("n").at(0));
                           })}});
  Client client(house.port());
  std::string all;
  for (int i = 0; i < 300; ++i) all += "GET /echo?n=" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(all);
  int in_order = 0;
  for (int i = 0; i < 300; ++i) in_order += client.receive().body == std::to_string(i) + "\n";
  CHECK(in_order == 300);
}

TEST_CASE("a pipelined request waits for a late answer before it", "[web][speaking]") {
  Later later;
  Fixture house({hello(), later.route()});
  Client client(house.port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  later.take().at(0)(plain(200, "late"));
  CHECK(client.receive().body == "late\n");
  CHECK(client.receive().body == "hello\n");
}

TEST_CASE("HTTP/1.0 gets one answer, more if it asks to stay", "[web][speaking]") {
  Fixture house({hello()});
  Client once(house.port());
  const Answer answer = once.ask("GET /hello HTTP/1.0\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.has("Connection: close"));
  CHECK(once.is_closed_within(seconds{2}));

  Client staying(house.port());
  CHECK(staying.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").has("Connection: keep-alive"));
  CHECK(staying.ask("GET /hello HTTP/1.0\r\n\r\n").status == 200);
}

TEST_CASE("Connection: close is honoured", "[web][speaking]") {
  Fixture house({hello()});
  Client client(house.port());
  const Answer answer = client.ask("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.has("Connection: close"));
  CHECK(client.is_closed_within(seconds{2}));
}

TEST_CASE("a client that closes its sending side still gets its answer", "[web][speaking]") {
  Fixture house({hello()});
  Client client(house.port());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  client.finish_sending();
  CHECK(client.receive().status == 200);
  CHECK(client.is_closed_within(seconds{2}));
}

TEST_CASE("bodies are dropped and the next request is found behind them", "[web][speaking]") {
  Fixture house({hello()});
  const std::string body =
      GENERATE("Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  Client client(house.port());
  CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: x\r\n" + body).status == 200);
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("a client that waits for 100 Continue is answered at once", "[web][speaking]") {
  Fixture house({hello()});
  Client client(house.port());
  const Answer answer =
      client.ask("GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(client.is_closed_within(seconds{3}));
}

TEST_CASE("ranges are not honoured", "[web][speaking]") {
  Fixture house({big(1, 1000)});
  Client client(house.port());
  const Answer answer = client.ask("GET /big HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1,0-1,0-1\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.body.size() == 1000);
}

TEST_CASE("an answer of thousands of pieces arrives whole", "[web][speaking]") {
  Fixture house({big(5000, 2000)});
  Client client(house.port());
  CHECK(client.get("/big").body == std::string(10'000'000, 'x'));
  CHECK(client.get("/big").body.size() == 10'000'000);
}

TEST_CASE("an answer may come from another thread", "[web][speaking]") {
  Later later;
  Fixture house({later.route()});
  Client client(house.port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  std::jthread([&] { later.take().at(0)(plain(200, "from afar")); }).join();
  CHECK(client.receive().body == "from afar\n");
}

TEST_CASE("an answer for a client that has left harms nobody", "[web][speaking]") {
  Later later;
  Fixture house({hello(), later.route()});
  std::vector<Respond> kept;
  {
    Client client(house.port());
    client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    kept = later.take();
  }
  kept.at(0)(plain(200, "too late"));
  CHECK(Client(house.port()).get("/hello").status == 200);
}

TEST_CASE("an answer that comes after the server's end harms nobody", "[web][speaking]") {
  Later later;
  std::vector<Respond> kept;
  {
    Fixture house({later.route()});
    Client client(house.port());
    client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    kept = later.take();
  }
  CHECK_NOTHROW(kept.at(0)(plain(200, "much too late")));
}

TEST_CASE("a handler that forgets its answer is a 500", "[web][speaking]") {
  Fixture house({{"/forget", {"GET"}, [](const Request&, const Respond&) {}}});
  CHECK(Client(house.port()).get("/forget").status == 500);
}

TEST_CASE("what a handler throws stays in the house", "[web][speaking]") {
  std::atomic<int> bugs = 0;
  SystemClock clock;
  SilentLog log;
  Server server(Router({hello(), {"/throw", {"GET"}, at_once([](const Request&) -> Response {
                                    throw std::runtime_error("secret=AKID123");
                                  })}}),
                clock, log, {.limits = {}, .on_bug = [&] { ++bugs; }});
  REQUIRE(server.listen("127.0.0.1:0"));
  server.start();
  Client client(server.bound().at(0).port);
  const Answer answer = client.get("/throw");
  CHECK(answer.status == 500);
  CHECK(answer.head.find("AKID") == std::string::npos);
  CHECK(answer.body.find("AKID") == std::string::npos);
  CHECK(client.get("/hello").status == 200);
  CHECK(bugs == 1);
}
