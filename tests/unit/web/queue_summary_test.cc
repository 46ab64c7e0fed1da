#include "exporter/web/queue_summary.h"

#include "tests/catch.h"
#include "tests/unit/web/shown_queues.h"

using namespace taskqueue;
using namespace taskqueue::web;
using std::chrono::minutes;

namespace {

QueueSummary summary(QueueStatus status, std::optional<Snapshot> snapshot = shown::counted()) {
  return summarize(*shown::queue(shown::transcode, std::move(status), std::move(snapshot)), shown::now);
}

}  // namespace

TEST_CASE("a working queue is up, with its counts by phase", "[web][queue_summary]") {
  const QueueSummary queue = summary(shown::working());
  CHECK(queue.state == QueueState::up);
  CHECK(queue.up);
  CHECK(queue.tasks ==
        PhaseCounts{{Phase::queued, 1234}, {Phase::running, 40}, {Phase::succeeded, 48210}, {Phase::failed, 7}});
  CHECK(queue.data_age == std::chrono::seconds{12});
}

TEST_CASE("the oldest of a queue is the oldest of all its types", "[web][queue_summary]") {
  const OldestTimes oldest = summary(shown::working()).oldest;
  CHECK(oldest.queued == shown::ago(minutes{42}));
  CHECK(oldest.running == shown::ago(std::chrono::hours{2}));
}

TEST_CASE("the state is the first that fits", "[web][queue_summary]") {
  QueueStatus status = shown::working();
  Snapshot snapshot = shown::counted();

  SECTION("nothing has ended yet") { CHECK(summary({}, std::nullopt).state == QueueState::untried); }
  SECTION("the counts do not cover everything yet") {
    snapshot.complete = false;
    CHECK(summary(status, snapshot).state == QueueState::incomplete);
  }
  SECTION("the last refresh failed") {
    status.last_refresh_succeeded = false;
    CHECK(summary(status).state == QueueState::failing);
  }
  SECTION("no refresh has ever worked") {
    status.last_refresh_succeeded = false;
    status.last_success.reset();
    CHECK(summary(status, std::nullopt).state == QueueState::failing);
  }
  SECTION("the data are too old") {
    status.last_refresh_succeeded = false;
    status.last_success = shown::ago(minutes{6});
    CHECK(summary(status).state == QueueState::stale);
  }
  SECTION("another replica reads it") {
    status.leader = false;
    status.last_success.reset();
    CHECK(summary(status, std::nullopt).state == QueueState::standby);
  }
}

TEST_CASE("data that are too old are not shown, unless they are to be served", "[web][queue_summary]") {
  QueueStatus status = shown::working();
  status.last_success = shown::ago(minutes{6});
  CHECK_FALSE(summary(status).tasks);
  CHECK_FALSE(summary(status).oldest.queued);
  CHECK(summary(status).longest_running.empty());
  status.drops_stale = false;
  CHECK(summary(status).tasks);
}

TEST_CASE("a failure that a success has followed is recovered from", "[web][queue_summary]") {
  QueueStatus status = shown::working();
  status.last_failure = shown::throttled();
  CHECK_FALSE(summary(status).failing);
  status.last_refresh_succeeded = false;
  CHECK(summary(status).failing);
}

TEST_CASE("a clock that was set back makes no age below zero", "[web][queue_summary]") {
  QueueStatus status = shown::working();
  status.last_success = shown::now + minutes{1};
  CHECK(summary(status).data_age == Milliseconds{0});
}

TEST_CASE("a region tells queues of one name apart", "[web][queue_summary]") {
  CHECK(full_name(shown::transcode) == "transcode");
  CHECK(full_name(shown::render) == "render (ap-guangzhou)");
}
