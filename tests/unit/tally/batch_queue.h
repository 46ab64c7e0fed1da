// A Batch queue over refreshes, for tests.
#pragma once

#include <memory>
#include <tuple>

#include "exporter/tally/batch_tally.h"
#include "tests/unit/tally/batch_world.h"

namespace taskqueue {

struct BatchQueue {
  explicit BatchQueue(World& from, BatchScope scope = {})
      : world(from), tally(std::make_unique<WorldReader>(from), std::move(scope)) {}

  /// Goes on from another configuration of the queue.
  BatchQueue(const BatchQueue& earlier, BatchScope scope)
      : world(earlier.world),
        tally(std::make_unique<WorldReader>(earlier.world), std::move(scope)),
        state(earlier.state),
        shown(earlier.shown) {}

  /// Commits what a refresh gives, as the scheduler does. `calls` are those of the last refresh.
  Result<Counted, Failure> refresh() {
    world.calls.clear();
    auto counted = tally.refresh(state, &shown);
    if (counted) {
      state = counted->after;
      shown = counted->snapshot;
      partial = counted->partial;
    }
    return counted;
  }

  /// The count of one instance series; nothing if there is none.
  [[nodiscard]] std::optional<std::int64_t> instances(const std::string& job, const std::string& task,
                                                      std::size_t status) const {
    for (const InstanceCount& row : shown.instances) {
      const bool is_it = (row.job_id == job || (row.job_id.empty() && row.job_name == job)) && row.task == task;
      if (is_it && row.status == batch_states[status]) return row.count;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::int64_t tasks(const std::string& type, std::size_t status) const {
    for (const TaskCount& row : shown.tasks) {
      if (row.type == type && row.status == batch_states[status]) return row.count;
    }
    return 0;
  }
  [[nodiscard]] std::optional<std::int64_t> jobs(std::size_t status) const {
    for (const JobCount& row : shown.jobs) {
      if (row.status == batch_states[status]) return row.count;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::uint64_t finished(const std::string& type, Phase outcome) const {
    const auto counters = state.tasks.counters.find(type);
    return counters == state.tasks.counters.end() ? 0 : counters->second.finished.at(outcome);
  }
  [[nodiscard]] std::uint64_t arrived(const std::string& type) const {
    const auto counters = state.tasks.counters.find(type);
    return counters == state.tasks.counters.end() ? 0 : counters->second.arrived;
  }

  World& world;
  BatchTally tally;
  QueueState state;
  Snapshot shown;
  std::optional<Failure> partial;
};

}  // namespace taskqueue
