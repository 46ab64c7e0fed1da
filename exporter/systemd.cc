#include "exporter/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace taskqueue {

void Systemd::ready(std::string_view status) const { tell("READY=1\nSTATUS=" + std::string(status)); }

void Systemd::reloading(SteadyTime now) const {
  // Linux's steady clock is CLOCK_MONOTONIC, which systemd means.
  const auto microseconds = std::chrono::floor<std::chrono::microseconds>(now.time_since_epoch()).count();
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void Systemd::stopping() const { tell("STOPPING=1"); }

void Systemd::alive() const { tell("WATCHDOG=1"); }

void Systemd::tell(const std::string& message) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!socket_ || socket_->empty() || socket_->size() >= sizeof address.sun_path) return;
  std::ranges::copy(*socket_, address.sun_path);
  if (socket_->front() == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_->size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as the sockets' interface has it.
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  ::sendto(descriptor, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT, to, length);
  ::close(descriptor);
}

}  // namespace taskqueue
