#include "exporter/simulator/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <list>
#include <thread>

#include "exporter/simulator/connection.h"

namespace taskqueue::simulator {
namespace {

constexpr int backlog = 512;
constexpr int idle_seconds = 60;  // as long as the cloud keeps a silent connection

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
}

void switch_on(int socket, int level, int option) {
  const int on = 1;
  ::setsockopt(socket, level, option, &on, sizeof on);
}

struct AddressList {
  explicit AddressList(const ListenAddress& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    const char* host = address.host.empty() ? nullptr : address.host.c_str();
    const int error = ::getaddrinfo(host, std::to_string(address.port).c_str(), &hints, &first);
    if (error != 0) throw std::runtime_error("cannot resolve " + address.host + ": " + ::gai_strerror(error));
  }
  ~AddressList() { ::freeaddrinfo(first); }
  AddressList(const AddressList&) = delete;
  AddressList& operator=(const AddressList&) = delete;

  addrinfo* first = nullptr;
};

int listening_socket(const ListenAddress& address) {
  const AddressList list(address);
  const int socket = ::socket(list.first->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) fail("cannot make a socket");
  switch_on(socket, SOL_SOCKET, SO_REUSEADDR);
  if (::bind(socket, list.first->ai_addr, list.first->ai_addrlen) != 0 || ::listen(socket, backlog) != 0) {
    const int error = errno;
    ::close(socket);
    errno = error;
    fail("cannot listen on " + address.host + ":" + std::to_string(address.port));
  }
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) fail("cannot read the port");
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port
                                          : reinterpret_cast<const sockaddr_in&>(name).sin_port);
}

}  // namespace

ListenAddress parse_listen_address(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) throw std::invalid_argument("an address is host:port");
  ListenAddress address{.host = text.substr(0, colon)};
  if (address.host.size() > 1 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, address.port);
  if (error != std::errc{} || end != last) throw std::invalid_argument("the port is a number up to 65535");
  return address;
}

class Listener::Inside {
 public:
  Inside(Cloud& cloud, const ListenAddress& address)
      : cloud_(cloud),
        host_(address.host),
        socket_(listening_socket(address)),
        port_(port_of(socket_)),
        wake_(::eventfd(0, EFD_CLOEXEC)),
        thread_([this](const std::stop_token& stop) { accept_all(stop); }) {}

  ~Inside() {
    stop();
    ::close(socket_);
    ::close(wake_);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  void stop() {
    thread_.request_stop();
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_, &one, sizeof one));
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct Guest {
    Guest(Cloud& cloud, int socket) : connection(cloud, socket) {}

    Connection connection;
    std::atomic<bool> left = false;
    std::jthread thread;  // last: joined before the connection goes
  };

  void accept_all(const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), "sim-listener");
    std::array<pollfd, 2> wait{{{socket_, POLLIN, 0}, {wake_, POLLIN, 0}}};
    while (!stop.stop_requested()) {
      if (::poll(wait.data(), wait.size(), 1000) < 0 && errno != EINTR) break;
      guests_.remove_if([](const Guest& guest) { return guest.left.load(); });
      if ((wait[0].revents & POLLIN) != 0) welcome();
    }
    ::shutdown(socket_, SHUT_RDWR);  // who is still knocking learns that nobody opens
    for (Guest& guest : guests_) {
      guest.thread.request_stop();
      guest.connection.end();
    }
    guests_.clear();
  }

  void welcome() {
    const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    switch_on(socket, IPPROTO_TCP, TCP_NODELAY);
    const timeval idle{.tv_sec = idle_seconds, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
    Guest& guest = guests_.emplace_back(cloud_, socket);
    guest.thread = std::jthread([&guest](const std::stop_token& stop) {
      guest.connection.serve(stop);
      guest.left = true;
    });
  }

  Cloud& cloud_;
  const std::string host_;
  const int socket_;
  const std::uint16_t port_;
  const int wake_;
  std::list<Guest> guests_;  // touched by thread_ only
  std::jthread thread_;
};

Listener::Listener(Cloud& cloud, const ListenAddress& address) : inside_(std::make_unique<Inside>(cloud, address)) {}

Listener::~Listener() = default;

void Listener::stop() { inside_->stop(); }

std::uint16_t Listener::port() const { return inside_->port(); }

std::string Listener::url() const {
  const bool v6 = inside_->host().find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + inside_->host() + "]" : inside_->host()) + ":" + std::to_string(port());
}

}  // namespace taskqueue::simulator
