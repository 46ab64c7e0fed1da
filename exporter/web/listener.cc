#include "exporter/web/listener.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <utility>

namespace taskqueue::web {
namespace {

using boost::asio::io_context;
using boost::asio::ip::tcp;
using boost::system::error_code;

std::string_view remedy(const error_code& error) {
  switch (error.value()) {
    case EADDRINUSE: return "another program, perhaps a second exporter, listens there; stop it or choose another port";
    case EACCES: return "ports below 1024 need the capability CAP_NET_BIND_SERVICE; choose a higher one";
    case EADDRNOTAVAIL: return "this machine has no such address; :PORT takes every address it has";
    case EAFNOSUPPORT: return "this machine does not have that kind of address switched on";
    case EMFILE: return "the process may not open more files; raise its limit";
    default: return "choose another address";
  }
}

Unexpected<std::string> complaint(const ListenAddress& address, const error_code& error, std::string_view advice) {
  return Unexpected("cannot listen on " + text(address) + ": " + error.message() + "; " + std::string(advice));
}

bool lacks_family_or_address(const error_code& error) {
  return error.value() == EAFNOSUPPORT || error.value() == EADDRNOTAVAIL;
}

/// A step of opening a socket is left out after one that failed.
tcp::acceptor open(io_context& context, const tcp::endpoint& endpoint, bool dual_stack, error_code& error) {
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  // A port in TIME_WAIT may be taken again. Never SO_REUSEPORT: a second exporter would get half of the scrapes.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(!dual_stack), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return acceptor;
}

using Acceptors = std::vector<tcp::acceptor>;
using Opened = Result<Acceptors, std::string>;

Acceptors one(tcp::acceptor acceptor) {
  Acceptors acceptors;
  acceptors.push_back(std::move(acceptor));
  return acceptors;
}

Opened listen_everywhere(io_context& context, const ListenAddress& address) {
  error_code error;
  auto acceptor = open(context, tcp::endpoint(tcp::v6(), address.port), true, error);
  if (lacks_family_or_address(error)) {
    acceptor = open(context, tcp::endpoint(tcp::v4(), address.port), false, error);
  }
  if (error) return complaint(address, error, remedy(error));
  return one(std::move(acceptor));
}

/// The addresses of a name, IPv4 first.
std::vector<tcp::endpoint> resolve(io_context& context, const ListenAddress& address, error_code& error) {
  tcp::resolver resolver(context);
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : resolver.resolve(address.host, std::to_string(address.port), error)) {
    if (std::ranges::find(endpoints, entry.endpoint()) == endpoints.end()) endpoints.push_back(entry.endpoint());
  }
  std::stable_partition(endpoints.begin(), endpoints.end(),
                        [](const tcp::endpoint& end) { return end.address().is_v4(); });
  return endpoints;
}

Opened listen_by_name(io_context& context, const ListenAddress& address) {
  error_code error;
  const auto endpoints = resolve(context, address, error);
  if (error) return complaint(address, error, "give an address or a name of this machine");
  Acceptors acceptors;
  error_code last_lack;
  for (const tcp::endpoint& endpoint : endpoints) {
    auto acceptor = open(context, endpoint, false, error);
    if (!error) {
      acceptors.push_back(std::move(acceptor));
      if (address.port == 0) break;
    } else if (lacks_family_or_address(error)) {
      last_lack = error;
    } else {
      return complaint(address, error, remedy(error));
    }
  }
  if (acceptors.empty()) return complaint(address, last_lack, remedy(last_lack));
  return acceptors;
}

}  // namespace

Opened listen_on(io_context& context, const ListenAddress& address) {
  if (address.host.empty()) return listen_everywhere(context, address);
  error_code not_numeric;
  const auto numeric = boost::asio::ip::make_address(address.host, not_numeric);
  if (not_numeric) return listen_by_name(context, address);
  error_code error;
  // [::] alone means what an empty host means.
  const bool dual_stack = numeric.is_unspecified();
  auto acceptor = open(context, tcp::endpoint(numeric, address.port), dual_stack, error);
  if (error) return complaint(address, error, remedy(error));
  return one(std::move(acceptor));
}

void Listener::start(Reactions reactions) {
  reactions_ = std::move(reactions);
  accept();
}

void Listener::stop() {
  stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  rest_.cancel();
}

ListenAddress Listener::bound() const {
  error_code ignored;
  return address_of(acceptor_.local_endpoint(ignored));
}

void Listener::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) { on_accept(error, std::move(socket)); });
}

void Listener::on_accept(const error_code& error, tcp::socket socket) {
  if (stopped_) return;
  if (error == boost::asio::error::connection_aborted) return accept();
  if (error) {
    if (!std::exchange(short_, true)) {
      log_.warn("web", "cannot accept connections", {{"address", text(bound())}, {"error", error.message()}});
    }
    reactions_.on_shortage();
    return rest();
  }
  if (std::exchange(short_, false)) log_.info("web", "accepting connections again", {{"address", text(bound())}});
  reactions_.on_connection(std::move(socket));
  accept();
}

/// The connection that could not be accepted still waits, so that trying again at once would turn in circles.
void Listener::rest() {
  rest_.expires_after(limits_.accept_rest);
  rest_.async_wait([this](const error_code& error) {
    if (!error && !stopped_) accept();
  });
}

ListenAddress address_of(const tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  return {address.to_string(), endpoint.port()};
}

}  // namespace taskqueue::web
