#include "exporter/web/chart.h"

#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace std::chrono_literals;

namespace {

bool draws(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::deque<HistoryPoint> points() {
  return {{shown::ago(300s), 10, 0, std::nullopt}, {shown::ago(150s), 20, 0, 4.0}, {shown::now, 0, 5, 8.0}};
}

}  // namespace

TEST_CASE("a chart is drawn from left to right, high values high", "[web][chart]") {
  const std::string svg = tasks_chart("transcode", points(), shown::now);
  CHECK(draws(svg, R"(class="queued" d="M0.0 19.0L80.0 2.0L160.0 36.0")"));
  CHECK(draws(svg, R"(class="running" d="M0.0 36.0L80.0 36.0L160.0 27.5")"));
  CHECK(draws(svg, "aria-label=\"transcode, the last 5 min: "));
  CHECK(draws(svg, "at most 20 queued and 5 running"));
}

TEST_CASE("a line breaks where nothing is known", "[web][chart]") {
  auto broken = points();
  broken[1].queued.reset();
  CHECK(draws(tasks_chart("q", broken, shown::now), R"(class="queued" d="M0.0 2.0M160.0 36.0")"));
}

TEST_CASE("a young history fills a part of the chart only", "[web][chart]") {
  const std::deque<HistoryPoint> young{{shown::ago(30s), 1, 1, std::nullopt}, {shown::now, 1, 1, std::nullopt}};
  CHECK(draws(tasks_chart("q", young, shown::now), R"(class="queued" d="M144.0 2.0L160.0 2.0")"));
}

TEST_CASE("nothing to draw is no chart", "[web][chart]") {
  CHECK(tasks_chart("q", {}, shown::now).empty());
  CHECK(tasks_chart("q", {{shown::now, 1, 1, std::nullopt}}, shown::now).empty());
  CHECK(ended_chart("q", {{shown::ago(1s), 1, 1, std::nullopt}, {shown::now, 1, 1, std::nullopt}}, shown::now).empty());
}

TEST_CASE("a chart of ends, and names that are no HTML", "[web][chart]") {
  const std::string svg = ended_chart("<q>", points(), shown::now);
  CHECK(draws(svg, R"(class="ended" d="M80.0 19.0L160.0 2.0L160.0 36.0L80.0 36.0Z")"));
  CHECK(draws(svg, "&lt;q&gt;"));
  CHECK_FALSE(draws(svg, "<q>"));
}
