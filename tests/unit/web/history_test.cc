#include "exporter/web/history.h"

#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;
using namespace std::chrono_literals;

namespace {

/// A queue with so many queued tasks, of which so many have ended so far.
std::shared_ptr<const Shown> shown_with(std::int64_t queued, std::uint64_t ended) {
  Snapshot snapshot;
  snapshot.tasks = {{"a", "WAITING", Phase::queued, queued}, {"b", "WAITING", Phase::queued, 1}};
  snapshot.counters["a"].finished = {{Phase::succeeded, ended}, {Phase::failed, 1}};
  QueueStatus status = shown::working();
  status.drops_stale = false;
  return shown::queue(shown::transcode, status, snapshot);
}

}  // namespace

TEST_CASE("each reading is a point, with what ended since the one before", "[web][history]") {
  History history;
  history.record({shown_with(10, 100)}, {}, shown::ago(60s));
  history.record({shown_with(20, 130)}, {}, shown::ago(30s));
  history.record({shown_with(30, 140)}, {}, shown::now);
  const auto& points = history.of(shown::transcode);
  REQUIRE(points.size() == 3);
  CHECK(points[0].queued == 11);
  CHECK(points[0].running == 0);
  CHECK_FALSE(points[0].ended_per_minute);
  CHECK(points[1].ended_per_minute == 60.0);
  CHECK(points[2].ended_per_minute == 20.0);
  CHECK(history.ended_per_minute(shown::transcode) == 40.0);
}

TEST_CASE("what is not known, or too old, makes a gap", "[web][history]") {
  History history;
  history.record({shown::queue(shown::transcode, {}, std::nullopt)}, {}, shown::ago(30s));
  QueueStatus old = shown::working();
  old.last_success = shown::ago(1h);
  history.record({shown::queue(shown::transcode, old, shown::counted())}, {}, shown::now);
  for (const HistoryPoint& point : history.of(shown::transcode)) {
    CHECK_FALSE(point.queued);
    CHECK_FALSE(point.ended_per_minute);
  }
}

TEST_CASE("counting that begins anew is no negative rate", "[web][history]") {
  History history;
  history.record({shown_with(1, 100)}, {}, shown::ago(30s));
  history.record({shown_with(1, 0)}, {}, shown::now);
  CHECK_FALSE(history.of(shown::transcode)[1].ended_per_minute);
}

TEST_CASE("two hours are kept, and nothing of queues that are gone", "[web][history]") {
  History history;
  for (int i = 0; i < 1000; ++i) history.record({shown_with(i, 0)}, {}, shown::now + i * History::step);
  REQUIRE(history.of(shown::transcode).size() == History::most_points);
  CHECK(history.of(shown::transcode).back().queued == 1000);
  history.record({}, {}, shown::now + 2000 * History::step);
  CHECK(history.of(shown::transcode).empty());
}

TEST_CASE("a budget's use is measured over about a minute", "[web][history]") {
  const CallLabels key{"tencent", "media", "mps", "", "DescribeTasks"};
  History history;
  CHECK_FALSE(history.used({key, 1, 1, 10}, shown::now).used);
  for (int i = 0; i <= 10; ++i) {
    history.record({}, {{key, 1, 1, static_cast<std::uint64_t>(i < 8 ? 0 : (i - 7) * 60)}},
                   shown::now + i * History::step);
  }
  // The last three readings span a minute and 120 requests; 30 s and 30 requests later:
  const auto used = history.used({key, 1, 1, 210}, shown::now + 11 * History::step).used;
  REQUIRE(used);
  CHECK(*used == Approx(150.0 / 90));
}
