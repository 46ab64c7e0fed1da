// A small blocking client that sends exactly the bytes it is given, and a server to send them to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/web/server.h"

namespace taskqueue::web::raw {

/// What came back for one request.
struct Answer {
  int status = 0;  // 0: nothing came
  std::string head;
  std::string body;

  [[nodiscard]] bool has(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

class Client {
 public:
  /// Connects to the port on 127.0.0.1, or on ::1.
  explicit Client(std::uint16_t port, bool ipv6 = false)
      : socket_(::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0)) {
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_storage address{};
    socklen_t size = 0;
    if (ipv6) {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      v6.sin6_addr = in6addr_loopback;
      size = sizeof v6;
      std::memcpy(&address, &v6, size);
    } else {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      size = sizeof v4;
      std::memcpy(&address, &v4, size);
    }
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
      const int error = errno;
      if (socket_ >= 0) ::close(socket_);
      throw std::runtime_error("cannot connect: " + std::to_string(error));
    }
  }
  Client(Client&& other) noexcept : socket_(std::exchange(other.socket_, -1)), left_(std::move(other.left_)) {}
  Client& operator=(Client&&) = delete;
  ~Client() {
    if (socket_ >= 0) ::close(socket_);
  }

  /// False once the other side does not take bytes any more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// One answer by its Content-Length; `head_only` for the answer to a HEAD.
  Answer receive(bool head_only = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = left_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return answer;
    }
    answer.head = left_.substr(0, end + 2);
    left_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(answer.head.find(' ') + 1, 3));
    if (head_only) return answer;
    const std::size_t length = content_length(answer.head);
    while (left_.size() < length && more()) {
    }
    answer.body = left_.substr(0, length);
    left_.erase(0, answer.body.size());
    return answer;
  }

  Answer ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }

  Answer get(std::string_view path) { return ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n"); }

  /// True if the other side closes within `patience`, whatever it still says before.
  bool is_closed_within(Milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const auto rest = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
      if (rest <= Milliseconds{0}) return false;
      if (!more(rest)) return closed_;
    }
  }

  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  static std::size_t content_length(const std::string& head) {
    const std::string name = "Content-Length: ";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
  }

 private:
  bool more(Milliseconds patience = std::chrono::seconds{10}) {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return false;
    char bytes[16384];
    const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
    closed_ = n <= 0;
    if (!closed_) left_.append(bytes, static_cast<std::size_t>(n));
    return !closed_;
  }

  int socket_;
  std::string left_;
  bool closed_ = false;
};

/// A started server on a free port of 127.0.0.1.
struct Fixture {
  explicit Fixture(std::vector<Route> routes, Limits limits = {}, std::string_view address = "127.0.0.1:0")
      : server(Router(std::move(routes)), clock, log, {.limits = limits, .on_bug = {}}) {
    const auto listening = server.listen(address);
    if (!listening) throw std::runtime_error(listening.error());
    server.start();
  }
  [[nodiscard]] std::uint16_t port() const { return server.bound().at(0).port; }

  SystemClock clock;
  SilentLog log;
  Server server;
};

/// `GET /hello` says hello.
inline Route hello() {
  return {"/hello", {"GET"}, at_once([](const Request&) { return plain(200, "hello"); })};
}

class Stopwatch {
 public:
  [[nodiscard]] Milliseconds so_far() const {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - began_);
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace taskqueue::web::raw
