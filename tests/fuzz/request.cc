// A request to us: its target, and its bytes however they are cut. A zero byte of the input is a cut.
#include "exporter/web/request.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <string>

#include "exporter/web/request_reader.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

using web::RequestReader;

constexpr std::size_t read_size = 2048;

web::Limits narrow_limits() {
  web::Limits limits;
  limits.head_bytes = 512;
  limits.header_count = 8;
  limits.body_bytes = 64;
  return limits;
}

/// What came of some bytes: a request, a refusal, or neither yet.
struct Heard {
  std::string method;
  std::string path;
  std::vector<web::Parameter> query;
  std::vector<web::Header> headers;
  bool is_done = false;
  bool keeps_alive = false;
  int refusal = 0;  // the status; 0: none
  std::size_t used = 0;

  bool operator==(const Heard&) const = default;
};

/// As a connection does it.
Heard hear(const std::vector<std::string_view>& pieces) {
  static const web::Limits limits = narrow_limits();
  RequestReader reader(limits);
  RequestReader::Error error;
  boost::beast::flat_buffer buffer(limits.head_bytes + read_size);
  Heard heard;
  std::size_t used = 0;
  for (std::string_view piece : pieces) {
    while (!piece.empty() && !error && !reader.is_done()) {
      const std::size_t size = std::min({piece.size(), read_size, buffer.max_size() - buffer.size()});
      boost::asio::buffer_copy(buffer.prepare(size), boost::asio::buffer(piece.data(), size));
      buffer.commit(size);
      piece.remove_prefix(size);
      while (!error && !reader.is_done() && buffer.size() > 0) {
        const std::size_t taken = reader.read(buffer.data(), error);
        used += taken;
        buffer.consume(taken);
      }
      if (error == boost::beast::http::error::need_more && buffer.size() < buffer.max_size()) error = {};
    }
  }
  const auto unread = buffer.data();
  if (error) heard.refusal = reader.complaint(error, {static_cast<const char*>(unread.data()), unread.size()}).status;
  heard.is_done = !error && reader.is_done();
  if (!heard.is_done) return heard;
  heard.used = used;
  heard.keeps_alive = reader.keep_alive();
  heard.method = reader.request().method;
  heard.path = reader.request().path;
  heard.query = reader.request().query;
  heard.headers = reader.request().headers;
  return heard;
}

bool is_too_long(const Heard& heard) { return heard.refusal == 414 || heard.refusal == 431; }

/// Of what comes in pieces the parser may see what is wrong with it only at its end, or at a cut that it is too much.
/// Where a head that reaches the limit is cut decides whether it passes.
bool means_the_same(const Heard& cut, const Heard& at_once, bool is_long) {
  if (is_long && (is_too_long(cut) || is_too_long(at_once))) return true;
  if (cut.is_done || at_once.is_done) return cut == at_once;
  return cut.refusal == at_once.refusal || cut.refusal == 0 || cut.refusal == 413 || is_too_long(cut);
}

void escape(std::string_view text, std::string& to) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    to += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
}

void check_target(std::string_view text) {
  const auto target = web::split_target(text);
  if (!target) return;
  must(target->path.starts_with('/'), "a path begins with a slash");
  std::string written = "/";
  escape(std::string_view(target->path).substr(1), written);
  for (std::size_t i = 0; i < target->query.size(); ++i) {
    written += i == 0 ? '?' : '&';
    escape(target->query[i].name, written);
    written += '=';
    escape(target->query[i].value, written);
  }
  must(web::split_target(written) == target, "a target is read back as it was written");
}

const Fuzzer request_fuzzer("request", [](std::string_view input) {
  check_target(input);
  const auto pieces = split(input, std::string_view("\0", 1));
  std::string whole;
  for (const std::string_view piece : pieces) whole += piece;
  const Heard at_once = hear({whole});
  const bool is_long = whole.size() >= narrow_limits().head_bytes;
  if (at_once.refusal != 0) must(at_once.refusal >= 400 && at_once.refusal < 600, "a refusal has a status");
  if (at_once.is_done) must(!at_once.method.empty() && at_once.path.starts_with('/'), "a request has method and path");
  must(at_once.headers.size() <= narrow_limits().header_count, "headers are limited");
  must(means_the_same(hear(pieces), at_once, is_long), "it is the same request however its bytes are cut");
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < whole.size(); ++i) bytes.push_back(std::string_view(whole).substr(i, 1));
  must(means_the_same(hear(bytes), at_once, is_long), "even byte by byte");
});

}  // namespace
}  // namespace taskqueue::fuzz
