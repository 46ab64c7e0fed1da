#include "exporter/web/response.h"

#include "tests/catch.h"

using namespace taskqueue::web;

TEST_CASE("a body of several pieces is as long as all of them", "[web][response]") {
  Response response;
  CHECK(response.length() == 0);
  const Piece shared = piece("two\n");
  response.body = {piece("one\n"), shared, shared};
  CHECK(response.length() == 12);
  CHECK(response.text() == "one\ntwo\ntwo\n");
}

TEST_CASE("a plain answer is a sentence with a newline", "[web][response]") {
  const Response response = plain(404, "Nothing here.");
  CHECK(response.status == 404);
  CHECK(response.text() == "Nothing here.\n");
  CHECK(response.content_type == "text/plain; charset=utf-8");
}

TEST_CASE("a status has its phrase", "[web][response]") {
  CHECK(reason(200) == "OK");
  CHECK(reason(503) == "Service Unavailable");
  CHECK(reason(299) == "Unknown");
}
