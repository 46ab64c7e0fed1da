#include "exporter/simulator/listener.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

/// A client that knows no HTTP.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(const std::string& bytes) const { REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0); }

  /// One answer: up to the length that its head says, or as much as comes.
  std::string receive() {
    std::string bytes;
    std::size_t whole = std::string::npos;
    while (bytes.size() < whole) {
      std::array<char, 4096> part{};
      const auto count = ::recv(socket_, part.data(), part.size(), 0);
      if (count <= 0) break;
      bytes.append(part.data(), static_cast<std::size_t>(count));
      const auto end = bytes.find("\r\n\r\n");
      const auto length = bytes.find("Content-Length: ");
      if (end != std::string::npos && length < end) whole = end + 4 + std::stoul(bytes.substr(length + 16));
    }
    return bytes;
  }

 private:
  int socket_;
  bool connected_ = false;
};

struct ListenerFixture {
  ManualClock clock{noon};
  Cloud cloud{small_cloud(), clock};
  Listener listener{cloud, {}};

  void fault(const std::string& kind) {
    REQUIRE(control(cloud, "POST", "faults", "[{\"kind\": \"" + kind + "\"}]").status == 200);
  }
};

std::string on_the_wire(const Request& request) {
  std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const Header& header : request.headers) bytes += header.name + ": " + header.value + "\r\n";
  return bytes + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
}

std::string good(const ListenerFixture& f) {
  return on_the_wire(tencent_request(mps(), R"({"Status":"FINISH"})", f.clock.wall_now()));
}

bool fine(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.find("\"TotalCount\"") != std::string::npos;
}

}  // namespace

TEST_CASE("a connection serves one request after another", "[simulator][listener]") {
  ListenerFixture f;
  Wire wire(f.listener.port());
  for (int i = 0; i < 20; ++i) {
    wire.send(good(f));
    REQUIRE(fine(wire.receive()));
  }
}

TEST_CASE("a body may come in chunks and in pieces", "[simulator][listener]") {
  ListenerFixture f;
  Wire wire(f.listener.port());
  std::string request = good(f);
  request.replace(request.find("Content-Length: 19"), 18, "Transfer-Encoding: chunked");
  request.replace(request.find("{\"Status"), 19, "5\r\n{\"Sta\r\ne\r\ntus\":\"FINISH\"}\r\n0\r\n\r\n");
  for (std::size_t i = 0; i < request.size(); i += 100) wire.send(request.substr(i, 100));
  CHECK(fine(wire.receive()));
}

TEST_CASE("silent connections keep nobody waiting", "[simulator][listener]") {
  ListenerFixture f;
  std::vector<std::unique_ptr<Wire>> silent;
  for (int i = 0; i < 50; ++i) silent.push_back(std::make_unique<Wire>(f.listener.port()));
  Wire wire(f.listener.port());
  wire.send(good(f));
  CHECK(fine(wire.receive()));
}

TEST_CASE("what is no HTTP ends the connection", "[simulator][listener]") {
  ListenerFixture f;
  Wire wire(f.listener.port());
  wire.send("hello\r\n\r\n");
  CHECK(wire.receive().empty());
}

TEST_CASE("close gives no byte, cut gives half a body", "[simulator][listener]") {
  ListenerFixture f;
  f.fault("close");
  Wire closed(f.listener.port());
  closed.send(good(f));
  CHECK(closed.receive().empty());
  f.fault("cut");
  Wire cut(f.listener.port());
  cut.send(good(f));
  const std::string answer = cut.receive();
  const auto length = std::stoul(answer.substr(answer.find("Content-Length: ") + 16));
  const auto body = answer.size() - answer.find("\r\n\r\n") - 4;
  CHECK(body == length / 2);
}

TEST_CASE("stopping takes no time, whatever the connections are doing", "[simulator][listener]") {
  ListenerFixture f;
  const std::string kind = GENERATE(as<std::string>(), "hang", "drip", "slow");
  f.fault(kind);
  Wire wire(f.listener.port());
  Wire silent(f.listener.port());
  wire.send(good(f));
  while (control(f.cloud, "GET", "requests").body.find("DescribeTasks") == std::string::npos) std::this_thread::yield();
  const auto before = std::chrono::steady_clock::now();
  f.listener.stop();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::milliseconds{500});
  CHECK_FALSE(fine(wire.receive()));
}

TEST_CASE("a port is taken once", "[simulator][listener]") {
  ListenerFixture f;
  CHECK_THROWS_WITH(Listener(f.cloud, {.port = f.listener.port()}), ContainsSubstring("Address already in use"));
  CHECK(f.listener.url() == "http://127.0.0.1:" + std::to_string(f.listener.port()));
}

TEST_CASE("addresses are read with care", "[simulator][listener]") {
  CHECK(parse_listen_address("127.0.0.1:80") == ListenAddress{"127.0.0.1", 80});
  CHECK(parse_listen_address("[::1]:0") == ListenAddress{"::1", 0});
  CHECK(parse_listen_address(":9") == ListenAddress{"", 9});
  CHECK_THROWS_AS(parse_listen_address("localhost"), std::invalid_argument);
  CHECK_THROWS_AS(parse_listen_address("localhost:80000"), std::invalid_argument);
  CHECK_THROWS_AS(parse_listen_address("localhost:http"), std::invalid_argument);
}

}  // namespace taskqueue::simulator
