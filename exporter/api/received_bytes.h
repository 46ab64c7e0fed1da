// How much a connection has received: what a head takes shows nowhere else before it is whole.
#pragma once

#include <cstdint>

namespace taskqueue {

/// Bytes that the peer has sent on this TCP connection so far; 0 where the system does not tell.
[[nodiscard]] std::uint64_t received_bytes(int socket);

}  // namespace taskqueue
