// The transport over real sockets, against peers that misbehave on the wire.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "exporter/api/httplib_transport.h"
#include "exporter/locks.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Listens on loopback and hands each connection to `serve`, on a thread of its own, with its number from 0.
class Peer {
 public:
  using Serve = std::function<void(int socket, int number)>;
  explicit Peer(Serve serve) : serve_(std::move(serve)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(socket_, 16);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    accepting_ = std::jthread([this] { accept(); });
  }
  ~Peer() {
    ::shutdown(socket_, SHUT_RDWR);
    accepting_.join();
    serving_.clear();
    ::close(socket_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] Endpoint endpoint() const { return {.tls = false, .host = "127.0.0.1", .port = port}; }

  std::uint16_t port = 0;
  std::atomic<int> connections = 0;

 private:
  void accept() {
    for (int socket = ::accept(socket_, nullptr, nullptr); socket >= 0; socket = ::accept(socket_, nullptr, nullptr)) {
      // Whoever has gone may leave what was sent unread: then the kernel tries again, ever more rarely, for minutes.
      constexpr timeval patience{.tv_sec = 1, .tv_usec = 0};
      ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
      serving_.emplace_back([this, socket, number = connections++] {
        serve_(socket, number);
        ::close(socket);
      });
    }
  }
  const Serve serve_;
  const int socket_;
  std::vector<std::jthread> serving_;
  std::jthread accepting_;
};

/// Reads one request, headers and a body of Content-Length; empty when the peer has gone.
std::string read_request(int socket) {
  std::string text;
  char buffer[4096];
  while (true) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t at = text.find("Content-Length: ");
      const std::size_t body = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
      if (text.size() >= end + 4 + body) return text;
    }
    const ssize_t count = ::recv(socket, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

bool write(int socket, const std::string& text) {
  return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

HttpRequest request() {
  HttpRequest request;
  request.headers = {{"Host", "mps.example"}, {"Content-Type", "application/json"}};
  request.body = "{}";
  return request;
}

struct Bench {
  SystemClock clock;
  HttplibTransport transport{clock, {.ca_file = {}, .largest_body = 100000}};

  Result<HttpResponse, Failure> send(const Endpoint& endpoint, milliseconds timeout = seconds{5},
                                     std::stop_token stop = {}) {
    return transport.send(endpoint, request(), clock.steady_now() + timeout, stop);
  }
};

/// How long a call took, and that it failed so.
void check_fails(const Result<HttpResponse, Failure>& result, FailureKind kind) {
  REQUIRE_FALSE(result);
  CAPTURE(result.error().sentence);
  CHECK(word(result.error().kind) == word(kind));
  CHECK_FALSE(result.error().sentence.empty());
}

milliseconds took(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
}

}  // namespace

TEST_CASE("a request goes out as it was signed, and connections are kept", "[wire][transport]") {
  Mutex mutex;
  std::vector<std::string> seen;
  Peer peer([&](int socket, int) {
    for (std::string text = read_request(socket); !text.empty(); text = read_request(socket)) {
      {
        const Lock lock(mutex);
        seen.push_back(text);
      }
      write(socket, answer("hello"));
    }
  });
  {
    Bench bench;
    for (int i = 0; i < 3; ++i) {
      const auto response = bench.send(peer.endpoint());
      REQUIRE(response);
      CHECK(response->status == 200);
      CHECK(response->body == "hello");
    }
  }
  CHECK(peer.connections == 1);
  const Lock lock(mutex);
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].starts_with("POST / HTTP/1.1\r\n"));
  CHECK(seen[0].find("Host: mps.example\r\n") != std::string::npos);
  CHECK(seen[0].find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(seen[0].find("Accept-Encoding: gzip\r\n") != std::string::npos);
  CHECK(seen[0].ends_with("\r\n\r\n{}"));
}

TEST_CASE("a kept connection that the peer has closed is replaced without a failure", "[wire][transport]") {
  Peer peer([&](int socket, int) {
    if (!read_request(socket).empty()) write(socket, answer("once"));
  });
  Bench bench;
  for (int i = 0; i < 5; ++i) REQUIRE(bench.send(peer.endpoint()));
  CHECK(peer.connections >= 5);
}

TEST_CASE("a peer that hangs, drips a head or drips a body is left at the deadline", "[wire][transport]") {
  const auto first = GENERATE(as<std::string>{}, "",
                              "HTTP/1.1 200 OK\r\nX-Slow: ", "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n");
  std::atomic<bool> over = false;
  Peer peer([&](int socket, int) {
    read_request(socket);
    write(socket, first);
    while (!over && write(socket, first.empty() ? "" : "x")) std::this_thread::sleep_for(milliseconds{20});
  });
  Bench bench;
  const auto time = took([&] { check_fails(bench.send(peer.endpoint(), milliseconds{300}), FailureKind::timeout); });
  CHECK(time < seconds{3});
  over = true;
}

TEST_CASE("a stop ends a call at once", "[wire][transport]") {
  std::atomic<bool> over = false;
  Peer peer([&](int, int) {
    while (!over) std::this_thread::sleep_for(milliseconds{5});
  });
  Bench bench;
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds{50});
    stop.request_stop();
  });
  const auto time =
      took([&] { check_fails(bench.send(peer.endpoint(), seconds{30}, stop.get_token()), FailureKind::stopped); });
  CHECK(time < seconds{5});
  over = true;
}

TEST_CASE("nobody there, a cut connection and an endless body are failures of their kinds", "[wire][transport]") {
  Bench bench;
  SECTION("refused") {
    std::uint16_t port = 0;
    {
      const Peer gone([](int, int) {});
      port = gone.port;
    }
    check_fails(bench.send({.tls = false, .host = "127.0.0.1", .port = port}), FailureKind::network);
  }
  SECTION("no such name") {
    check_fails(bench.send({.tls = false, .host = "no.such.name.invalid", .port = 80}), FailureKind::network);
  }
  SECTION("closed without an answer") {
    Peer peer([](int socket, int) { read_request(socket); });
    check_fails(bench.send(peer.endpoint()), FailureKind::network);
  }
  SECTION("cut in the body") {
    Peer peer([](int socket, int) {
      read_request(socket);
      write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    });
    check_fails(bench.send(peer.endpoint()), FailureKind::network);
  }
  SECTION("too large") {
    Peer peer([](int socket, int) {
      read_request(socket);
      write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const std::string chunk = "2710\r\n" + std::string(10000, 'x') + "\r\n";
      while (write(socket, chunk)) {
      }
    });
    check_fails(bench.send(peer.endpoint()), FailureKind::answer);
  }
  SECTION("a head without an end") {
    Peer peer([](int socket, int) {
      read_request(socket);
      write(socket, "HTTP/1.1 200 OK\r\n");
      std::string lines;
      for (int i = 0; i < 1000; ++i) lines += "X-Filler: 0123456789\r\n";
      while (write(socket, lines)) {
      }
    });
    const auto answer = bench.send(peer.endpoint(), seconds{30});
    REQUIRE_FALSE(answer);
    // Newer versions of cpp-httplib close the connection themselves at the hundredth line, and say no more than that.
    const FailureKind kind = answer.error().kind;
    check_fails(answer, kind == FailureKind::network ? kind : FailureKind::answer);
  }
  SECTION("not TLS") {
    Peer peer([](int socket, int) { write(socket, "hello, this is no TLS\r\n"); });
    check_fails(bench.send({.tls = true, .host = "127.0.0.1", .port = peer.port}), FailureKind::network);
  }
}

TEST_CASE("a name that is not looked up in time, or at all, is told as that", "[wire][transport]") {
  std::promise<void> over;
  const std::shared_future<void> is_over = over.get_future().share();
  const LookUp look_up = [is_over](const std::string& host) -> Result<Addresses, Failure> {
    if (host == "hangs.example") is_over.wait();
    return Unexpected(Failure{.kind = FailureKind::network, .sentence = "nobody knows it"});
  };
  const SystemClock clock;
  HttplibTransport transport(clock, {.ca_file = {}, .look_up = look_up});
  std::stop_source stop;
  const auto send = [&](const std::string& host, milliseconds timeout) {
    const Endpoint endpoint{.tls = true, .host = host, .port = 443};
    return transport.send(endpoint, request(), clock.steady_now() + timeout, stop.get_token());
  };
  SECTION("in time") {
    const auto time = took([&] { check_fails(send("hangs.example", milliseconds{100}), FailureKind::network); });
    CHECK(time < seconds{5});
  }
  SECTION("a stop ends it") {
    std::jthread stopper([&] {
      std::this_thread::sleep_for(milliseconds{50});
      stop.request_stop();
    });
    check_fails(send("hangs.example", seconds{60}), FailureKind::stopped);
  }
  SECTION("at all") {
    const auto answer = send("unknown.example", seconds{5});
    check_fails(answer, FailureKind::network);
    CHECK(answer.error().sentence == "cannot connect to unknown.example: nobody knows it");
  }
  over.set_value();
}

TEST_CASE("of several addresses of a name the next is tried where nobody is", "[wire][transport]") {
  Peer peer([](int socket, int) {
    while (!read_request(socket).empty()) write(socket, answer("hello"));
  });
  const SystemClock clock;
  const LookUp look_up = [](const std::string&) -> Result<Addresses, Failure> {
    return Addresses{"127.0.0.9", "::1", "127.0.0.1"};
  };
  HttplibTransport transport(clock, {.ca_file = {}, .look_up = look_up});
  const Endpoint cloud{.tls = false, .host = "mps.example", .port = peer.port};
  for (int i = 0; i < 3; ++i) REQUIRE(transport.send(cloud, request(), clock.steady_now() + seconds{5}, {}));
  CHECK(peer.connections == 1);
}

TEST_CASE("an answer without a body that comes through a proxy is the cloud's", "[wire][transport]") {
  Peer proxy([](int socket, int) {
    read_request(socket);
    write(socket, "HTTP/1.1 204 No Content\r\n\r\n");
  });
  const SystemClock clock;
  const ProxyAddress address{.host = "127.0.0.1", .port = proxy.port, .user = "", .password = {}};
  HttplibTransport transport(clock, {.ca_file = {}, .proxies = {.own = address}});
  const Endpoint cloud{.tls = false, .host = "mps.example", .port = 80};
  const auto answer = transport.send(cloud, request(), clock.steady_now() + seconds{5}, {});
  REQUIRE(answer);
  CHECK(answer->status == 204);
}

TEST_CASE("calls side by side do not wait for each other", "[wire][transport]") {
  Peer peer([](int socket, int) {
    for (std::string text = read_request(socket); !text.empty(); text = read_request(socket)) {
      std::this_thread::sleep_for(milliseconds{100});
      write(socket, answer("late"));
    }
  });
  std::atomic<int> good = 0;
  {
    Bench bench;
    const auto time = took([&] {
      std::vector<std::jthread> callers;
      for (int i = 0; i < 8; ++i) {
        callers.emplace_back([&] {
          for (int n = 0; n < 3; ++n) good += bench.send(peer.endpoint()) ? 1 : 0;
        });
      }
    });
    CHECK(time < milliseconds{8 * 3 * 100});
  }
  CHECK(good == 24);
}
