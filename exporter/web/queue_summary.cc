#include "exporter/web/queue_summary.h"

#include <algorithm>

namespace taskqueue::web {
namespace {

template <class Row>
PhaseCounts by_phase(const std::vector<Row>& rows) {
  PhaseCounts counts;
  for (const Row& row : rows) counts[row.phase] += row.count;
  return counts;
}

void take_earlier(std::optional<WallTime>& earliest, const std::optional<WallTime>& time) {
  if (time && (!earliest || *time < *earliest)) earliest = time;
}

OldestTimes oldest_of_all(const std::map<std::string, OldestTimes>& by_type) {
  OldestTimes oldest;
  for (const auto& [type, times] : by_type) {
    take_earlier(oldest.queued, times.queued);
    take_earlier(oldest.running, times.running);
    take_earlier(oldest.unfinished, times.unfinished);
  }
  return oldest;
}

void add_data(QueueSummary& summary, const Snapshot& snapshot) {
  summary.complete = snapshot.complete && snapshot.series_dropped == 0;
  summary.tasks = by_phase(snapshot.tasks);
  summary.rows = snapshot.tasks;
  summary.instances = by_phase(snapshot.instances);
  summary.jobs = by_phase(snapshot.jobs);
  summary.oldest = oldest_of_all(snapshot.oldest);
  summary.oldest_queued = snapshot.oldest_queued;
  summary.longest_running = snapshot.longest_running;
}

QueueState state_of(const QueueSummary& summary, const QueueStatus& status) {
  if (!status.tried) return QueueState::untried;
  if (!status.leader && !status.last_success) return QueueState::standby;
  if (summary.stale) return status.last_success ? QueueState::stale : QueueState::failing;
  if (!status.last_refresh_succeeded) return QueueState::failing;
  return summary.complete ? QueueState::up : QueueState::incomplete;
}

}  // namespace

std::string_view word(QueueState state) {
  switch (state) {
    case QueueState::untried: return "untried";
    case QueueState::standby: return "standby";
    case QueueState::failing: return "failing";
    case QueueState::stale: return "stale";
    case QueueState::incomplete: return "incomplete";
    case QueueState::up: return "up";
  }
  return "untried";
}

QueueSummary summarize(const Shown& shown, WallTime now) {
  const QueueStatus& status = shown.status;
  QueueSummary summary;
  summary.labels = shown.labels;
  summary.up = is_up(status, now);
  summary.stale = is_stale(status, now);
  summary.leader = status.leader;
  summary.interval = status.interval;
  summary.stale_after = status.stale_after;
  summary.last_success = status.last_success;
  if (status.last_success) summary.data_age = std::max(Milliseconds{0}, now - *status.last_success);
  summary.last_duration = status.last_duration;
  summary.failure = status.last_failure;
  summary.failure_at = status.last_failure_at;
  summary.failing = status.tried && !status.last_refresh_succeeded;
  if (shown.snapshot && !(summary.stale && status.drops_stale)) add_data(summary, *shown.snapshot);
  summary.state = state_of(summary, status);
  return summary;
}

std::string full_name(const QueueLabels& labels) {
  return labels.cloud_region.empty() ? labels.queue : labels.queue + " (" + labels.cloud_region + ")";
}

}  // namespace taskqueue::web
