#include "exporter/web/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>

namespace taskqueue::web {
namespace {

using boost::asio::const_buffer;
using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t record_size = std::size_t{16} * 1024;
/// Written in one go, then others have their turn.
constexpr std::size_t turn_size = std::size_t{256} * 1024;
constexpr unsigned char handshake_record = 22;

}  // namespace

/// An answer on its way: records are views into big pieces, or small pieces put together.
struct TlsStream::Outgoing {
  explicit Outgoing(std::vector<const_buffer> given) : pieces(std::move(given)) {
    for (const const_buffer& each : pieces) left += each.size();
    consume(0);
  }

  [[nodiscard]] const_buffer next(std::size_t length) {
    length = std::min(length, left);
    const const_buffer rest = pieces[piece] + offset;
    if (rest.size() >= length) return {rest.data(), length};
    std::size_t filled = 0;
    for (std::size_t i = piece, from = offset; filled < length; ++i, from = 0) {
      const std::size_t part = std::min(pieces[i].size() - from, length - filled);
      std::memcpy(gathered.data() + filled, static_cast<const char*>(pieces[i].data()) + from, part);
      filled += part;
    }
    return {gathered.data(), filled};
  }

  void consume(std::size_t length) {
    left -= length;
    written += length;
    offset += length;
    while (piece < pieces.size() && offset >= pieces[piece].size()) offset -= pieces[piece++].size();
  }

  std::vector<const_buffer> pieces;
  std::size_t piece = 0;
  std::size_t offset = 0;
  std::size_t left = 0;
  std::size_t written = 0;
  std::size_t unfinished = 0;  // the length of the record that has to be offered again
  std::array<char, record_size> gathered{};
};

TlsStream::TlsStream(tcp::socket socket, std::shared_ptr<const TlsContext> context)
    : socket_(std::move(socket)), context_(std::move(context)), ssl_(SSL_new(context_->get())) {
  error_code ignored;
  socket_.native_non_blocking(true, ignored);
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) broken_ = true;
}

TlsStream::TlsStream(TlsStream&& other) noexcept = default;
TlsStream::~TlsStream() = default;

void TlsStream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

void TlsStream::async_handshake(std::function<void(Handshake)> handler) {
  socket_.async_wait(
      tcp::socket::wait_read,
      [this, kept = std::make_shared<std::function<void(Handshake)>>(std::move(handler))](const error_code& error) {
        unsigned char first = 0;
        if (error || broken_) return (*kept)(Handshake::failed);
        const auto n = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK);
        plain_ = n == 1 && first != handshake_record;
        if (plain_) return (*kept)(Handshake::plain);
        shake_hands(kept);
      });
}

void TlsStream::shake_hands(const std::shared_ptr<std::function<void(Handshake)>>& handler) {
  attempt([this] { return judge(SSL_accept(ssl_.get())); },
          [handler](const error_code& error, std::size_t) { (*handler)(error ? Handshake::failed : Handshake::done); },
          false);
}

void TlsStream::say_goodbye() {
  if (plain_ || broken_ || !socket_.is_open() || SSL_is_init_finished(ssl_.get()) != 1) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsStream::async_read_some(boost::asio::mutable_buffer into, Handler handler) {
  if (plain_) return socket_.async_read_some(into, std::move(handler));
  attempt([this, into] { return judge(SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()))); },
          std::move(handler), true);
}

void TlsStream::async_write_all(std::vector<const_buffer> pieces, Handler handler) {
  if (plain_) return boost::asio::async_write(socket_, pieces, std::move(handler));
  write_on(std::make_shared<Outgoing>(std::move(pieces)), handler);
}

void TlsStream::write_on(const std::shared_ptr<Outgoing>& answer, const Handler& handler) {
  attempt([this, answer] { return write_records(*answer); },
          [this, answer, handler](const error_code& error, std::size_t) {
            if (error || answer->left == 0) return handler(error, answer->written);
            write_on(answer, handler);
          },
          true);
}

TlsStream::Attempt TlsStream::write_records(Outgoing& answer) {
  std::size_t written = 0;
  while (answer.left > 0 && written < turn_size) {
    const const_buffer record = answer.next(answer.unfinished > 0 ? answer.unfinished : record_size);
    const Attempt one = judge(SSL_write(ssl_.get(), record.data(), static_cast<int>(record.size())));
    answer.unfinished = one.want == Want::nothing ? 0 : record.size();
    if (one.bytes == 0) return one;
    answer.consume(one.bytes);
    written += one.bytes;
  }
  return {.bytes = written, .error = {}};
}

void TlsStream::attempt(std::function<Attempt()> act, Handler handler, bool first) {
  // The descriptor's number may belong to somebody else once the socket is closed.
  if (!socket_.is_open() || broken_) {
    return boost::asio::post(get_executor(),
                             [handler = std::move(handler)] { handler(boost::asio::error::operation_aborted, 0); });
  }
  ERR_clear_error();
  const Attempt outcome = act();
  if (outcome.want == Want::nothing) {
    if (!first) return handler(outcome.error, outcome.bytes);
    return boost::asio::post(get_executor(),
                             [handler = std::move(handler), outcome] { handler(outcome.error, outcome.bytes); });
  }
  socket_.async_wait(outcome.want == Want::read ? tcp::socket::wait_read : tcp::socket::wait_write,
                     [this, act = std::move(act), handler = std::move(handler)](const error_code& error) {
                       if (error) return handler(error, 0);
                       attempt(act, handler, false);
                     });
}

TlsStream::Attempt TlsStream::judge(int result) {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result), .error = {}};
  const int system = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {.want = Want::read, .error = {}};
    case SSL_ERROR_WANT_WRITE: return {.want = Want::write, .error = {}};
    case SSL_ERROR_ZERO_RETURN: return {.error = boost::asio::error::eof};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      return {.error = system == 0 ? error_code(boost::asio::error::eof)
                                   : error_code(system, boost::system::system_category())};
    default: break;
  }
  broken_ = true;
  const char* const words = ERR_reason_error_string(ERR_peek_error());
  const long verdict = SSL_get_verify_result(ssl_.get());
  failure_ = words == nullptr ? "OpenSSL does not say why" : words;
  if (verdict != X509_V_OK) failure_ += std::string(": ") + X509_verify_cert_error_string(verdict);
  ERR_clear_error();
  return {.error = error_code(EPROTO, boost::system::system_category())};
}

}  // namespace taskqueue::web
