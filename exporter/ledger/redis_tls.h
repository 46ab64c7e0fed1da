// TLS to Redis: the server's certificate is checked against the system's authorities (or those of SSL_CERT_FILE).
#pragma once

#include <memory>
#include <string>

#include "exporter/ledger/redis_stream.h"

namespace taskqueue {

/// Shakes hands; `host` is the name or address that the certificate must bear.
[[nodiscard]] Result<std::unique_ptr<RedisStream>, Failure> open_tls(RedisSocket socket, const std::string& host,
                                                                     const Clock& clock, SteadyTime deadline);

}  // namespace taskqueue
