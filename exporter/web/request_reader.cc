#include "exporter/web/request_reader.h"

#include <boost/beast/core/string.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace taskqueue::web {

namespace http = boost::beast::http;

RequestReader::RequestReader(const Limits& limits) : header_count_(limits.header_count) {
  header_limit(static_cast<std::uint32_t>(limits.head_bytes));
  body_limit(static_cast<std::uint64_t>(limits.body_bytes));
}

std::size_t RequestReader::read(boost::asio::const_buffer bytes, Error& error) {
  // The shortest that may follow a chunk. Beast asserts that it has so much of the last one once it has seen its zero.
  constexpr std::string_view last_chunk = "0\r\n\r\n";
  if (is_header_done() && chunked() && chunk_left_ == 0 && bytes.size() < last_chunk.size()) {
    error = http::error::need_more;
    return 0;
  }
  return put(bytes, error);
}

bool RequestReader::expects_continue() const {
  const auto expected = request_.header("Expect");
  return expected && same_ignoring_case(*expected, "100-continue");
}

Response RequestReader::complaint(Error error, std::string_view unread) const {
  if (error == http::error::body_limit) return plain(413, "The body is too large: no path here takes one.");
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    // Of a head that comes in pieces the parser takes nothing before its end.
    const bool is_in_first_line = request_.method.empty() && unread.find('\n') == std::string_view::npos;
    return is_in_first_line ? plain(414, "The address asked for is too long.")
                            : plain(431, "The headers are too many or too long.");
  }
  if (error == http::error::bad_version) return plain(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
  return plain(400, "This is no valid HTTP request.");
}

void RequestReader::on_request_impl(http::verb, Text method, Text target, int version, Error& error) {
  request_.method.assign(method.data(), method.size());
  is_http_1_0_ = version < 11;
  auto parsed = split_target(std::string_view(target.data(), target.size()));
  if (!parsed) {
    error = http::make_error_code(http::error::bad_target);
    return;
  }
  request_.path = std::move(parsed->path);
  request_.query = std::move(parsed->query);
}

void RequestReader::on_field_impl(http::field field, Text name, Text value, Error& error) {
  // Trailers of a chunked body come here too; they say nothing to us but count all the same.
  if (request_.headers.size() >= header_count_) {
    error = http::make_error_code(http::error::header_limit);
    return;
  }
  if (field == http::field::host) ++hosts_;
  // RFC 9112, 6.1 and 6.3: with any other coding, and in HTTP/1.0, where the body ends is a guess. Beast would then see
  // no body, and take what is in it for the next request.
  if (field == http::field::transfer_encoding && (is_http_1_0_ || !boost::beast::iequals(value, "chunked"))) {
    error = http::make_error_code(http::error::bad_transfer_encoding);
    return;
  }
  request_.headers.push_back({std::string(name.data(), name.size()), std::string(value.data(), value.size())});
}

void RequestReader::on_header_impl(Error& error) {
  // RFC 9112, 3.2: two are refused in any version, none only in HTTP/1.1.
  const bool is_addressed = hosts_ == 1 || (hosts_ == 0 && is_http_1_0_);
  if (!is_addressed) error = http::make_error_code(http::error::bad_field);
}

void RequestReader::on_response_impl(int, Text, int, Error&) {}
void RequestReader::on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) {}
std::size_t RequestReader::on_body_impl(Text body, Error&) { return body.size(); }
void RequestReader::on_chunk_header_impl(std::uint64_t size, Text, Error&) { chunk_left_ = size; }
std::size_t RequestReader::on_chunk_body_impl(std::uint64_t, Text body, Error&) {
  chunk_left_ -= body.size();
  return body.size();
}
void RequestReader::on_finish_impl(Error&) {}

}  // namespace taskqueue::web
