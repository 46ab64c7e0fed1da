// One client of the listener: reads its requests from a socket, one after another, and acts the answers out.
#pragma once

#include <condition_variable>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "exporter/locks.h"
#include "exporter/simulator/request.h"

namespace taskqueue::simulator {

class Cloud;

/// Used by one thread, but for end(). Owns the socket.
class Connection {
 public:
  Connection(Cloud& cloud, int socket) : cloud_(cloud), socket_(socket) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves until the client leaves, is silent for a minute, breaks HTTP or `stop` is asked for.
  void serve(const std::stop_token& stop);

  /// Wakes serve() wherever it waits for the network. From any thread.
  void end();

 private:
  [[nodiscard]] std::optional<Request> read_request();
  [[nodiscard]] bool read_body(Request& request);
  [[nodiscard]] bool read_chunks(Request& request);
  [[nodiscard]] std::optional<std::string> take_line();
  [[nodiscard]] std::optional<std::string> take(std::size_t size);
  [[nodiscard]] bool receive();
  [[nodiscard]] bool send_all(std::string_view bytes) const;
  [[nodiscard]] bool act_out(const Request& request, const Answer& answer, const std::stop_token& stop);
  void hang();
  [[nodiscard]] bool drip(std::string_view bytes, const std::stop_token& stop);
  bool pause(Milliseconds time, const std::stop_token& stop);

  Cloud& cloud_;
  const int socket_;
  std::string buffer_;  // received, not yet taken
  Mutex mutex_;
  std::condition_variable_any never_;
};

}  // namespace taskqueue::simulator
