// The steps of counting tasks, pure: from a sighting and what is remembered.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "exporter/metrics/snapshot.h"
#include "exporter/tally/queue_state.h"
#include "exporter/tally/sighting.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// Gives types their label values: the first `max_types` ever seen keep their names, documented ones first.
class TypeSlots {
 public:
  TypeSlots(std::vector<std::string>& slots, std::size_t max_types, const Vocabulary& vocabulary);

  /// The type itself, or "other" for good.
  [[nodiscard]] std::string name(const std::string& type);

 private:
  std::vector<std::string>& slots_;
  const std::size_t max_types_;
};

/// Counts arrivals, starts and ends since `state` was last updated, and updates it. The first complete sighting is the
/// baseline: it counts nothing.
void count_changes(TaskState& state, const Sighting& sighting, const Vocabulary& vocabulary, TypeSlots& slots,
                   WallTime as_of);

/// What is now: counts by type, status and phase with their zero rows, and the oldest of each type.
void fill_gauges(Snapshot& snapshot, TaskState& state, const Sighting& sighting, const Vocabulary& vocabulary,
                 TypeSlots& slots);

/// What has been counted. A type shown for the first time is shown at 0 once, so that increase() sees what follows.
void fill_counters(Snapshot& snapshot, TaskState& state, const Vocabulary& vocabulary);

}  // namespace taskqueue
