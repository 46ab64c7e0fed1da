// What is remembered of Batch's jobs between refreshes.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "exporter/metrics/snapshot.h"
#include "exporter/shared.h"
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
  CountedEnd counted{};
  std::uint64_t listed = 0;           // the round that last saw it in a list
  bool gone = false;                  // the API no longer knows it; what was counted is remembered for a while,
  std::optional<WallTime> gone_at{};  // lest it be counted again if the API was mistaken; a named one: told so twice

  // Of the last DescribeJob.
  std::optional<WallTime> read{};
  std::optional<BatchJob> read_as{};              // what it said; a listing that says the same brings no news
  std::optional<StateCounts> instances{};         // of all tasks together
  bool owed = false;                              // something of it could not be read, or had not settled
  std::map<std::string, KnownBatchTask> tasks{};  // by name
  std::optional<LaidAside> laid_aside{};

  bool operator==(const KnownBatchJob&) const = default;
};

/// Ended jobs are listed in two lists, so that one that is retried changes a total.
inline constexpr std::size_t ended_lists = 2;

/// How far a reading of all ended jobs has come.
struct EndedWalk {
  std::size_t list = 0;
  std::int64_t offset = 0;
  std::uint64_t began = 0;  // in this round

  bool operator==(const EndedWalk&) const = default;
};

/// What is known of one list of ended jobs, beyond the jobs themselves.
struct EndedList {
  std::int64_t surplus = 0;  // so many more are remembered than the API counts: not yet found to be deleted
  std::int64_t checked = 0;  // the surplus when it was last looked into
  std::int64_t odd = 0;      // the surplus that a whole walk left, if negative: the API counts what it does not list
  std::uint64_t whole = 0;   // the round that last read it to its end
  int missing = 0;           // rounds in a row in which fewer still were remembered

  bool operator==(const EndedList&) const = default;
};

/// The counters of task names are in TaskState, like those of all services.
struct BatchState {
  std::optional<WallTime> counting_since{};  // cloud time; the first refresh counts nothing
  std::uint64_t rounds = 0;                  // that listed jobs
  std::optional<WallTime> known_until{};     // every job that was created before is known, or will be by the walk
  std::optional<WallTime> walked{};          // when all ended jobs had been listed
  std::optional<EndedWalk> walk{};           // under way
  std::array<EndedList, ended_lists> ended{};
  std::map<std::string, Shared<KnownBatchJob>> jobs{};  // by id
  std::map<Phase, std::uint64_t> instances_finished{};
  std::map<Phase, std::uint64_t> jobs_finished{};

  bool operator==(const BatchState&) const = default;
};

}  // namespace taskqueue
