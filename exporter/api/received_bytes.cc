#include "exporter/api/received_bytes.h"

// The kernel's own header: the C library's has an older tcp_info, and both in one file clash.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace taskqueue {

std::uint64_t received_bytes(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  const bool is_told = size >= offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received;
  return is_told ? info.tcpi_bytes_received : 0;
}

}  // namespace taskqueue
