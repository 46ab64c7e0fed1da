#include "exporter/web/queue_rows.h"

#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

const std::set<Phase> phases{Phase::queued, Phase::running, Phase::failed};

std::string rows(const Shown& shown, const History& history = {}) {
  return queue_rows(summarize(shown, shown::now), 3, {phases, history, shown::now});
}

bool has_cells(const std::string& html, const std::string& part) { return html.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("there are as many cells as columns, each with its column's name", "[web][queue_rows]") {
  const std::string html = rows(*shown::queue(shown::transcode, shown::working(), shown::counted()));
  for (const Column& column : columns(phases)) {
    CAPTURE(column.name);
    CHECK(has_cells(html, "data-column=\"" + column.name + "\""));
  }
  CHECK(has_cells(html, "colspan=\"" + std::to_string(columns(phases).size()) + "\""));
  CHECK(has_cells(html, "<tbody id=\"queue-3\" class=\"queue up\" data-key=\"transcode/mps/media\">"));
}

TEST_CASE("what is not known has no value to sort by", "[web][queue_rows]") {
  const std::string html = rows(*shown::queue(shown::transcode, {}, std::nullopt));
  CHECK(has_cells(html, "data-column=\"queued\" class=\"number\"><span class=\"unknown\">"));
  CHECK(has_cells(html, "not known"));
  CHECK_FALSE(has_cells(html, "<details"));
}

TEST_CASE("the rate of ends and the chart come from the history", "[web][queue_rows]") {
  Snapshot snapshot = shown::counted();
  snapshot.counters["WorkflowTask"].finished[Phase::succeeded] = 100;
  const auto before = shown::queue(shown::transcode, shown::working(), snapshot);
  snapshot.counters["WorkflowTask"].finished[Phase::succeeded] = 106;
  const auto after = shown::queue(shown::transcode, shown::working(), snapshot);
  History history;
  history.record({before}, {}, shown::ago(std::chrono::seconds{60}));
  history.record({after}, {}, shown::ago(std::chrono::seconds{30}));
  const std::string html = rows(*after, history);
  CHECK(has_cells(html, "data-column=\"ended/min\" class=\"number\" data-value=\"12\">12</td>"));
  CHECK(has_cells(html, "<svg class=\"chart\""));
}

TEST_CASE("details name the tasks, the largest counts first", "[web][queue_rows]") {
  const std::string html = rows(*shown::queue(shown::transcode, shown::working(), shown::counted()));
  CHECK(has_cells(html, "<code>2459-EditMedia-17</code> <span class=\"type\">EditMediaTask</span>"));
  CHECK(html.find("<b>48\u202f210</b> WorkflowTask") < html.find("<b>1\u202f200</b> WorkflowTask"));
  CHECK(has_cells(html, "read every <b>30 s</b>"));
}
