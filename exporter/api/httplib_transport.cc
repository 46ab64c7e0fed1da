#include "exporter/api/httplib_transport.h"

#include <httplib.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <list>
#include <map>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "exporter/api/socket_handle.h"
#include "exporter/locks.h"
#include "exporter/version.h"

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "compile with the flags of pkg-config cpp-httplib: its library's layout depends on them"
#endif

namespace taskqueue {
namespace {

// Most calls are over before the watchdog looks at them.
constexpr Milliseconds between_looks{200};
// Of a body that tells its length, before it comes: it may not come.
constexpr std::size_t most_reserved = std::size_t{1} << 20U;
// What an answer may be on the wire beyond its largest body: head, chunk sizes, records of TLS.
constexpr std::uint64_t room_for_head = std::uint64_t{1} << 20U;

std::string url_of(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (endpoint.tls ? "https://" : "http://") + (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
         std::to_string(endpoint.port);
}

std::string name_of(const ProxyAddress& proxy) { return "the proxy " + proxy.host + ":" + std::to_string(proxy.port); }

std::string peer_name(const Endpoint& endpoint, const std::optional<ProxyAddress>& proxy) {
  return proxy ? name_of(*proxy) : host_header(endpoint);
}

/// One kept connection. Used by one call at a time.
struct Connection {
  Connection(const Endpoint& endpoint, const std::filesystem::path& ca_file, std::optional<ProxyAddress> through)
      : proxy(std::move(through)), client(url_of(endpoint)) {
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_url_encode(false);
    client.set_socket_options([this](int socket) {
      handle.watch(socket);
      tell_proxy_password();
    });
    if (!ca_file.empty()) client.set_ca_cert_path(ca_file.string());
    if (endpoint.tls && client.ssl_context() != nullptr) {
      demand_host_name(endpoint.host);
      if (proxy) forget_proxy_password_in_the_tunnel();
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  /// cpp-httplib accepts a common name where the alternative names do not match; OpenSSL itself need not.
  void demand_host_name(const std::string& host) {
    X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(client.ssl_context());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1) X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0);
    SSL_CTX_set_min_proto_version(client.ssl_context(), TLS1_2_VERSION);
  }

  /// cpp-httplib sends the proxy's password with the CONNECT, and then with every request through the tunnel, to the
  /// cloud. So it has the password from the making of a socket only up to the handshake, which comes after the CONNECT;
  /// all on the thread that sends.
  void forget_proxy_password_in_the_tunnel() {
    SSL_CTX_set_app_data(client.ssl_context(), this);
    SSL_CTX_set_info_callback(client.ssl_context(), [](const SSL* tls, int where, int) {
      auto* self = static_cast<Connection*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)));
      if ((where & SSL_CB_HANDSHAKE_START) != 0) self->client.set_proxy_basic_auth("", "");
    });
  }
  void tell_proxy_password() {
    if (proxy && !proxy->user.empty()) client.set_proxy_basic_auth(proxy->user, proxy->password.reveal());
  }

  /// Whom to look up: the host, or the proxy.
  [[nodiscard]] const std::string& peer(const Endpoint& endpoint) const { return proxy ? proxy->host : endpoint.host; }

  /// Goes to the next of its addresses; false if there is none.
  bool go_on_to_next(const Endpoint& endpoint) {
    if (addresses.empty()) return false;
    if (proxy) {
      client.set_proxy(addresses.front(), proxy->port);
    } else if (addresses.front() != endpoint.host) {
      client.set_hostname_addr_map({{endpoint.host, addresses.front()}});
    }
    addresses.erase(addresses.begin());
    return true;
  }

  const std::optional<ProxyAddress> proxy;
  Addresses addresses{};  // not tried yet
  SocketHandle handle;    // outlives the client, which tells it its sockets
  httplib::Client client;
  SteadyTime last_used{};
  bool reused = false;
};

}  // namespace

/// Kept connections by endpoint, newest first.
class HttplibTransport::Pool {
 public:
  Pool(const Clock& clock, const Options& options) : clock_(clock), options_(options) {}

  Result<std::unique_ptr<Connection>, Failure> take(const Endpoint& endpoint, SteadyTime deadline,
                                                    const std::stop_token& stop) {
    {
      const Lock lock(mutex_);
      auto& kept = kept_[key(endpoint)];
      std::erase_if(kept,
                    [&](const auto& each) { return each->last_used + options_.idle_limit < clock_.steady_now(); });
      if (!kept.empty()) {
        auto connection = std::move(kept.back());
        kept.pop_back();
        connection->reused = true;
        return connection;
      }
    }
    return fresh(endpoint, deadline, stop);
  }
  Result<std::unique_ptr<Connection>, Failure> fresh(const Endpoint& endpoint, SteadyTime deadline,
                                                     const std::stop_token& stop) const {
    auto proxy = proxy_for(endpoint, options_.proxies);
    if (!proxy) return Unexpected(proxy.error());
    auto connection = std::make_unique<Connection>(endpoint, options_.ca_file, std::move(*proxy));
    auto addresses = addresses_of(connection->peer(endpoint), options_.look_up, deadline, stop);
    if (!addresses) {
      Failure failure = std::move(addresses).error();
      failure.sentence = "cannot connect to " + peer_name(endpoint, connection->proxy) + ": " + failure.sentence;
      return Unexpected(std::move(failure));
    }
    connection->addresses = std::move(*addresses);
    connection->go_on_to_next(endpoint);
    return connection;
  }
  void give_back(const Endpoint& endpoint, std::unique_ptr<Connection> connection) {
    connection->last_used = clock_.steady_now();
    const Lock lock(mutex_);
    kept_[key(endpoint)].push_back(std::move(connection));
  }

 private:
  using Key = std::tuple<bool, std::string, std::uint16_t>;
  static Key key(const Endpoint& endpoint) { return {endpoint.tls, endpoint.host, endpoint.port}; }

  const Clock& clock_;
  const Options& options_;
  Mutex mutex_;
  std::map<Key, std::vector<std::unique_ptr<Connection>>> kept_ GUARDED_BY(mutex_);
};

/// Ends calls that are past their deadline, for a peer that drips a byte a second would hold cpp-httplib for ever, and
/// those that receive more than an answer may be.
class HttplibTransport::Watchdog {
  struct Call {
    SocketHandle* handle;
    SteadyTime deadline;
  };

 public:
  explicit Watchdog(const Clock& clock)
      : clock_(clock), thread_([this](const std::stop_token& stop) { watch(stop); }) {}

  /// Watches one call while it lives.
  class Watch {
   public:
    Watch(Watchdog& dog, SocketHandle& handle, SteadyTime deadline) : dog_(dog) {
      const Lock lock(dog_.mutex_);
      place_ = dog_.calls_.insert(dog_.calls_.end(), Call{&handle, deadline});
      // Usually it looks again before this call is long enough to be looked at, and need not be woken for it.
      if (std::min(deadline, dog_.clock_.steady_now() + between_looks) >= dog_.looks_again_) return;
      dog_.has_news_ = true;
      dog_.news_.notify_one();
    }
    ~Watch() {
      const Lock lock(dog_.mutex_);
      dog_.calls_.erase(place_);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Watchdog& dog_;
    std::list<Call>::iterator place_;
  };

 private:
  void watch(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "watchdog");
    while (!stop.stop_requested()) {
      Lock lock(mutex_);
      news_.wait_until(lock, stop, end_what_is_late(),
                       [this]() REQUIRES(mutex_) { return std::exchange(has_news_, false); });
    }
  }

  /// When to look again.
  SteadyTime end_what_is_late() REQUIRES(mutex_) {
    const auto now = clock_.steady_now();
    SteadyTime next = now + std::chrono::hours{1};
    for (Call& call : calls_) {
      if (call.deadline > now) {
        call.handle->end_flood();
        next = std::min({next, call.deadline, now + between_looks});
      } else {
        call.handle->end_call();
      }
    }
    looks_again_ = next;
    return next;
  }

  const Clock& clock_;
  Mutex mutex_;
  std::condition_variable_any news_;
  bool has_news_ GUARDED_BY(mutex_) = false;
  std::list<Call> calls_ GUARDED_BY(mutex_);
  SteadyTime looks_again_ GUARDED_BY(mutex_) = SteadyTime::max();
  std::jthread thread_;  // last: starts when the rest stands
};

namespace {

httplib::Request with_headers(const HttpRequest& request) {
  httplib::Request wire;
  wire.method = request.method;
  wire.path = request.target;
  for (const Header& header : request.headers) wire.headers.emplace(header.name, header.value);
  wire.headers.emplace("Accept-Encoding", "gzip");
  wire.headers.emplace("User-Agent", std::string("taskqueue_exporter/") + version);
  wire.body = request.body;
  return wire;
}

Failure failed(FailureKind kind, std::string sentence) {
  return Failure{.kind = kind, .sentence = std::move(sentence)};
}

std::string certificate_fault(httplib::Client& client) {
  const long fault = client.get_openssl_verify_result();
  return fault == X509_V_OK ? "its certificate is for another name" : X509_verify_cert_error_string(fault);
}

/// What a proxy's refusal looks like differs between versions of cpp-httplib: one sentence for all.
Failure refused_by_proxy(const std::optional<ProxyAddress>& proxy, const std::string& place) {
  if (!proxy) return failed(FailureKind::network, "a proxy on the way to " + place + " wants a password: set proxy");
  return failed(FailureKind::network, name_of(*proxy) + " does not connect us to " + place +
                                          ": check the user and password in its URL, allow the host there, or name it "
                                          "in NO_PROXY");
}

/// What went wrong between us and the proxy, or between the proxy and the cloud: it shows in few ways.
std::optional<Failure> proxy_fault(httplib::Error error, const Connection& connection, const std::string& place) {
  if (!connection.proxy) return std::nullopt;
  const std::string name = name_of(*connection.proxy);
  switch (error) {
    case httplib::Error::Connection: return failed(FailureKind::network, "cannot connect to " + name);
    case httplib::Error::ConnectionTimeout:
      return failed(FailureKind::timeout, "connecting to " + name + " took too long");
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
    case httplib::Error::Read:
    case httplib::Error::Write: return std::nullopt;
    default: return refused_by_proxy(connection.proxy, place);
  }
}

Failure describe(httplib::Error error, const Endpoint& endpoint, Connection& connection) {
  const std::string place = host_header(endpoint);
  if (auto fault = proxy_fault(error, connection, place)) return std::move(*fault);
  httplib::Client& client = connection.client;
  switch (error) {
    case httplib::Error::Connection: return failed(FailureKind::network, "cannot connect to " + place);
    case httplib::Error::ConnectionTimeout:
      return failed(FailureKind::timeout, "connecting to " + place + " took too long");
    case httplib::Error::SSLConnection: return failed(FailureKind::network, "no TLS connection to " + place);
    case httplib::Error::SSLLoadingCerts:
      return failed(FailureKind::network, "cannot read the CA certificates for " + place);
    case httplib::Error::SSLServerVerification:
      return failed(FailureKind::network,
                    "the certificate of " + place + " is not trusted: " + certificate_fault(client));
    default: return failed(FailureKind::network, "the connection to " + place + " broke");
  }
}

/// Of a body whose length the head does not tell, 0.
std::size_t told_length(const httplib::Response& head) {
  const std::string text = head.get_header_value("Content-Length");
  std::size_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

/// One attempt on one connection, and what was seen of the answer.
struct Exchange {
  const Clock& clock;
  SteadyTime deadline;
  std::size_t largest_body;
  bool answer_began = false;
  bool too_large = false;
  std::string body;

  httplib::Result run(Connection& connection, httplib::Request wire) {
    // The watchdog ends the call at its deadline; cpp-httplib's own limits, which hold for each step, come after it.
    const auto left =
        std::max<SteadyTime::duration>(deadline - clock.steady_now(), {}) + std::chrono::milliseconds{200};
    // An address that swallows what is sent leaves time for the others.
    connection.client.set_connection_timeout(left / static_cast<int>(connection.addresses.size() + 1));
    connection.client.set_read_timeout(left);
    connection.client.set_write_timeout(left);
    wire.response_handler = [this](const httplib::Response& head) {
      answer_began = true;
      const std::size_t length = told_length(head);
      too_large = length > largest_body;
      if (!too_large) body.reserve(std::min(length, most_reserved));
      return !too_large;
    };
    wire.content_receiver = [this](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      too_large = body.size() + size > largest_body;
      if (too_large || clock.steady_now() >= deadline) return false;
      body.append(data, size);
      return true;
    };
    return connection.client.send(wire);
  }
};

HttpResponse to_response(const httplib::Response& wire, std::string body) {
  HttpResponse response;
  response.status = wire.status;
  for (const auto& [name, value] : wire.headers) response.headers.push_back({name, value});
  response.body = std::move(body);
  return response;
}

}  // namespace

HttplibTransport::HttplibTransport(const Clock& clock, Options options)
    : clock_(clock),
      options_(std::move(options)),
      pool_(std::make_unique<Pool>(clock_, options_)),
      watchdog_(std::make_unique<Watchdog>(clock_)) {}

HttplibTransport::~HttplibTransport() = default;

Result<HttpResponse, Failure> HttplibTransport::send(const Endpoint& endpoint, const HttpRequest& request,
                                                     SteadyTime deadline, const std::stop_token& stop) {
  auto taken = pool_->take(endpoint, deadline, stop);
  if (!taken) return Unexpected(taken.error());
  auto connection = std::move(*taken);
  while (true) {
    Exchange exchange{.clock = clock_, .deadline = deadline, .largest_body = options_.largest_body, .body = {}};
    connection->handle.begin_call(options_.largest_body + room_for_head);
    httplib::Result result = [&] {
      // Both are over before the connection goes to somebody else.
      const std::stop_callback on_stop(stop, [&] { connection->handle.end_call(); });
      const Watchdog::Watch watch(*watchdog_, connection->handle, deadline);
      return exchange.run(*connection, with_headers(request));
    }();

    if (stop.stop_requested()) return Unexpected(failed(FailureKind::stopped, "stopped before the answer came"));
    // cpp-httplib shows us every head but that of an answer without a body. Newer versions pass off a proxy's refusal
    // of a tunnel as the answer, and do not show it either.
    const bool is_refused_tunnel = result && connection->proxy && !exchange.answer_began && result->status >= 300;
    if (result && (result->status == 407 || is_refused_tunnel)) {
      return Unexpected(refused_by_proxy(connection->proxy, host_header(endpoint)));
    }
    if (result) {
      HttpResponse response = to_response(*result, std::move(exchange.body));
      pool_->give_back(endpoint, std::move(connection));
      return response;
    }
    if (exchange.too_large || connection->handle.was_flooded())
      return Unexpected(failed(FailureKind::answer, "the answer of " + host_header(endpoint) + " is too large"));
    if (clock_.steady_now() >= deadline) {
      return Unexpected(failed(FailureKind::timeout, "no complete answer from " + host_header(endpoint) + " in time"));
    }
    const bool found_nobody =
        result.error() == httplib::Error::Connection || result.error() == httplib::Error::ConnectionTimeout;
    if (found_nobody && connection->go_on_to_next(endpoint)) continue;
    // The peer may close a kept connection at any moment. Our calls only read, so asking again on a fresh one is safe.
    const bool broke = result.error() == httplib::Error::Read || result.error() == httplib::Error::Write;
    const bool was_closed = connection->reused && !exchange.answer_began && (broke || found_nobody);
    if (!was_closed) return Unexpected(describe(result.error(), endpoint, *connection));
    auto another = pool_->fresh(endpoint, deadline, stop);
    if (!another) return Unexpected(another.error());
    connection = std::move(*another);
  }
}

}  // namespace taskqueue
