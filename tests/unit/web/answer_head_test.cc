#include "exporter/web/answer_head.h"

#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue::web;
using taskqueue::WallTime;

namespace {

const WallTime noon = *taskqueue::parse_utc("2018-12-27T13:57:15.999Z");

bool has_line(const std::string& head, const std::string& line) {
  return head.find(line + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a date is written as HTTP wants it", "[web][answer_head]") {
  CHECK(http_date(noon) == "Thu, 27 Dec 2018 13:57:15 GMT");
  CHECK(http_date(*taskqueue::parse_utc("2024-02-29T00:00:00Z")) == "Thu, 29 Feb 2024 00:00:00 GMT");
  CHECK(taskqueue::parse_http_date(http_date(noon)) == std::chrono::floor<std::chrono::seconds>(noon));
}

TEST_CASE("a head has what every answer carries", "[web][answer_head]") {
  const std::string head = answer_head(plain(404, "No."), {.now = noon, .keep_alive = true});
  CHECK(head ==
        "HTTP/1.1 404 Not Found\r\n"
        "Date: Thu, 27 Dec 2018 13:57:15 GMT\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 4\r\n"
        "Connection: keep-alive\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\n"
        "\r\n");
  CHECK(has_line(answer_head(plain(200, ""), {.now = noon}), "Connection: close"));
}

TEST_CASE("HTML may load nothing from elsewhere, run nothing and stand in no frame", "[web][answer_head]") {
  Response page;
  page.content_type = "text/html; charset=utf-8";
  const std::string head = answer_head(page, {.now = noon});
  CHECK(head.find(
            "Content-Security-Policy: default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'") !=
        std::string::npos);
  CHECK(head.find("unsafe") == std::string::npos);
  CHECK(has_line(head, "X-Frame-Options: DENY"));
  CHECK(has_line(head, "Referrer-Policy: no-referrer"));
}

TEST_CASE("a header of the answer's own replaces the usual one", "[web][answer_head]") {
  Response response = plain(200, "");
  response.headers = {{"cache-control", "max-age=60"}, {"Vary", "Accept"}};
  const std::string head = answer_head(response, {.now = noon});
  CHECK(has_line(head, "cache-control: max-age=60"));
  CHECK(has_line(head, "Vary: Accept"));
  CHECK(head.find("no-store") == std::string::npos);
}

TEST_CASE("a line break in a value cannot begin another header", "[web][answer_head]") {
  Response response = plain(200, "");
  response.headers = {{"Allow", "GET\r\nSet-Cookie: a=b"}};
  CHECK(has_line(answer_head(response, {.now = noon}), "Allow: GETSet-Cookie: a=b"));
}
