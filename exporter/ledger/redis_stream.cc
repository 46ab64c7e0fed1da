#include "exporter/ledger/redis_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "exporter/api/name_lookup.h"
#include "exporter/ledger/redis_tls.h"

namespace taskqueue {
namespace {

Failure broken(const std::string& what, int error) {
  return {.kind = FailureKind::network, .sentence = what + ": " + std::strerror(error)};
}

Failure late() { return {.kind = FailureKind::timeout, .sentence = "Redis did not answer in time"}; }

class PlainStream final : public RedisStream {
 public:
  PlainStream(RedisSocket socket, const Clock& clock) : socket_(std::move(socket)), clock_(clock) {}

  Result<Done, Failure> write(std::string_view bytes, SteadyTime deadline) override {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        return Unexpected(broken("the connection to Redis broke", errno));
      } else if (auto ready = wait_for(socket_, SocketReadiness::to_write, clock_, deadline); !ready) {
        return ready;
      }
    }
    return Done{};
  }

  Result<std::size_t, Failure> read(std::span<char> into, SteadyTime deadline) override {
    while (true) {
      const ssize_t got = ::recv(socket_.descriptor(), into.data(), into.size(), 0);
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0) return Unexpected(redis_has_closed());
      if (errno != EAGAIN && errno != EINTR) return Unexpected(broken("the connection to Redis broke", errno));
      if (const auto ready = wait_for(socket_, SocketReadiness::to_read, clock_, deadline); !ready) {
        return Unexpected(ready.error());
      }
    }
  }

  [[nodiscard]] bool is_quiet() const override { return nothing_to_read(socket_); }

 private:
  const RedisSocket socket_;
  const Clock& clock_;
};

/// The name has been looked up: this reads numbers only.
Result<std::shared_ptr<addrinfo>, Failure> read_address(const std::string& numbers, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(numbers.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error == 0) return std::shared_ptr<addrinfo>(found, ::freeaddrinfo);
  return Unexpected(Failure{.kind = FailureKind::network, .sentence = numbers + " is no address of Redis"});
}

Result<RedisSocket, Failure> connect_to(const addrinfo& where, const Clock& clock, SteadyTime deadline) {
  const int descriptor = ::socket(where.ai_family, where.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, where.ai_protocol);
  if (descriptor < 0) return Unexpected(broken("no socket for Redis", errno));
  RedisSocket socket(descriptor);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(descriptor, where.ai_addr, where.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return Unexpected(broken("cannot connect to Redis", errno));
    if (const auto ready = wait_for(socket, SocketReadiness::to_write, clock, deadline); !ready) {
      return Unexpected(ready.error());
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Unexpected(broken("cannot connect to Redis", error));
  }
  return socket;
}

}  // namespace

RedisSocket::RedisSocket(RedisSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RedisSocket::~RedisSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Failure redis_has_closed() { return {.kind = FailureKind::network, .sentence = "Redis has closed the connection"}; }

bool nothing_to_read(const RedisSocket& socket) {
  pollfd each{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&each, 1, 0) == 0;
}

Result<Done, Failure> wait_for(const RedisSocket& socket, SocketReadiness what, const Clock& clock,
                               SteadyTime deadline) {
  const short events = what == SocketReadiness::to_read ? POLLIN : POLLOUT;
  while (true) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - clock.steady_now()).count();
    if (left <= 0) return Unexpected(late());
    pollfd each{.fd = socket.descriptor(), .events = events, .revents = 0};
    const int ready = ::poll(&each, 1, static_cast<int>(std::min<Milliseconds::rep>(left, 60000)));
    if (ready > 0) return Done{};
    if (ready < 0 && errno != EINTR) return Unexpected(broken("waiting for Redis", errno));
  }
}

Result<std::unique_ptr<RedisStream>, Failure> open_stream(const RedisAddress& address, const Clock& clock,
                                                          SteadyTime deadline) {
  auto addresses = addresses_of(address.host, look_up_by_system, deadline, {});
  if (!addresses) {
    Failure failure = std::move(addresses).error();
    failure.sentence = "cannot connect to Redis: " + failure.sentence;
    return Unexpected(std::move(failure));
  }
  Failure last;
  for (const std::string& numbers : *addresses) {
    const auto where = read_address(numbers, address.port);
    if (!where) return Unexpected(where.error());
    auto socket = connect_to(**where, clock, deadline);
    if (socket && address.tls) return open_tls(std::move(*socket), address.host, clock, deadline);
    if (socket) return std::unique_ptr<RedisStream>(std::make_unique<PlainStream>(std::move(*socket), clock));
    last = socket.error();
  }
  return Unexpected(last);
}

}  // namespace taskqueue
