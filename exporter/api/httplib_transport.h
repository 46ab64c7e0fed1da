// Transport over sockets and TLS by cpp-httplib, with what it lacks: one deadline for a whole call, a cap on the body,
// strict host names, a pool of kept connections.
#pragma once

#include <filesystem>
#include <memory>

#include "exporter/api/name_lookup.h"
#include "exporter/api/proxy_rules.h"
#include "exporter/api/transport.h"

namespace taskqueue {

class HttplibTransport final : public Transport {
 public:
  struct Options {
    std::filesystem::path ca_file;  // empty: the system's certificates
    ProxyRules proxies{};
    std::size_t largest_body = std::size_t{8} << 20U;  // bytes, after decompression
    Milliseconds idle_limit =
        std::chrono::seconds{20};  // older kept connections are not used: the clouds close at 25 s
    LookUp look_up = look_up_by_system;
  };

  /// Starts one thread, the watchdog that ends calls past their deadline. Uses, does not own, `clock`.
  HttplibTransport(const Clock& clock, Options options);
  ~HttplibTransport() override;

  Result<HttpResponse, Failure> send(const Endpoint& endpoint, const HttpRequest& request, SteadyTime deadline,
                                     const std::stop_token& stop) override;

 private:
  class Pool;
  class Watchdog;
  const Clock& clock_;
  const Options options_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Watchdog> watchdog_;
};

}  // namespace taskqueue
