#include "exporter/web/scrape_desk.h"

#include <chrono>
#include <memory>

#include "exporter/manual_clock.h"
#include "exporter/metrics/lines.h"
#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

/// A desk over two queues; its own family counts how often it was asked.
struct Office {
  ManualClock clock{shown::now};
  Shelf shelf;
  std::uint64_t readings = 0;
  ScrapeDesk desk{shelf, clock, [this] {
                    Lines lines("");
                    lines.add("process_threads", {}, ++readings);
                    return std::vector<FamilyText>{{own_family("process_threads"), lines.take()}};
                  }};

  Office() {
    shelf.arrange({shown::transcode, shown::render});
    publish(shown::counted());
  }
  void publish(Snapshot snapshot) {
    shelf.publish(shown::transcode, shown::working(), std::make_shared<const Snapshot>(std::move(snapshot)),
                  shown::now);
  }
  std::string ask(const std::vector<std::string>& queues = {}, Shape shape = {}) {
    return joined(desk.answer(queues, shape).value());
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("without names all queues and we ourselves are shown", "[web][scrape_desk]") {
  Office office;
  const std::string all = office.ask();
  CHECK(has(all, "queue=\"transcode\""));
  CHECK(has(all, "queue=\"render\""));
  CHECK(has(all, "\nprocess_threads 1\n"));
}

TEST_CASE("by name only those queues are shown", "[web][scrape_desk]") {
  Office office;
  const std::string one = office.ask({"render"});
  CHECK_FALSE(has(one, "queue=\"transcode\""));
  CHECK(has(one, "queue=\"render\""));
  CHECK_FALSE(has(one, "process_threads"));
  CHECK(office.readings == 0);
  CHECK(has(office.ask({"render", "transcode"}), "queue=\"transcode\""));
  CHECK_FALSE(office.desk.answer({"render", "nobody"}, {}).has_value());
}

TEST_CASE("a burst of scrapes reads our instruments once, and then anew", "[web][scrape_desk]") {
  Office office;
  for (int i = 0; i < 50; ++i) (void)office.ask();
  CHECK(office.readings == 2);  // the first of a burst cannot know that others follow
  office.clock.advance(ScrapeDesk::burst + Milliseconds{1});
  CHECK(has(office.ask(), "\nprocess_threads 3\n"));
}

TEST_CASE("in a burst, too, news of a queue is shown at once", "[web][scrape_desk]") {
  Office office;
  for (int i = 0; i < 3; ++i) (void)office.ask();
  Snapshot snapshot = shown::counted();
  snapshot.tasks[0].count = 4711;
  office.publish(snapshot);
  CHECK(has(office.ask(), " 4711\n"));
}

TEST_CASE("in a burst, too, everybody gets the shape that was asked for", "[web][scrape_desk]") {
  Office office;
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(has(office.ask(), "# EOF"));
    CHECK(office.ask({}, {.format = Format::openmetrics}).ends_with("# EOF\n"));
    CHECK(office.ask({}, {.gzip = true}).starts_with("\x1f\x8b"));
  }
}

TEST_CASE("what is not shown any more is let go of, scraped or not", "[web][scrape_desk]") {
  Office office;
  for (int i = 0; i < 3; ++i) (void)office.ask();
  const std::weak_ptr<const Shown> old = office.shelf.view(shown::now).at(0);
  office.publish({});
  CHECK(old.expired());
}
