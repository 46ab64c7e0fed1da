// What is remembered of a queue between refreshes, so that no task is counted twice or forgotten. The ledger keeps it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/snapshot.h"
#include "exporter/tally/batch_state.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// What has been counted of a task.
struct KnownTask {
  std::optional<WallTime> created;
  bool start_seen = false;
  bool end_seen = false;

  bool operator==(const KnownTask&) const = default;
};

/// MPS, VOD, ECS.
struct TaskState {
  bool counting = false;  // a first complete refresh has been: what comes after it is counted
  std::unordered_map<std::string, KnownTask> known;  // by id
  std::map<std::string, TypeCounters> counters;      // by type
  std::set<std::string> published;                   // types whose counters have been shown at 0
  std::vector<std::string> type_slots;               // by first seen; what finds no slot is "other"
  std::map<std::string, std::set<StatusRow>> rows;   // rows seen of each type while it is in the window

  bool operator==(const TaskState&) const = default;
};

struct QueueState {
  TaskState tasks;
  BatchState batch{};

  bool operator==(const QueueState&) const = default;
};

}  // namespace taskqueue
