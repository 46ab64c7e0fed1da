// Carries a request to an endpoint and brings the answer back: over sockets, or in one process in a simulated day.
#pragma once

#include <stop_token>

#include "exporter/api/http.h"
#include "exporter/clock.h"
#include "exporter/config/endpoint.h"
#include "exporter/failure.h"
#include "exporter/result.h"

namespace taskqueue {

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Any HTTP status is an answer; failures are `network`, `timeout`, `answer` (too large) and `stopped`.
  /// Returns soon after `deadline` or a stop request, whatever the other side does. Thread-safe.
  virtual Result<HttpResponse, Failure> send(const Endpoint& endpoint, const HttpRequest& request, SteadyTime deadline,
                                             const std::stop_token& stop) = 0;
};

}  // namespace taskqueue
