#include "exporter/web/pages.h"

#include <optional>

#include "exporter/manual_clock.h"
#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

/// Pages over a view that a test can change, asked without a socket.
struct PagesHouse {
  ManualClock clock{shown::now};
  Shelf::View view{shown::queue(shown::transcode, shown::working(), shown::counted()),
                   shown::queue(shown::render, {}, std::nullopt)};
  std::vector<std::string> asked;
  Shape shape;
  std::vector<int> counted;
  std::optional<std::string> sickness;
  std::optional<std::string> complaints;
  bool lifecycle = true;
  bool broken = false;
  std::optional<Router> router;

  Site site() {
    Site site;
    site.view = [this] { return view; };
    site.metrics = [this](const std::vector<std::string>& queues, Shape wanted) -> std::optional<Pieces> {
      asked = queues;
      shape = wanted;
      if (broken) throw std::runtime_error("secret=AKID");
      if (!queues.empty() && queues[0] == "nobody") return std::nullopt;
      return Pieces{piece("one 1\n"), piece("two 2\n")};
    };
    site.sickness = [this] { return sickness; };
    site.reload = [this](const ReloadEnded& ended) { ended(complaints); };
    site.on_scrape = [this](int status) { counted.push_back(status); };
    site.lifecycle = lifecycle;
    site.version = "1.2.3";
    return site;
  }

  Response ask(const std::string& method, const std::string& text, std::vector<Header> headers = {}) {
    if (!router) router.emplace(pages(site(), clock));
    Request request;
    request.method = method;
    auto target = split_target(text);
    REQUIRE(target);
    request.path = target->path;
    request.query = target->query;
    request.headers = std::move(headers);
    std::optional<Response> answer;
    router->answer(request, [&](Response response) { answer = std::move(response); });
    REQUIRE(answer);
    return *answer;
  }
};

}  // namespace

TEST_CASE("the exposition is handed on in its pieces and counted", "[web][pages]") {
  PagesHouse house;
  const Response response = house.ask("GET", "/metrics?queue=a&queue=b");
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(response.body.size() == 2);
  CHECK(house.asked == std::vector<std::string>{"a", "b"});
  CHECK(house.counted == std::vector<int>{200});
}

TEST_CASE("the exposition comes as the client wants it, and says on what that depended", "[web][pages]") {
  PagesHouse house;
  const Response plain = house.ask("GET", "/metrics");
  CHECK(house.shape == Shape{});
  CHECK(plain.headers == std::vector<Header>{{"Vary", "Accept, Accept-Encoding"}});
  // Two headers of one name are one list.
  const Response wanted = house.ask("GET", "/metrics",
                                    {{"accept", "text/plain;q=0.5"},
                                     {"Accept", "application/openmetrics-text;version=1.0.0"},
                                     {"Accept-Encoding", "gzip"}});
  CHECK(house.shape == Shape{Format::openmetrics, true});
  CHECK(wanted.content_type == content_type(Format::openmetrics, Escaping::underscores));
  CHECK(wanted.headers == std::vector<Header>{{"Vary", "Accept, Accept-Encoding"}, {"Content-Encoding", "gzip"}});
}

TEST_CASE("an unknown queue is not found, and the known ones are named", "[web][pages]") {
  PagesHouse house;
  const Response response = house.ask("GET", "/metrics?queue=nobody");
  CHECK(response.status == 404);
  CHECK(response.text() == "No queue of that name. There are: transcode, render.\n");
  CHECK(house.counted == std::vector<int>{404});
}

TEST_CASE("a scrape that throws is counted as 500 and goes on to the server", "[web][pages]") {
  PagesHouse house;
  house.broken = true;
  CHECK_THROWS(house.ask("GET", "/metrics"));
  CHECK(house.counted == std::vector<int>{500});
}

TEST_CASE("the pages have their types", "[web][pages]") {
  PagesHouse house;
  const auto [path, type] = GENERATE(table<std::string, std::string>({
      {"/", "text/html; charset=utf-8"},
      {"/style.css", "text/css; charset=utf-8"},
      {"/status.js", "text/javascript; charset=utf-8"},
      {"/icon.svg", "image/svg+xml"},
      {"/api/v1/queues", "application/json"},
      {"/-/healthy", "text/plain; charset=utf-8"},
  }));
  CAPTURE(path);
  const Response response = house.ask("GET", path);
  CHECK(response.status == 200);
  CHECK(response.content_type == type);
  CHECK(response.length() > 0);
}

TEST_CASE("sickness is told with its reason", "[web][pages]") {
  PagesHouse house;
  house.sickness = "The scheduler has not ticked for 61 s.";
  const Response response = house.ask("GET", "/-/healthy");
  CHECK(response.status == 503);
  CHECK(response.text() == "The scheduler has not ticked for 61 s.\n");
}

TEST_CASE("ready once every queue was tried, and then for good", "[web][pages]") {
  PagesHouse house;
  const Response before = house.ask("GET", "/-/ready");
  CHECK(before.status == 503);
  CHECK(before.text() == "Not ready: not tried yet: render (ap-guangzhou).\n");
  house.view[1] = shown::queue(shown::render, shown::working(), std::nullopt);
  CHECK(house.ask("GET", "/-/ready").status == 200);
  house.view[1] = shown::queue(shown::render, {}, std::nullopt);
  CHECK(house.ask("GET", "/-/ready").status == 200);
}

TEST_CASE("a reload tells its own outcome", "[web][pages]") {
  PagesHouse house;
  CHECK(house.ask("POST", "/-/reload").status == 200);
  house.complaints = "config.toml:3:1: unknown key";
  const Response failed = house.ask("PUT", "/-/reload");
  CHECK(failed.status == 500);
  CHECK(failed.text() == "config.toml:3:1: unknown key\n");
  CHECK(house.ask("GET", "/-/reload").status == 405);
}

TEST_CASE("a reload is forbidden without lifecycle", "[web][pages]") {
  PagesHouse house;
  house.lifecycle = false;
  CHECK(house.ask("POST", "/-/reload").status == 403);
}
