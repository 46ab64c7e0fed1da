#include "exporter/web/request.h"

#include <string>

#include "tests/catch.h"

using namespace taskqueue::web;

TEST_CASE("a target is split into its path and its decoded parameters", "[web][request]") {
  const auto target = split_target("/metrics?queue=a%20b&queue=c+d&flag&=x&&e=1=2");
  REQUIRE(target);
  CHECK(target->path == "/metrics");
  CHECK(target->query ==
        std::vector<Parameter>{{"queue", "a b"}, {"queue", "c d"}, {"flag", ""}, {"", "x"}, {"e", "1=2"}});
}

TEST_CASE("targets come in several forms", "[web][request]") {
  const auto [text, path] = GENERATE(table<std::string, std::string>({
      {"/", "/"},
      {"/%6detrics", "/metrics"},
      {"/metrics#part", "/metrics"},
      {"http://exporter:19160/metrics?a=b", "/metrics"},
      {"HTTP://exporter", "/"},
      {"https://exporter?a=b", "/"},
      {"//double", "//double"},
  }));
  CAPTURE(text);
  const auto target = split_target(text);
  REQUIRE(target);
  CHECK(target->path == path);
}

TEST_CASE("a target that is no path is refused", "[web][request]") {
  const std::string text = GENERATE("", "*", "metrics", "exporter:443", "/%", "/%4", "/%zz", "/%+1");
  CAPTURE(text);
  CHECK_FALSE(split_target(text));
}

TEST_CASE("broken percent signs in a query stay as they are", "[web][request]") {
  const auto target = split_target("/?a=100%&b=%zz%41");
  REQUIRE(target);
  CHECK(target->query == std::vector<Parameter>{{"a", "100%"}, {"b", "%zzA"}});
}

TEST_CASE("headers are found whatever their case, the first one first", "[web][request]") {
  Request request;
  request.headers = {{"ACCEPT", "text/plain"}, {"accept", "text/html"}};
  CHECK(request.header("Accept") == "text/plain");
  CHECK_FALSE(request.header("Accept-Encoding"));
  CHECK_FALSE(request.header("Accep"));
}

TEST_CASE("every value of a repeated parameter is given", "[web][request]") {
  Request request;
  request.query = {{"queue", "a"}, {"Queue", "b"}, {"queue", "c"}};
  CHECK(request.parameters("queue") == std::vector<std::string>{"a", "c"});
  CHECK(request.parameters("other").empty());
}
