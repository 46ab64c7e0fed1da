// One listening socket: binding it with errors people understand, and accepting without ever spinning.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporter/log.h"
#include "exporter/result.h"
#include "exporter/web/limits.h"
#include "exporter/web/listen_address.h"

namespace taskqueue::web {

/// Opens, binds and listens: connections queue up from here on. No host: every address, IPv6 and IPv4 by one socket,
/// IPv4 alone where there is no IPv6. A name: each of its addresses that this machine has, or with port 0 the first.
/// The error says address, reason and what to do.
[[nodiscard]] Result<std::vector<boost::asio::ip::tcp::acceptor>, std::string> listen_on(
    boost::asio::io_context& context, const ListenAddress& address);

/// Accepts until it is stopped. For the server's thread only; must outlive the io_context's run.
class Listener {
 public:
  struct Reactions {
    std::function<void(boost::asio::ip::tcp::socket)> on_connection;
    std::function<void()> on_shortage;  // no descriptor or memory for one more connection
  };

  /// Uses, does not own, `limits` and `log`.
  Listener(boost::asio::ip::tcp::acceptor acceptor, const Limits& limits, Log& log)
      : acceptor_(std::move(acceptor)), rest_(acceptor_.get_executor()), limits_(limits), log_(log) {}

  void start(Reactions reactions);
  void stop();
  [[nodiscard]] ListenAddress bound() const;

 private:
  void accept();
  void on_accept(const boost::system::error_code& error, boost::asio::ip::tcp::socket socket);
  void rest();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer rest_;
  const Limits& limits_;
  Log& log_;
  Reactions reactions_;
  bool short_ = false;  // the last accept failed for want of something
  bool stopped_ = false;
};

/// The address of a socket's end; IPv4 as IPv4, also on an IPv6 socket.
[[nodiscard]] ListenAddress address_of(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace taskqueue::web
