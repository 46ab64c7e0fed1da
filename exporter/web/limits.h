// What one client may take of us. The defaults suit an exporter that a few Prometheus servers and people ask.
#pragma once

#include <chrono>
#include <cstddef>

#include "exporter/clock.h"

namespace taskqueue::web {

struct Limits {
  /// For the whole head of a request: from the connection's begin for the first, from its first byte for later ones.
  Milliseconds head_time = std::chrono::seconds{5};
  /// For the whole body, after the head.
  Milliseconds body_time = std::chrono::seconds{5};
  /// How long a kept connection may be silent between requests. Longer than the usual scrape interval of a minute.
  Milliseconds idle_time = std::chrono::seconds{120};
  /// For the whole answer: the handler's work and the client's reading.
  Milliseconds answer_time = std::chrono::seconds{30};
  /// How long we wait for a client to read our last words before its connection is closed.
  Milliseconds linger_time = std::chrono::seconds{1};
  /// How long nothing is read of a client that was refused and has more to say.
  Milliseconds refusal_rest = Milliseconds{100};
  /// How long accepting rests when the system has no descriptor or memory for one more connection.
  Milliseconds accept_rest = Milliseconds{100};

  std::size_t head_bytes = std::size_t{16} * 1024;
  std::size_t header_count = 100;
  std::size_t body_bytes = std::size_t{64} * 1024;
  /// One more, and the one that can be spared most easily is closed (see Line in crowd.h). The server takes no more than
  /// half of the process's descriptors, whatever stands here.
  std::size_t connections = 2048;
};

}  // namespace taskqueue::web
