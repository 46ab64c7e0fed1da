#include "exporter/web/server.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "exporter/web/connection.h"
#include "exporter/web/crowd.h"
#include "exporter/web/descriptor_limit.h"
#include "exporter/web/listener.h"
#include "exporter/web/mailbox.h"
#include "exporter/web/premises.h"

namespace taskqueue::web {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct Server::Inside {
  Inside(Router given_router, const Clock& given_clock, Log& given_log, ServerOptions given_options)
      : options(std::move(given_options)),
        router(std::move(given_router)),
        log(given_log),
        crowd(std::min(options.limits.connections, raise_descriptor_limit() / 2)),
        mailbox(std::make_shared<Mailbox>(context)),
        doorman(router, given_clock, mailbox, options.web_config, options.random),
        premises{doorman, options.limits, given_clock, given_log, crowd, options.on_bug, mailbox} {}

  void start();
  void run() noexcept;
  void welcome(tcp::socket socket);
  void wind_down(Milliseconds grace);
  void do_chore();

  // Constant after construction.
  const ServerOptions options;
  const Router router;
  Log& log;

  // Used by the server's thread while it runs. Connections and listeners end before the io_context.
  boost::asio::io_context context{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{context.get_executor()};
  boost::asio::steady_timer grace{context};
  boost::asio::steady_timer chore{context};
  Crowd crowd;
  std::shared_ptr<Mailbox> mailbox;
  Doorman doorman;
  Premises premises;
  std::deque<Listener> listeners;
  bool winding_down = false;

  std::jthread thread;
};

void Server::Inside::start() {
  for (Listener& listener : listeners) {
    listener.start({.on_connection = [this](tcp::socket socket) { welcome(std::move(socket)); },
                    .on_shortage = [this] { crowd.close_one(); }});
  }
  if (options.chore) boost::asio::post(context, [this] { do_chore(); });
  thread = std::jthread([this] { run(); });
  pthread_setname_np(thread.native_handle(), "web");
}

void Server::Inside::run() noexcept {
  // OpenSSL writes without MSG_NOSIGNAL: a client that is gone must be an error, not a signal.
  sigset_t broken_pipe;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& error) {
      log.error("web", "the server's loop failed and goes on", {{"error", error.what()}});
      if (options.on_bug) options.on_bug();
    }
  }
}

void Server::Inside::welcome(tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error || !crowd.make_room()) return;
  socket.set_option(tcp::no_delay(true), error);
  std::string name = text(address_of(peer));
  if (const auto door = doorman.door(); door && door->tls) {
    std::make_shared<Connection<TlsStream>>(TlsStream(std::move(socket), door->tls), std::move(name), premises)
        ->start();
  } else {
    std::make_shared<Connection<tcp::socket>>(std::move(socket), std::move(name), premises)->start();
  }
}

void Server::Inside::do_chore() {
  if (winding_down) return;
  // First the next one: an exception must not end them.
  chore.expires_after(options.chore_interval);
  chore.async_wait([this](const error_code& error) {
    if (!error) do_chore();
  });
  options.chore();
}

/// The io_context runs out of work, and the thread ends, when the last connection has left.
void Server::Inside::wind_down(Milliseconds time) {
  for (Listener& listener : listeners) listener.stop();
  chore.cancel();
  winding_down = true;
  grace.expires_after(time);
  grace.async_wait([this](const error_code& error) {
    if (!error) crowd.close_all();
  });
  crowd.wind_down([this] { grace.cancel(); });
  work.reset();
}

Server::Server(Router router, const Clock& clock, Log& log, ServerOptions options)
    : inside_(std::make_unique<Inside>(std::move(router), clock, log, std::move(options))) {}

Server::~Server() {
  stop(Milliseconds{0});
  inside_->mailbox->close();
}

Result<Done, std::string> Server::listen(std::string_view address) {
  const auto parsed = parse_listen_address(address);
  if (!parsed) return Unexpected(parsed.error());
  auto acceptors = listen_on(inside_->context, *parsed);
  if (!acceptors) return Unexpected(acceptors.error());
  for (tcp::acceptor& acceptor : *acceptors) {
    inside_->listeners.emplace_back(std::move(acceptor), inside_->options.limits, inside_->log);
  }
  return Done{};
}

std::vector<ListenAddress> Server::bound() const {
  std::vector<ListenAddress> addresses;
  for (const Listener& listener : inside_->listeners) addresses.push_back(listener.bound());
  return addresses;
}

void Server::start() { inside_->start(); }

void Server::stop(Milliseconds grace) {
  if (!inside_->thread.joinable()) return;
  inside_->mailbox->post([inside = inside_.get(), grace] { inside->wind_down(grace); });
  inside_->thread.join();
}

}  // namespace taskqueue::web
