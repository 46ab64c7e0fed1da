// An attack on a web server from several addresses of this machine: silent, dripping and abusive connections.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace taskqueue::bench {

struct Goal {
  Goal(const std::string& host, std::uint16_t port, std::string given_path, std::chrono::milliseconds time)
      : path(std::move(given_path)), end(std::chrono::steady_clock::now() + time) {
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = ::inet_addr(host.c_str());
  }
  [[nodiscard]] bool is_over() const { return std::chrono::steady_clock::now() >= end; }

  sockaddr_in to{};
  const std::string path;
  const std::chrono::steady_clock::time_point end;
  std::array<std::atomic<unsigned>, 8> opened{};  // silent, dripping, the six kinds of abuse
};

/// A blocking connection from 127.0.0.1, where scrapes come from, or one of seven neighbours.
class Attacker {
 public:
  Attacker(Goal& goal, std::size_t kind, unsigned number, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (socket_ < 0) return;
    const timeval patience{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number % 8);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&goal.to), sizeof goal.to) == 0) {
      ++goal.opened.at(kind);
    } else {
      close();
    }
  }
  Attacker(Attacker&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Attacker& operator=(Attacker&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~Attacker() { close(); }

  /// False once the other side takes no more.
  bool send(std::string_view bytes) {
    return socket_ >= 0 && ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
  }
  /// Waits at most a second.
  bool read_some() {
    std::array<char, 65536> bin;
    return socket_ >= 0 && ::recv(socket_, bin.data(), bin.size(), 0) > 0;
  }
  /// Without waiting; throws away what has come.
  [[nodiscard]] bool is_open(std::size_t most = 4096) {
    if (socket_ < 0) return false;
    std::array<char, 4096> bin;
    const auto n = ::recv(socket_, bin.data(), std::min(most, bin.size()), MSG_DONTWAIT);
    return n > 0 || (n < 0 && errno == EAGAIN);
  }

 private:
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  int socket_;
};

inline std::string head(const Goal& goal, const std::string& headers = "") {
  return "GET " + goal.path + " HTTP/1.1\r\nHost: x\r\n" + headers;
}

inline void be_silent(Goal& goal, unsigned count) {
  std::vector<Attacker> attackers;
  const auto begin = [&](unsigned number) {
    Attacker attacker(goal, 0, number);
    if (number % 2 == 0) attacker.send(head(goal, "Half: "));
    return attacker;
  };
  for (unsigned number = 0; number < count; ++number) attackers.push_back(begin(number));
  while (!goal.is_over()) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    for (unsigned number = 0; number < count; ++number) {
      if (!attackers[number].is_open()) attackers[number] = begin(number);
    }
  }
}

inline void drip(Goal& goal, unsigned count) {
  std::vector<Attacker> attackers;
  // Every second one asks properly and then reads as slowly as the others write.
  const auto is_reader = [](unsigned number) { return number % 2 == 0; };
  const auto begin = [&](unsigned number) {
    Attacker attacker(goal, 1, number, is_reader(number) ? 2048 : 0);
    attacker.send(is_reader(number) ? head(goal, "\r\n") : head(goal, "Drip: "));
    return attacker;
  };
  for (unsigned number = 0; number < count; ++number) attackers.push_back(begin(number));
  while (!goal.is_over()) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    for (unsigned number = 0; number < count; ++number) {
      const bool alive =
          is_reader(number) ? attackers[number].is_open(1) : attackers[number].is_open() && attackers[number].send("x");
      if (!alive) attackers[number] = begin(number);
    }
  }
}

/// Until nothing comes for a second.
inline void listen(const Goal& goal, Attacker& attacker) {
  while (!goal.is_over() && attacker.read_some()) continue;
}

inline void flood(const Goal& goal, Attacker& attacker, std::string_view bytes) {
  for (int i = 0; i < 1000 && !goal.is_over() && attacker.send(bytes); ++i) continue;
  listen(goal, attacker);
}

inline std::string times(int count, std::string_view text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

inline void abuse(Goal& goal, unsigned number) {
  const std::string line(4096, 'x');
  const std::string headers = times(500, "a: bcd\r\n");
  const std::string chunks = times(4, "400\r\n" + std::string(0x400, 'x') + "\r\n");
  const std::string ranges = head(goal, "Range: bytes=" + times(1000, "0-9,1-5,") + "0-1\r\n\r\n");
  const std::string pipelined = times(50, head(goal, "\r\n")) + std::string(8192, '\x01');
  const std::string hello = std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(60, 'r');
  while (!goal.is_over()) {
    Attacker attacker(goal, 2 + number % 6, number);
    switch (number % 6) {
      case 0: attacker.send("GET /"), flood(goal, attacker, line); break;
      case 1: attacker.send(head(goal)), flood(goal, attacker, headers); break;
      case 2: attacker.send(head(goal, "Transfer-Encoding: chunked\r\n\r\n")), flood(goal, attacker, chunks); break;
      case 3: attacker.send(ranges), listen(goal, attacker); break;
      case 4: flood(goal, attacker, pipelined); break;
      default: attacker.send(hello), listen(goal, attacker);
    }
  }
}

/// `silent` connections say nothing or half a head; `dripping` ones send or read byte by byte; `abusive` ones do their
/// worst as fast as they can. One that ends is opened again. Returns when the goal's time is over.
inline void besiege(Goal& goal, unsigned silent, unsigned dripping, unsigned abusive) {
  std::vector<std::jthread> threads;
  if (silent > 0) threads.emplace_back([&] { be_silent(goal, silent); });
  if (dripping > 0) threads.emplace_back([&] { drip(goal, dripping); });
  for (unsigned number = 0; number < abusive; ++number) threads.emplace_back([&goal, number] { abuse(goal, number); });
}

}  // namespace taskqueue::bench
