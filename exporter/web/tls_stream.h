// TLS over a connected socket, shaped like one of asio's streams. OpenSSL works on the descriptor itself; asio only
// waits.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporter/web/tls_context.h"

struct ssl_st;

namespace taskqueue::web {

/// How a handshake ended.
enum class Handshake {
  done,
  plain,   // the client spoke first, but not TLS; from now on the stream is the bare socket
  failed,  // see `failure()`
};

/// For one thread. Handlers must keep the stream alive, and the stream must not move while one is under way. Closing is
/// the socket's: what is under way then ends with operation_aborted.
class TlsStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Error = boost::system::error_code;
  using Handler = std::function<void(Error, std::size_t)>;

  TlsStream(Socket socket, std::shared_ptr<const TlsContext> context);
  TlsStream(TlsStream&& other) noexcept;
  ~TlsStream();

  [[nodiscard]] Socket& next_layer() { return socket_; }
  [[nodiscard]] Socket::executor_type get_executor() { return socket_.get_executor(); }

  void async_handshake(std::function<void(Handshake)> handler);

  /// Why the handshake failed, in OpenSSL's words.
  [[nodiscard]] const std::string& failure() const { return failure_; }

  /// Tells the other side that nothing follows, as far as that can be done without waiting.
  void say_goodbye();

  /// Some bytes, as soon as there are any.
  void async_read_some(boost::asio::mutable_buffer into, Handler handler);

  /// All of it; the pieces must stand until then. Whole records are made of them, however small they are.
  void async_write_all(std::vector<boost::asio::const_buffer> pieces, Handler handler);

 private:
  enum class Want { nothing, read, write };
  struct Attempt {
    std::size_t bytes = 0;
    Want want = Want::nothing;
    Error error;
  };

  struct Outgoing;

  /// Tries until it need not wait any more. `first`: the handler must not run before the caller has returned.
  void attempt(std::function<Attempt()> act, Handler handler, bool first);
  void write_on(const std::shared_ptr<Outgoing>& answer, const Handler& handler);
  [[nodiscard]] Attempt write_records(Outgoing& answer);
  [[nodiscard]] Attempt judge(int result);
  void shake_hands(const std::shared_ptr<std::function<void(Handshake)>>& handler);

  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  Socket socket_;
  std::shared_ptr<const TlsContext> context_;  // holds what the verification callback points to
  std::unique_ptr<ssl_st, Free> ssl_;
  bool plain_ = false;
  bool broken_ = false;  // OpenSSL will not speak again
  std::string failure_;
};

}  // namespace taskqueue::web
