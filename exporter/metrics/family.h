// The catalogue of every metric: name, type, help. What is not here is not exported.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "exporter/metrics/format.h"

namespace taskqueue {

enum class MetricType { gauge, counter, histogram };

struct FamilyHead {
  std::string_view name;
  MetricType type = MetricType::gauge;
  std::string_view help;
  std::string_view unit = "";  // the base unit, a suffix of the name; OpenMetrics shows it
  bool polled = false;         // HELP goes on to say that the data are polled and what tells their age
};

/// The families that queues have samples in. The order is that of the exposition.
enum class QueueFamily : std::size_t {
  tasks,
  task_instances,
  jobs,
  window,
  oldest_queued,
  oldest_running,
  oldest_unfinished,
  arrived,
  finished,
  wait,
  run,
  turnaround,
  instances_finished,
  jobs_finished,
  up,
  data_complete,
  last_success,
  refresh_interval,
  refresh_duration,
  refreshes,
  refreshes_skipped,
  series_dropped,
  leader,
};

[[nodiscard]] std::span<const FamilyHead> queue_families();
[[nodiscard]] const FamilyHead& head(QueueFamily family);

/// The families of the exporter itself: calls, ledger, process, and so on.
[[nodiscard]] std::span<const FamilyHead> own_families();
/// By name, which must be one of them.
[[nodiscard]] const FamilyHead& own_family(std::string_view name);

/// The whole help text.
[[nodiscard]] std::string help_text(const FamilyHead& head);

/// What stands before the samples of a family: HELP, TYPE and, in OpenMetrics, UNIT.
[[nodiscard]] std::string head_text(const FamilyHead& head, Format format);

/// `gauge`, `counter`, `histogram`
[[nodiscard]] std::string_view word(MetricType type);

/// A family's sample lines, ready to be shown.
struct FamilyText {
  FamilyHead head;
  std::string lines;
};

}  // namespace taskqueue
