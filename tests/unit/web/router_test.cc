#include "exporter/web/router.h"

#include <optional>

#include "tests/catch.h"

using namespace taskqueue::web;

namespace {

Handler says(const std::string& sentence) {
  return at_once([sentence](const Request&) { return plain(200, sentence); });
}

Router some_router() {
  return Router({{"/metrics", {"GET"}, says("metrics")},
                 {"/-/reload", {"POST", "PUT"}, says("reload")},
                 {"/both", {"GET"}, says("read")},
                 {"/both", {"POST"}, says("written")},
                 {"/metrics", {"GET"}, says("too late")}});
}

Response ask(const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  std::optional<Response> answer;
  some_router().answer(request, [&](Response response) { answer = std::move(response); });
  REQUIRE(answer);
  return *answer;
}

}  // namespace

TEST_CASE("a request goes to the first route of its path and method", "[web][router]") {
  CHECK(ask("GET", "/metrics").text() == "metrics\n");
  CHECK(ask("PUT", "/-/reload").text() == "reload\n");
  CHECK(ask("GET", "/both").text() == "read\n");
  CHECK(ask("POST", "/both").text() == "written\n");
}

TEST_CASE("HEAD goes where GET goes", "[web][router]") {
  CHECK(ask("HEAD", "/metrics").text() == "metrics\n");
  CHECK(ask("HEAD", "/-/reload").status == 405);
}

TEST_CASE("another method on a known path is told which ones there are", "[web][router]") {
  const auto [path, allow] = GENERATE(table<std::string, std::string>(
      {{"/metrics", "GET, HEAD"}, {"/-/reload", "POST, PUT"}, {"/both", "GET, HEAD, POST"}}));
  CAPTURE(path);
  const Response response = ask("DELETE", path);
  CHECK(response.status == 405);
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0] == Header{"Allow", allow});
}

TEST_CASE("methods are told apart by case", "[web][router]") { CHECK(ask("get", "/metrics").status == 405); }

TEST_CASE("an unknown path is not found", "[web][router]") {
  const std::string path = GENERATE("/metrics/", "/Metrics", "/metric", "*", "");
  CAPTURE(path);
  CHECK(ask("GET", path).status == 404);
}
