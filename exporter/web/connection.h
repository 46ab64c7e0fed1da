// One connection, from its first byte to its close: read a head in time, hand it on, write the answer, begin again.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "exporter/web/access_line.h"
#include "exporter/web/answer_head.h"
#include "exporter/web/pending_answer.h"
#include "exporter/web/premises.h"
#include "exporter/web/request_reader.h"
#include "exporter/web/tls_stream.h"

namespace taskqueue::web {

/// `Stream` is a TCP socket or a layer on one. For the server's thread only. Keeps itself alive while an operation is
/// under way; the crowd holds it, too.
template <class Stream>
class Connection final : public Guest, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, std::string peer, const Premises& premises)
      : premises_(premises),
        peer_(std::move(peer)),
        stream_(std::move(stream)),
        timer_(stream_.get_executor()),
        // Larger than a head, so that it is the parser that says what is too long.
        buffer_(premises.limits.head_bytes + read_size) {}

  /// Enters the crowd and begins to read.
  void start() {
    premises_.crowd.enter(this->shared_from_this());
    set_deadline(premises_.limits.head_time);
    if constexpr (has_handshake) {
      premises_.crowd.begin_waiting(*this);
      stream_.async_handshake([self = this->shared_from_this()](Handshake outcome) { self->on_handshake(outcome); });
    } else {
      await_request();
    }
  }

  void close() override {
    if (stage_ == Stage::closed) return;
    stage_ = Stage::closed;
    timer_.cancel();
    boost::system::error_code ignored;
    say_goodbye();
    boost::beast::get_lowest_layer(stream_).close(ignored);
    premises_.crowd.leave(*this);
  }

  void wind_down() override {
    winding_down_ = true;
    if (stage_ == Stage::idle) close();
  }

 private:
  using Error = boost::system::error_code;
  enum class Stage {
    idle,       // no byte of the next request yet
    reading,    // some bytes, but not the whole request
    handling,   // a handler has it
    writing,    // the answer is under way
    resting,    // our last word was a refusal: what the client still sends stays in the kernel's buffers for a while
    lingering,  // our last word is said; the client may still read it
    closed,
  };
  static constexpr std::size_t read_size = 2048;
  static constexpr std::size_t write_size = std::size_t{1024} * 1024;
  static constexpr std::size_t linger_bytes = std::size_t{256} * 1024;
  static constexpr std::size_t discard_size = std::size_t{16} * 1024;
  static constexpr bool has_handshake = std::is_same_v<Stream, TlsStream>;

  void on_handshake(Handshake outcome) {
    if (stage_ != Stage::idle) return;
    reader_.emplace(premises_.limits);
    if (outcome == Handshake::done) return await_request();
    if (outcome == Handshake::plain) return refuse(plain(400, speaks_https));
    premises_.log.debug("web", "a TLS handshake failed", {{"peer", peer_}, {"reason", stream_.failure()}});
    say_no_more(true);
  }

  void await_request() {
    stage_ = Stage::idle;
    reader_.emplace(premises_.limits);
    premises_.crowd.begin_waiting(*this, known_ ? Line::known : Line::stranger);
    if (buffer_.size() > 0) return parse();
    if (winding_down_) return close();
    read();
  }

  void read() {
    stream_.async_read_some(buffer_.prepare(std::min(read_size, buffer_.max_size() - buffer_.size())),
                            [self = this->shared_from_this()](Error error, std::size_t n) { self->on_read(error, n); });
  }

  void on_read(Error error, std::size_t n) {
    // A deadline may have answered and moved on while this result was on its way.
    if (stage_ != Stage::idle && stage_ != Stage::reading) return;
    if (error) return close();
    buffer_.commit(n);
    parse();
  }

  /// Feeds what has come to the reader until the request is whole, wrong or needs more.
  void parse() {
    if (std::exchange(stage_, Stage::reading) == Stage::idle && !first_) set_deadline(premises_.limits.head_time);
    const bool had_head = reader_->is_header_done();
    Error error;
    while (!error && !reader_->is_done() && buffer_.size() > 0) buffer_.consume(reader_->read(buffer_.data(), error));
    if (error == boost::beast::http::error::need_more && buffer_.size() < buffer_.max_size()) error = {};
    if (error) {
      const auto unread = buffer_.data();
      return refuse(reader_->complaint(error, {static_cast<const char*>(unread.data()), unread.size()}));
    }
    if (reader_->is_done()) return handle();
    if (reader_->is_header_done() && !had_head) {
      if (reader_->expects_continue()) return handle();  // answered without the body, which is then never sent
      set_deadline(premises_.limits.body_time);
    }
    read();
  }

  void handle() {
    stage_ = Stage::handling;
    premises_.crowd.end_waiting(*this);
    set_deadline(premises_.limits.answer_time);
    keep_alive_ = reader_->is_done() && reader_->keep_alive();
    request_ = std::move(reader_->request());
    request_.peer = peer_;
    began_ = premises_.clock.steady_now();
    const auto pending = std::make_shared<PendingAnswer>(
        premises_.mailbox, [guest = this->weak_from_this(), number = ++number_](Response response) {
          if (const auto self = guest.lock()) self->deliver(number, std::move(response));
        });
    try {
      premises_.doorman.answer(request_, respond_through(pending));
    } catch (const std::exception& error) {
      // Not for the wire. The pending answer becomes the fixed 500.
      premises_.log.error("web", "a handler failed", {{"path", request_.path}, {"error", error.what()}});
      if (premises_.on_bug) premises_.on_bug();
    }
  }

  void deliver(std::uint64_t number, Response response) {
    if (stage_ == Stage::handling && number == number_) write(std::move(response));
  }

  /// Answers what never became a request, and ends.
  void refuse(Response response) {
    premises_.crowd.end_waiting(*this);
    began_ = premises_.clock.steady_now();
    request_ = std::move(reader_->request());
    request_.peer = peer_;
    keep_alive_ = false;
    ++number_;
    set_deadline(premises_.limits.linger_time);
    write(std::move(response));
  }

  void write(Response response) {
    stage_ = Stage::writing;
    keep_alive_ = keep_alive_ && !winding_down_;
    response_ = std::move(response);
    known_ = known_ || response_.status < 400;
    premises_.crowd.begin_waiting(*this, Line::reader);
    head_ = answer_head(response_, {.now = premises_.clock.wall_now(), .keep_alive = keep_alive_});
    std::vector<boost::asio::const_buffer> pieces{boost::asio::buffer(head_)};
    if (request_.method != "HEAD") {
      for (const Piece& part : response_.body) pieces.push_back(boost::asio::buffer(*part));
    }
    auto then = [self = this->shared_from_this()](Error error, std::size_t n) { self->on_written(error, n); };
    if constexpr (has_handshake) {
      stream_.async_write_all(std::move(pieces), std::move(then));
    } else {
      boost::asio::async_write(
          stream_, pieces, [](Error error, std::size_t) { return error ? std::size_t{0} : write_size; },
          std::move(then));
    }
  }

  void on_written(Error error, std::size_t bytes) {
    if (stage_ != Stage::writing) return;
    log_access(premises_.log, request_,
               {.status = response_.status,
                .bytes = bytes,
                .took = premises_.clock.steady_now() - began_,
                .broken = error.failed()});
    if (error) return close();
    const bool refused = response_.status >= 400;
    response_ = {};
    request_ = {};
    first_ = false;
    if (!keep_alive_) return say_no_more(refused);
    if (buffer_.size() == 0) buffer_.shrink_to_fit();
    set_deadline(premises_.limits.idle_time);
    await_request();
  }

  /// Who was refused and goes on sending is slowed down: reading its bytes at once would only bring the next ones.
  void say_no_more(bool refused) {
    Error error;
    auto& socket = boost::beast::get_lowest_layer(stream_);
    say_goodbye();
    socket.shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
    if (!error) socket.non_blocking(true, error);
    if (error) return close();
    premises_.crowd.begin_waiting(*this);
    if (!refused) return linger();
    stage_ = Stage::resting;
    set_deadline(premises_.limits.refusal_rest);
  }

  /// Closing with unread bytes would reset the connection and might take our answer with it; so let the client go
  /// first.
  void linger() {
    stage_ = Stage::lingering;
    set_deadline(premises_.limits.linger_time);
    discard(linger_bytes);
  }

  void discard(std::size_t budget) {
    auto& socket = boost::beast::get_lowest_layer(stream_);
    socket.async_wait(boost::asio::socket_base::wait_read, [self = this->shared_from_this(), budget](Error error) {
      if (self->stage_ != Stage::lingering) return;
      std::array<char, discard_size> bin;  // NOLINT(*-member-init): nobody looks inside
      const std::size_t n =
          error ? 0 : boost::beast::get_lowest_layer(self->stream_).read_some(boost::asio::buffer(bin), error);
      if (error == boost::asio::error::would_block) error = {};
      if (error || n > budget) return self->close();
      self->discard(budget - n);
    });
  }

  void say_goodbye() {
    if constexpr (has_handshake) stream_.say_goodbye();
  }

  void set_deadline(Milliseconds from_now) {
    timer_.expires_after(from_now);
    timer_.async_wait([self = this->shared_from_this(), mark = ++mark_](Error error) {
      if (!error && mark == self->mark_) self->on_deadline();
    });
  }

  void on_deadline() {
    if (stage_ == Stage::resting) return linger();
    if (stage_ == Stage::reading) {
      boost::beast::get_lowest_layer(stream_).cancel();
      return refuse(plain(408, "The request took too long to come."));
    }
    if (stage_ == Stage::handling) {
      keep_alive_ = false;
      ++number_;
      set_deadline(premises_.limits.linger_time);
      return write(plain(503, "The answer took too long; the log may say why."));
    }
    close();
  }

  const Premises& premises_;
  const std::string peer_;
  Stream stream_;
  boost::asio::steady_timer timer_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestReader> reader_;

  Stage stage_ = Stage::idle;
  bool first_ = true;
  bool known_ = false;  // it has asked something that was answered well
  bool keep_alive_ = false;
  bool winding_down_ = false;
  std::uint64_t mark_ = 0;    // of the deadline in force; older ones may still be on their way
  std::uint64_t number_ = 0;  // of the request in hand; answers to older ones come too late

  // The request in hand and its answer; they must stand until it is written.
  Request request_;
  Response response_;
  std::string head_;
  SteadyTime began_{};
};

}  // namespace taskqueue::web
