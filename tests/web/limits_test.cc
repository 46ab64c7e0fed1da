// What one client may take of the server, and that others do not notice.
#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <ctime>
#include <thread>

#include "tests/catch.h"
#include "tests/web/raw_client.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace taskqueue::web::raw;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

Limits hasty() {
  Limits limits;
  limits.head_time = milliseconds{200};
  limits.body_time = milliseconds{200};
  limits.idle_time = milliseconds{300};
  limits.answer_time = milliseconds{300};
  limits.linger_time = milliseconds{100};
  return limits;
}

/// Sends byte by byte until the other side has had enough or the bytes are out.
void drip(Client& client, std::string_view bytes) {
  for (const char byte : bytes) {
    if (!client.send(std::string_view(&byte, 1)) || client.is_closed_within(milliseconds{20})) return;
  }
}

}  // namespace

TEST_CASE("a head that comes drop by drop is cut off in time", "[web][limits]") {
  Fixture house({hello()}, hasty());
  Client client(house.port());
  const Stopwatch watch;
  drip(client, "GET /hello HTTP/1.1\r\nHost: " + std::string(200, 'x'));
  CHECK(client.receive().status == 408);
  CHECK(watch.so_far() >= milliseconds{150});
  CHECK(watch.so_far() < seconds{2});
}

TEST_CASE("the deadline holds for later requests of a connection, too", "[web][limits]") {
  Fixture house({hello()}, hasty());
  Client client(house.port());
  CHECK(client.get("/hello").status == 200);
  std::this_thread::sleep_for(milliseconds{100});
  drip(client, "GET /hello HTTP/1.1\r\nHost: " + std::string(200, 'x'));
  CHECK(client.receive().status == 408);
}

TEST_CASE("a body that does not come is cut off in time", "[web][limits]") {
  Fixture house({hello()}, hasty());
  Client client(house.port());
  const Answer answer = client.ask("GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this");
  CHECK(answer.status == 408);
  CHECK(client.is_closed_within(seconds{2}));
}

TEST_CASE("a connection that says nothing is closed without a word", "[web][limits]") {
  Fixture house({hello()}, hasty());
  Client client(house.port());
  CHECK(client.is_closed_within(seconds{2}));
  CHECK(client.receive().status == 0);
}

TEST_CASE("an idle connection is kept for its time and then closed", "[web][limits]") {
  Fixture house({hello()}, hasty());
  Client client(house.port());
  CHECK(client.get("/hello").status == 200);
  // Longer than a head may take: idle time is another one.
  CHECK_FALSE(client.is_closed_within(milliseconds{220}));
  CHECK(client.is_closed_within(seconds{2}));
}

TEST_CASE("a handler that never answers is answered for", "[web][limits]") {
  Respond kept;
  Fixture house({{"/never", {"GET"}, [&](const Request&, Respond respond) { kept = std::move(respond); }}}, hasty());
  Client client(house.port());
  CHECK(client.get("/never").status == 503);
  CHECK(client.is_closed_within(seconds{2}));
  kept(plain(200, "too late"));
}

TEST_CASE("who was refused and goes on sending is not read from for a while, and then let go", "[web][limits]") {
  Limits limits = hasty();
  limits.refusal_rest = milliseconds{400};
  Fixture house({hello()}, limits);
  Client client(house.port());
  CHECK(client.ask("nonsense\r\n\r\n").status == 400);
  const Stopwatch watch;
  CHECK_FALSE(client.send(std::string(64'000'000, 'x')));
  CHECK(watch.so_far() > milliseconds{300});
  CHECK(watch.so_far() < seconds{5});
}

TEST_CASE("a client that does not read its answer is let go", "[web][limits]") {
  const auto large = piece(std::string(64'000'000, 'x'));
  Fixture house({hello(), {"/large", {"GET"}, at_once([&](const Request&) {
                             Response response;
                             response.body = {large};
                             return response;
                           })}},
                hasty());
  Client client(house.port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  std::this_thread::sleep_for(milliseconds{600});
  CHECK(client.receive().body.size() < large->size());
  CHECK(Client(house.port()).get("/hello").status == 200);
}

TEST_CASE("heads that are too large are refused", "[web][limits]") {
  Fixture house({hello()});
  std::string many = "GET /hello HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 1'000; ++i) many += "a: b\r\n";
  const auto [bytes, status] = GENERATE_COPY(table<std::string, int>({
      {"GET /hello HTTP/1.1\r\nHost: x\r\nEndless: " + std::string(5'000'000, 'x'), 431},
      {"GET /" + std::string(1'000'000, 'x'), 414},
      {many, 431},
      {std::string(1'000'000, '\r'), 400},
  }));
  Client client(house.port());
  std::jthread sender([&, sent = &bytes] { client.send(*sent); });
  const Answer answer = client.receive();
  CHECK(answer.status == status);
  CHECK(answer.has("Connection: close"));
  CHECK_FALSE(answer.body.empty());
}

TEST_CASE("a head of almost the largest size is taken", "[web][limits]") {
  Fixture house({hello()});
  Client client(house.port());
  CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: x\r\nLong: " + std::string(16'000, 'x') + "\r\n\r\n").status == 200);
  CHECK(client.get("/hello").status == 200);
}

TEST_CASE("bodies that are too large are refused", "[web][limits]") {
  Fixture house({hello()});
  const std::string head = "GET /hello HTTP/1.1\r\nHost: x\r\n";
  std::string chunks = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) chunks += "400\r\n" + std::string(0x400, 'x') + "\r\n";
  const std::string bytes = GENERATE_COPY(head + "Content-Length: 65537\r\n\r\n", chunks,
                                          head + "Content-Length: 18446744073709551615\r\n\r\n",
                                          head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n");
  Client client(house.port());
  const Answer answer = client.ask(bytes);
  CHECK((answer.status == 413 || answer.status == 400));
  CHECK(client.is_closed_within(seconds{2}));
}

TEST_CASE("an endless chunk header is refused", "[web][limits]") {
  Fixture house({hello()});
  Client client(house.port());
  const Answer answer =
      client.ask("GET /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(100'000, 'x'));
  CHECK(answer.status >= 400);
}

TEST_CASE("garbage is refused", "[web][limits]") {
  Fixture house({hello()});
  const std::string bytes = GENERATE(
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string("\0\0\0\0", 4),
      std::string("hello\r\n\r\n"), std::string("GET\r\n\r\n"), std::string("GET /hello HTTP/1.1\r\n: x\r\n\r\n"),
      std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("GET /hello HTTP/1.1\r\n\r\n"));
  Client client(house.port());
  CHECK(client.ask(bytes).status >= 400);
  CHECK(client.is_closed_within(seconds{2}));
  CHECK(Client(house.port()).get("/hello").status == 200);
}

TEST_CASE("what hides in a body of a strange coding is never answered as a request", "[web][limits]") {
  Fixture house({hello()});
  const std::string coding = GENERATE("xchunked", "chunked, identity", "\"chunked\"");
  Client client(house.port());
  const Answer answer = client.ask("POST /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding +
                                   "\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(answer.status == 400);
  CHECK(answer.has("Connection: close"));
  CHECK(client.receive().status == 0);
  CHECK(client.is_closed_within(seconds{2}));
}

TEST_CASE("300 silent and 50 dripping connections do not slow a scrape", "[web][limits]") {
  Fixture house({hello()});
  std::vector<Client> silent;
  for (int i = 0; i < 300; ++i) silent.emplace_back(house.port());
  for (int i = 0; i < 50; ++i) silent.emplace_back(house.port()).send("GET /hel");
  const Stopwatch watch;
  int answered = 0;
  for (int i = 0; i < 50; ++i) answered += Client(house.port()).get("/hello").status == 200;
  CHECK(answered == 50);
  CHECK(watch.so_far() < seconds{2});
}

TEST_CASE("one connection too many costs the one that has been silent longest", "[web][limits]") {
  Limits limits;
  limits.connections = 3;
  Fixture house({hello()}, limits);
  Client active(house.port());
  CHECK(active.get("/hello").status == 200);
  Client silent(house.port());
  std::this_thread::sleep_for(milliseconds{50});
  CHECK(active.get("/hello").status == 200);
  Client other(house.port());
  CHECK(other.get("/hello").status == 200);
  Client newest(house.port());
  CHECK(newest.get("/hello").status == 200);
  CHECK(silent.is_closed_within(seconds{2}));
  CHECK(active.get("/hello").status == 200);
}

TEST_CASE("who was answered well stays connected however many strangers come", "[web][limits]") {
  Limits limits;
  limits.connections = 4;
  Fixture house({hello()}, limits);
  Client scraper(house.port());
  CHECK(scraper.get("/hello").status == 200);
  std::vector<Client> strangers;
  for (int i = 0; i < 20; ++i) {
    strangers.emplace_back(house.port()).send("GET /hel");
    // Refused, so a stranger still.
    if (i % 2 == 0) CHECK(Client(house.port()).get("/nothing").status == 404);
  }
  CHECK(scraper.get("/hello").status == 200);
}

TEST_CASE("clients that do not read their answers cannot fill the house", "[web][limits]") {
  Limits limits;
  limits.connections = 8;
  const auto large = piece(std::string(64'000'000, 'x'));
  Fixture house({hello(), {"/large", {"GET"}, at_once([&](const Request&) {
                             Response response;
                             response.body = {large};
                             return response;
                           })}},
                limits);
  std::vector<Client> readers;
  for (int i = 0; i < 24; ++i) {
    readers.emplace_back(house.port()).send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(Client(house.port()).get("/hello").status == 200);
  }
}

TEST_CASE("when everybody is busy a new connection is refused", "[web][limits]") {
  Limits limits;
  limits.connections = 1;
  std::atomic<bool> busy = false;
  Respond kept;
  Fixture house({hello(),
                 {"/busy",
                  {"GET"},
                  [&](const Request&, Respond respond) {
                    kept = std::move(respond);
                    busy = true;
                  }}},
                limits);
  Client first(house.port());
  first.send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n");
  while (!busy) std::this_thread::sleep_for(milliseconds{1});
  Client second(house.port());
  CHECK(second.is_closed_within(seconds{2}));
  kept(plain(200, "done"));
  CHECK(first.receive().body == "done\n");
}

TEST_CASE("without descriptors for new connections the server waits instead of spinning", "[web][limits]") {
  Fixture house({hello()});
  const int free = ::open("/dev/null", O_RDONLY);
  REQUIRE(free >= 0);
  ::close(free);
  // One descriptor is left, and the client's own end takes it.
  rlimit usual{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &usual) == 0);
  rlimit tight = usual;
  tight.rlim_cur = static_cast<rlim_t>(free) + 1;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
  Client client(house.port());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

  const std::clock_t before = std::clock();
  const bool closed = client.is_closed_within(milliseconds{400});
  const double used = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &usual) == 0);
  CHECK_FALSE(closed);
  CHECK(used < 0.1);
  CHECK(client.receive().status == 200);
}
