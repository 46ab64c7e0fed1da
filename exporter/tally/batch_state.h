// What is remembered of Batch's jobs between refreshes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "exporter/metrics/snapshot.h"
#include "exporter/tally/batch_job.h"

namespace taskqueue {

/// Which ends of a job or task have been counted. An end's identity is its EndTime: what is retried ends again.
struct CountedEnd {
  enum class Last { nothing, live, over };
  Last last = Last::nothing;        // how it was last seen
  bool interrupted = false;         // its interruption was counted, so the FAILED that follows is not
  std::optional<WallTime> ended{};  // the newest end that was seen

  bool operator==(const CountedEnd&) const = default;
};

struct KnownBatchTask {
  BatchTask task;
  std::optional<StateCounts> instances{};  // as last read; nothing: not yet
  std::optional<WallTime> read{};          // when they were
  bool settled = false;                    // they were read after the task was over
  bool gone = false;                       // the API no longer knows it
  CountedEnd counted{};

  bool operator==(const KnownBatchTask&) const = default;
};

/// What remains of a job's tasks when they are shown no more.
struct LaidAside {
  WallTime until{};  // every end up to here has been seen
  std::map<Phase, std::int64_t> instances;

  bool operator==(const LaidAside&) const = default;
};

struct KnownBatchJob {
  BatchJob job;                    // as last seen
  std::optional<WallTime> over{};  // its EndTime or, where it has none, when it was first seen over
  bool gone = false;               // the API no longer knows it
  CountedEnd counted{};

  // Of the last DescribeJob.
  std::optional<WallTime> read{};
  std::optional<BatchJob> read_as{};              // what it said; a listing that says the same brings no news
  std::optional<StateCounts> instances{};         // of all tasks together
  bool owed = false;                              // something of it could not be read, or had not settled
  std::map<std::string, KnownBatchTask> tasks{};  // by name
  std::optional<LaidAside> laid_aside{};

  bool operator==(const KnownBatchJob&) const = default;
};

/// The counters of task names are in TaskState, like those of all services.
struct BatchState {
  std::optional<WallTime> counting_since{};     // cloud time; the first refresh counts nothing
  std::optional<WallTime> ended_listed{};       // when all ended jobs were last listed
  std::map<std::string, KnownBatchJob> jobs{};  // by id
  std::map<Phase, std::uint64_t> instances_finished{};
  std::map<Phase, std::uint64_t> jobs_finished{};

  bool operator==(const BatchState&) const = default;
};

}  // namespace taskqueue
