// A call's hold on the socket that a library has made for it.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

#include "exporter/api/received_bytes.h"
#include "exporter/locks.h"

namespace taskqueue {

/// A second descriptor of a connection's socket: shutting it down ends the call at once, in whatever step it is, and
/// the number cannot be somebody else's by then.
class SocketHandle {
 public:
  SocketHandle() = default;
  SocketHandle(const SocketHandle&) = delete;
  SocketHandle& operator=(const SocketHandle&) = delete;
  ~SocketHandle() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// A call that may receive so many bytes.
  void begin_call(std::uint64_t most_bytes) {
    const Lock lock(mutex_);
    ended_ = false;
    flooded_ = false;
    most_bytes_ = most_bytes + received();
  }
  /// Ends the call on the socket it has, and on any it opens after this.
  void end_call() {
    const Lock lock(mutex_);
    ended_ = true;
    shut_down();
  }
  /// Ends the call if it has received more than it may: cpp-httplib bounds neither a head nor what a chunk trails.
  void end_flood() {
    const Lock lock(mutex_);
    if (received() <= most_bytes_) return;
    flooded_ = true;
    ended_ = true;
    shut_down();
  }
  [[nodiscard]] bool was_flooded() {
    const Lock lock(mutex_);
    return flooded_;
  }
  void watch(int socket) {
    const Lock lock(mutex_);
    most_bytes_ -= received();
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = ::dup(socket);
    if (ended_) shut_down();
  }

 private:
  void shut_down() REQUIRES(mutex_) {
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
  }

  [[nodiscard]] std::uint64_t received() const REQUIRES(mutex_) {
    return descriptor_ >= 0 ? received_bytes(descriptor_) : 0;
  }

  Mutex mutex_;
  int descriptor_ GUARDED_BY(mutex_) = -1;
  std::uint64_t most_bytes_ GUARDED_BY(mutex_) = 0;  // of the connection, earlier calls included
  bool flooded_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;
};

}  // namespace taskqueue
