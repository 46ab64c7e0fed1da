#include "exporter/web/request_reader.h"

#include <boost/asio/buffer.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "tests/catch.h"

using namespace taskqueue::web;

namespace {

struct Reading {
  RequestReader reader;
  RequestReader::Error error;
  std::string bytes;
  std::size_t used = 0;

  explicit Reading(std::string given, const Limits& limits = {}) : reader(limits), bytes(std::move(given)) {
    while (!error && !reader.is_done() && used < bytes.size()) {
      used += reader.read(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    }
  }
  Response complaint() { return reader.complaint(error, std::string_view(bytes).substr(used)); }
  int status() { return complaint().status; }
};

}  // namespace

TEST_CASE("a request is read into a value", "[web][request_reader]") {
  Reading reading("GET /metrics?queue=a HTTP/1.1\r\nHost: x\r\nAccept:  text/plain \r\n\r\nGET /next");
  REQUIRE(reading.reader.is_done());
  const Request& request = reading.reader.request();
  CHECK(request.method == "GET");
  CHECK(request.path == "/metrics");
  CHECK(request.parameters("queue") == std::vector<std::string>{"a"});
  CHECK(request.header("accept") == "text/plain");
  CHECK(reading.reader.keep_alive());
  CHECK(reading.used == std::string("GET /metrics?queue=a HTTP/1.1\r\nHost: x\r\nAccept:  text/plain \r\n\r\n").size());
}

TEST_CASE("HTTP/1.0 needs no Host and ends after one answer", "[web][request_reader]") {
  Reading reading("GET / HTTP/1.0\r\n\r\n");
  REQUIRE(reading.reader.is_done());
  CHECK_FALSE(reading.reader.keep_alive());
}

TEST_CASE("bodies are read and dropped, whatever their form", "[web][request_reader]") {
  const std::string form = GENERATE("Content-Length: 5\r\n\r\nhello",
                                    "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n");
  Reading reading("PUT / HTTP/1.1\r\nHost: x\r\n" + form);
  CAPTURE(form, reading.error.message());
  CHECK(reading.reader.is_done());
}

TEST_CASE("a chunked body is read byte by byte", "[web][request_reader]") {
  const std::string chunks = GENERATE("0\r\n\r\n", "2;x=y\r\nhe\r\n0\r\nTrailer: 1\r\n\r\n");
  const std::string bytes = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
  RequestReader reader((Limits()));
  RequestReader::Error error = boost::beast::http::error::need_more;
  std::size_t used = 0;
  for (std::size_t come = 1; come <= bytes.size(); ++come) {
    CHECK_FALSE(reader.is_done());
    error = {};
    while (!error && !reader.is_done() && used < come) {
      used += reader.read(boost::asio::buffer(bytes.data() + used, come - used), error);
    }
    REQUIRE((!error || error == boost::beast::http::error::need_more));
  }
  CHECK(reader.is_done());
}

TEST_CASE("what is wrong gets the status that says so", "[web][request_reader]") {
  const std::string host = "Host: x\r\n";
  const auto [bytes, status] = GENERATE_COPY(table<std::string, int>({
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"\x16\x03\x01\x02", 400},
      {"GET / HTTP/2.0\r\n" + host + "\r\n", 505},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n10001\r\n", 413},
      {"GET /" + std::string(20000, 'a'), 414},
      {"GET / HTTP/1.1\r\nHost: " + std::string(20000, 'a'), 431},
  }));
  Reading reading(bytes);
  CAPTURE(bytes.substr(0, 80), reading.error.message());
  REQUIRE(reading.error);
  CHECK(reading.status() == status);
  CHECK_FALSE(reading.complaint().text().empty());
}

TEST_CASE("a body whose end is a guess is refused, or what it holds would be the next request",
          "[web][request_reader]") {
  const std::string coding =
      GENERATE("xchunked", "identity", "chunked, identity", "chunked, chunked", "\"chunked\"", "chunked; x=y",
               "chunked, \"x\"", "gzip, chunked", "", "chunked\r\nTransfer-Encoding: identity",
               "identity\r\nTransfer-Encoding: chunked", "x\r\nContent-Length: 5", "chunked\r\nContent-Length: 5");
  Reading reading("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n");
  CAPTURE(coding);
  REQUIRE(reading.error);
  CHECK(reading.status() == 400);
}

TEST_CASE("HTTP/1.0 knows no Transfer-Encoding", "[web][request_reader]") {
  Reading reading("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  REQUIRE(reading.error);
  CHECK(reading.status() == 400);
}

TEST_CASE("the word chunked is taken in capitals, too", "[web][request_reader]") {
  CHECK(Reading("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:  Chunked \r\n\r\n0\r\n\r\n").reader.is_done());
}

TEST_CASE("two hosts are one too many, whatever the version", "[web][request_reader]") {
  const std::string version = GENERATE("1.0", "1.1");
  const std::string second = GENERATE("Host: x", "host: y", "HOST:");
  Reading reading("GET / HTTP/" + version + "\r\nHost: x\r\n" + second + "\r\n\r\n");
  CAPTURE(version, second);
  REQUIRE(reading.error);
  CHECK(reading.status() == 400);
}

TEST_CASE("a trailer makes no second host", "[web][request_reader]") {
  Reading reading("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: y\r\n\r\n");
  CHECK(reading.reader.is_done());
}

TEST_CASE("a head that comes in pieces and never ends is refused as if it came at once", "[web][request_reader]") {
  const auto [bytes, status] = GENERATE(table<std::string, int>({
      {"GET /" + std::string(600, 'a'), 414},
      {"GET / HTTP/1.1\r\nHost: " + std::string(600, 'a'), 431},
  }));
  Limits limits;
  limits.head_bytes = 512;
  RequestReader reader(limits);
  RequestReader::Error error = boost::beast::http::error::need_more;
  std::size_t used = 0;
  for (std::size_t come = 1; error == boost::beast::http::error::need_more && come <= bytes.size(); ++come) {
    used += reader.read(boost::asio::buffer(bytes.data() + used, come - used), error);
  }
  CHECK(reader.complaint(error, std::string_view(bytes).substr(used)).status == status);
}

TEST_CASE("the number of headers is limited", "[web][request_reader]") {
  Limits limits;
  limits.header_count = 3;
  const std::string three = "GET / HTTP/1.1\r\nHost: x\r\na: 1\r\nb: 2\r\n";
  CHECK(Reading(three + "\r\n", limits).reader.is_done());
  Reading four(three + "c: 3\r\n\r\n", limits);
  CHECK(four.status() == 431);
}

TEST_CASE("a client that waits for 100 Continue is noticed", "[web][request_reader]") {
  const std::string head = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n";
  CHECK(Reading(head + "Expect: 100-Continue\r\n\r\n").reader.expects_continue());
  CHECK_FALSE(Reading(head + "\r\n").reader.expects_continue());
}
