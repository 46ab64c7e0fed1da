// Puts a cloud on a TCP port: HTTP/1.1, kept-alive connections, and the wire faults that no HTTP library would commit.
//
// It reads requests itself, a thread per connection, so that the cloud sees the bytes as they came: the order and
// the spelling of headers, nothing decoded.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "exporter/simulator/cloud.h"

namespace taskqueue::simulator {

struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any that is free

  bool operator==(const ListenAddress&) const = default;
};

/// Reads `host:port`; IPv6 in brackets. Throws std::invalid_argument with what is wrong.
[[nodiscard]] ListenAddress parse_listen_address(const std::string& text);

/// Listens from construction to destruction.
class Listener {
 public:
  /// `cloud` outlives the listener. Throws std::runtime_error where the address cannot be had.
  Listener(Cloud& cloud, const ListenAddress& address);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// `http://host:port`
  [[nodiscard]] std::string url() const;

  /// Ends every connection, whatever it is doing, within milliseconds. Also done by the destructor.
  void stop();

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace taskqueue::simulator
