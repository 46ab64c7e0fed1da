// The bytes of one connection to Redis, plain or by TLS, where every step ends by its deadline. hiredis waits for each
// read anew and has no TLS in Debian 12; so it only reads the protocol for us.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "exporter/clock.h"
#include "exporter/config/endpoint.h"
#include "exporter/failure.h"
#include "exporter/result.h"

namespace taskqueue {

/// A connected TCP socket that never blocks by itself.
class RedisSocket {
 public:
  explicit RedisSocket(int descriptor) : descriptor_(descriptor) {}
  RedisSocket(RedisSocket&& other) noexcept;
  RedisSocket& operator=(RedisSocket&&) = delete;
  ~RedisSocket();

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// What to wait for at a socket.
enum class SocketReadiness { to_read, to_write };

/// Waits until the socket is ready, or fails when `deadline` passes.
[[nodiscard]] Result<Done, Failure> wait_for(const RedisSocket& socket, SocketReadiness what, const Clock& clock,
                                             SteadyTime deadline);

/// True if nothing has come in, not even the end.
[[nodiscard]] bool nothing_to_read(const RedisSocket& socket);

[[nodiscard]] Failure redis_has_closed();

/// Used by one thread at a time.
class RedisStream {
 public:
  RedisStream() = default;
  RedisStream(const RedisStream&) = delete;
  RedisStream& operator=(const RedisStream&) = delete;
  virtual ~RedisStream() = default;

  /// Sends all of it.
  [[nodiscard]] virtual Result<Done, Failure> write(std::string_view bytes, SteadyTime deadline) = 0;
  /// At least one byte; fails where the other side has closed.
  [[nodiscard]] virtual Result<std::size_t, Failure> read(std::span<char> into, SteadyTime deadline) = 0;
  /// True if nothing has come in since the last answer, not even the end.
  [[nodiscard]] virtual bool is_quiet() const = 0;
};

/// Connects, with TLS where the address says so.
[[nodiscard]] Result<std::unique_ptr<RedisStream>, Failure> open_stream(const RedisAddress& address, const Clock& clock,
                                                                        SteadyTime deadline);

}  // namespace taskqueue
