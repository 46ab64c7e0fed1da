// Bytes into one Request: Beast's parser, writing straight into our value, with our limits. The body is read and
// dropped, since no route of ours takes one.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "exporter/web/limits.h"
#include "exporter/web/request.h"
#include "exporter/web/response.h"

namespace taskqueue::web {

class RequestReader final : public boost::beast::http::basic_parser<true> {
 public:
  using Error = boost::beast::error_code;

  explicit RequestReader(const Limits& limits);

  /// Takes some of the bytes and tells how many; `need_more` where it can do nothing with them yet.
  std::size_t read(boost::asio::const_buffer bytes, Error& error);

  /// What has been read so far; whole once `is_done()`.
  [[nodiscard]] Request& request() { return request_; }

  /// The client waits for our word before it sends the body (RFC 9110, 10.1.1).
  [[nodiscard]] bool expects_continue() const;

  /// The answer to bytes that `read` refused with `error`; `unread` is what it has not taken of them.
  [[nodiscard]] Response complaint(Error error, std::string_view unread) const;

 private:
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, Text method, Text target, int version, Error& error) override;
  void on_response_impl(int status, Text reason, int version, Error& error) override;
  void on_field_impl(boost::beast::http::field field, Text name, Text value, Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override;
  std::size_t on_body_impl(Text body, Error& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Error& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, Error& error) override;
  void on_finish_impl(Error& error) override;

  const std::size_t header_count_;
  std::uint64_t chunk_left_ = 0;
  Request request_;
  bool is_http_1_0_ = false;
  std::size_t hosts_ = 0;
};

}  // namespace taskqueue::web
