// TLS and passwords over real sockets: big answers, slow and vanishing clients, handshakes that never end.
#include <thread>

#include "exporter/random.h"
#include "tests/catch.h"
#include "tests/unit/web/web_folder.h"
#include "tests/web/raw_client.h"
#include "tests/web/tls_client.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace taskqueue::web::raw;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const std::string tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";
// Of "secret", at the lowest cost.
const std::string users = "basic_auth_users:\n  alice: $2y$04$1hDrWMEjTnIqZSHB7ySWQeRLGCd0etW894F1UCE3oPAMiDsTxGO2.\n";
const std::string alice = "Authorization: Basic YWxpY2U6c2VjcmV0\r\n";
const std::string guess = "Authorization: Basic YWxpY2U6Z3Vlc3M=\r\n";

/// Pieces of awkward sizes, some empty: 6 MB whose every byte tells where it stands.
Response big() {
  Response response;
  std::size_t position = 0;
  for (int round = 0; round < 40; ++round) {
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 5, 300, 16383, 16384, 16385, 40000, 65536}) {
      std::string text(size, '\0');
      for (char& c : text) c = static_cast<char>('a' + position++ % 23);
      response.body.push_back(piece(std::move(text)));
    }
  }
  return response;
}

class House {
 public:
  explicit House(const std::string& text, Limits limits = {}) : file_(folder_.write("web.yml", text), clock_, log_) {
    if (!file_.open().empty()) throw std::runtime_error("a wrong configuration");
    server.emplace(
        Router({hello(), {"/big", {"GET"}, at_once([](const Request&) { return big(); })}}), clock_, log_,
        ServerOptions{.limits = limits, .on_bug = {}, .web_config = &file_, .chore = {}, .random = &random_});
    if (!server->listen("127.0.0.1:0")) throw std::runtime_error("cannot listen");
    server->start();
  }
  [[nodiscard]] std::uint16_t port() const { return server->bound().at(0).port; }

 private:
  WebFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  SilentLog log_;
  WebConfigFile file_;

 public:
  std::optional<Server> server;
};

Limits hasty_tls() {
  Limits limits;
  limits.head_time = milliseconds{200};
  limits.linger_time = milliseconds{100};
  return limits;
}

bool is_ok(const std::string& answer) { return answer.starts_with("HTTP/1.1 200 OK"); }

}  // namespace

TEST_CASE("requests over TLS are answered on one connection, and its end is told", "[web][tls]") {
  const House house(tls);
  TlsClient client(house.port());
  REQUIRE(client.shaken());
  CHECK(is_ok(client.ask("/hello")));
  CHECK(is_ok(client.ask("/hello", "Connection: close\r\n")));
  CHECK(client.read().empty());
  CHECK(client.ended_cleanly());
}

TEST_CASE("a big answer in awkward pieces arrives whole, also to a slow reader", "[web][tls]") {
  const House house(tls);
  const std::string wanted = big().text();
  TlsClient client(house.port(), 4096);
  REQUIRE(client.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::string answer;
  for (int turn = 0; answer.size() < wanted.size(); ++turn) {
    const std::string part = client.read(turn % 2 == 0 ? 700 : 16000);
    if (part.empty()) break;
    answer += part;
    if (turn < 20) std::this_thread::sleep_for(milliseconds{5});
    if (const auto end = answer.find("\r\n\r\n"); turn < 5 && end != std::string::npos) answer.erase(0, end + 4);
  }
  CHECK(answer.size() == wanted.size());
  CHECK((answer == wanted));
}

TEST_CASE("others are served while somebody does not read", "[web][tls]") {
  const House house(tls);
  TlsClient lazy(house.port(), 4096);
  REQUIRE(lazy.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
  const Stopwatch watch;
  for (int i = 0; i < 5; ++i) CHECK(is_ok(TlsClient(house.port()).ask("/hello")));
  CHECK(watch.so_far() < seconds{5});
}

TEST_CASE("clients that vanish in the middle of everything do no harm", "[web][tls]") {
  const House house(tls + users);
  for (int turn = 0; turn < 30; ++turn) {
    if (turn % 3 == 0) Client(house.port()).send(std::string("\x16\x03\x01", 3));
    TlsClient client(house.port(), 4096);
    client.send("GET /big HTTP/1.1\r\nHost: x\r\n" + (turn % 2 == 0 ? alice : guess) + "\r\n");
    if (turn % 5 == 0) client.read(100);
  }
  CHECK(is_ok(TlsClient(house.port()).ask("/hello", alice)));
}

TEST_CASE("plain HTTP on a TLS port gets an answer it can read", "[web][tls]") {
  const House house(tls);
  Client client(house.port());
  const Answer answer = client.get("/hello");
  CHECK(answer.status == 400);
  CHECK(answer.body == "This port speaks HTTPS: ask with https:// instead of http://.\n");
  CHECK(client.is_closed_within(seconds{3}));
}

TEST_CASE("TLS on a plain port ends at once", "[web][tls]") {
  const Fixture house({hello()});
  CHECK_FALSE(TlsClient(house.port()).shaken());
}

TEST_CASE("handshakes that do not come or do not end are closed in time", "[web][tls]") {
  const House house(tls, hasty_tls());
  Client silent(house.port());
  Client half(house.port());
  half.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  Client nonsense(house.port());
  nonsense.send("\x16" + std::string(2000, 'x'));
  for (Client* each : {&silent, &half, &nonsense}) CHECK(each->is_closed_within(seconds{3}));
}

TEST_CASE("half handshakes make room for who comes after them", "[web][tls]") {
  Limits limits;
  limits.connections = 4;
  const House house(tls, limits);
  std::vector<std::unique_ptr<Client>> half;
  for (int i = 0; i < 10; ++i) {
    half.push_back(std::make_unique<Client>(house.port()));
    half.back()->send(std::string("\x16\x03\x01", 3));
  }
  CHECK(is_ok(TlsClient(house.port()).ask("/hello")));
  CHECK(half.front()->is_closed_within(seconds{1}));
}

TEST_CASE("a password is asked for, checked and remembered", "[web][tls]") {
  const House house(tls + users);
  TlsClient client(house.port());
  CHECK(client.ask("/hello").starts_with("HTTP/1.1 401"));
  CHECK(client.ask("/hello", guess).starts_with("HTTP/1.1 401"));
  CHECK(is_ok(client.ask("/hello", alice)));
  CHECK(is_ok(client.ask("/hello", alice)));
  CHECK(client.ask("/nothing", alice).starts_with("HTTP/1.1 404"));
}

TEST_CASE("a server ends although passwords wait to be checked", "[web][tls]") {
  House house(users);
  std::vector<std::unique_ptr<Client>> guessers;
  for (int i = 0; i < 40; ++i) {
    guessers.push_back(std::make_unique<Client>(house.port()));
    guessers.back()->send("GET /hello HTTP/1.1\r\nHost: x\r\n" + guess + "\r\n");
  }
  const Stopwatch watch;
  house.server->stop(milliseconds{50});
  house.server.reset();
  CHECK(watch.so_far() < seconds{3});
}
