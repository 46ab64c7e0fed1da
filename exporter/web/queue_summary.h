// One queue as people want to see it: what the page and the JSON both say, worked out once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/phase.h"
#include "exporter/metrics/queue_status.h"
#include "exporter/metrics/snapshot.h"
#include "exporter/refresh/shelf.h"

namespace taskqueue::web {

/// How a queue is doing, in one word; the first that fits.
enum class QueueState {
  untried,     // no refresh has ended yet
  standby,     // another replica reads it, and there are no data from it yet
  failing,     // the last refresh failed; the data are still young enough
  stale,       // the data are too old to be shown as true
  incomplete,  // the last refresh worked, but the counts do not cover everything yet
  up,
};

/// The word as it stands in the JSON.
[[nodiscard]] std::string_view word(QueueState state);

using PhaseCounts = std::map<Phase, std::int64_t>;

/// What is unknown is absent, as in the metrics. Points into nothing: may outlive the Shown it was made from.
struct QueueSummary {
  QueueLabels labels;
  QueueState state = QueueState::untried;
  bool up = false;
  bool stale = true;
  bool complete = false;
  bool leader = true;
  Milliseconds interval{0};
  Milliseconds stale_after{0};
  std::optional<WallTime> last_success;
  std::optional<Milliseconds> data_age;
  std::optional<Milliseconds> last_duration;

  std::optional<PhaseCounts> tasks;  // absent: nothing read yet, or too old and on_stale = "drop"
  std::vector<TaskCount> rows;       // the same by type and status
  PhaseCounts instances;             // Batch only, else empty
  PhaseCounts jobs;                  // Batch only, else empty
  OldestTimes oldest;                // over every type
  std::vector<NamedTask> oldest_queued;
  std::vector<NamedTask> longest_running;

  std::optional<Failure> failure;  // of the newest refresh that was not a success
  std::optional<WallTime> failure_at;
  bool failing = false;  // nothing has worked since that failure
};

[[nodiscard]] QueueSummary summarize(const Shown& shown, WallTime now);

/// "media-queue", or "media-queue (ap-guangzhou)" where a region tells queues of one name apart.
[[nodiscard]] std::string full_name(const QueueLabels& labels);

}  // namespace taskqueue::web
