#include "exporter/ledger/redis_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

namespace taskqueue {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
};

Failure refused_tls(const std::string& what) {
  std::array<char, 200> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return {.kind = FailureKind::network, .sentence = "TLS to Redis: " + what + " (" + text.data() + ")"};
}

class TlsStream final : public RedisStream {
 public:
  TlsStream(RedisSocket socket, const Clock& clock) : socket_(std::move(socket)), clock_(clock) {}

  Result<Done, Failure> shake_hands(const std::string& host, SteadyTime deadline);
  Result<Done, Failure> write(std::string_view bytes, SteadyTime deadline) override;
  Result<std::size_t, Failure> read(std::span<char> into, SteadyTime deadline) override;
  [[nodiscard]] bool is_quiet() const override { return SSL_pending(tls_.get()) == 0 && nothing_to_read(socket_); }

 private:
  /// After a step that gave `result`: waits for what it lacks, or says why it cannot go on.
  Result<Done, Failure> wait_after(int result, const std::string& what, SteadyTime deadline);

  const RedisSocket socket_;
  const Clock& clock_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> tls_;
};

Result<Done, Failure> TlsStream::wait_after(int result, const std::string& what, SteadyTime deadline) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ: return wait_for(socket_, SocketReadiness::to_read, clock_, deadline);
    case SSL_ERROR_WANT_WRITE: return wait_for(socket_, SocketReadiness::to_write, clock_, deadline);
    case SSL_ERROR_ZERO_RETURN: return Unexpected(redis_has_closed());
    case SSL_ERROR_SYSCALL: ERR_clear_error(); return Unexpected(redis_has_closed());
    default: return Unexpected(refused_tls(what));
  }
}

Result<Done, Failure> TlsStream::shake_hands(const std::string& host, SteadyTime deadline) {
  ERR_clear_error();
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_ || SSL_CTX_set_default_verify_paths(context_.get()) != 1)
    return Unexpected(refused_tls("no authorities"));
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  // A write that is tried again may come from another place in memory.
  SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  tls_.reset(SSL_new(context_.get()));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_.descriptor()) != 1) return Unexpected(refused_tls("no connection"));
  // A certificate for an address names the address, not a host; and addresses are not sent as names (RFC 6066).
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), host.c_str()) == 1;
  if (!is_address) {
    ERR_clear_error();
    // SSL_set_tlsext_host_name, without its old-style cast.
    const long named =
        SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
    if (named != 1 || SSL_set1_host(tls_.get(), host.c_str()) != 1) return Unexpected(refused_tls("no such name"));
  }
  while (true) {
    const int result = SSL_connect(tls_.get());
    if (result == 1) return Done{};
    const long verdict = SSL_get_verify_result(tls_.get());
    const std::string what = verdict == X509_V_OK ? "no handshake" : X509_verify_cert_error_string(verdict);
    if (auto ready = wait_after(result, what, deadline); !ready) return ready;
  }
}

Result<Done, Failure> TlsStream::write(std::string_view bytes, SteadyTime deadline) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const int sent =
        SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (auto ready = wait_after(sent, "cannot write", deadline); !ready) {
      return ready;
    }
  }
  return Done{};
}

Result<std::size_t, Failure> TlsStream::read(std::span<char> into, SteadyTime deadline) {
  while (true) {
    ERR_clear_error();
    const int got = SSL_read(tls_.get(), into.data(), static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX)));
    if (got > 0) return static_cast<std::size_t>(got);
    if (const auto ready = wait_after(got, "cannot read", deadline); !ready) return Unexpected(ready.error());
  }
}

}  // namespace

Result<std::unique_ptr<RedisStream>, Failure> open_tls(RedisSocket socket, const std::string& host, const Clock& clock,
                                                       SteadyTime deadline) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), clock);
  if (const auto shaken = stream->shake_hands(host, deadline); !shaken) return Unexpected(shaken.error());
  return std::unique_ptr<RedisStream>(std::move(stream));
}

}  // namespace taskqueue
