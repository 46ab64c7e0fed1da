// What one queue looked like at one moment, and what has been counted so far. Made by the tally, kept by the ledger,
// rendered once, shown until the next.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/phase.h"

namespace taskqueue {

/// The labels that every series of a queue carries.
struct QueueLabels {
  std::string queue;
  std::string cloud_service;
  std::string account;
  std::string cloud_region;  // empty: no such label

  auto operator<=>(const QueueLabels&) const = default;
};

/// taskqueue_tasks
struct TaskCount {
  std::string type;
  std::string status;
  Phase phase = Phase::unknown;
  std::int64_t count = 0;

  bool operator==(const TaskCount&) const = default;
};

/// taskqueue_task_instances
struct InstanceCount {
  std::string job_id;  // empty with instances_by = "job_name"
  std::string job_name;
  std::string task;
  std::string status;
  Phase phase = Phase::unknown;
  std::int64_t count = 0;

  bool operator==(const InstanceCount&) const = default;
};

/// taskqueue_jobs
struct JobCount {
  std::string status;
  Phase phase = Phase::unknown;
  std::int64_t count = 0;

  bool operator==(const JobCount&) const = default;
};

/// The oldest of a type; nothing where there is none or the API does not tell.
struct OldestTimes {
  std::optional<WallTime> queued;      // creation
  std::optional<WallTime> running;     // start
  std::optional<WallTime> unfinished;  // creation

  bool operator==(const OldestTimes&) const = default;
};

/// Upper bounds of the task histograms, seconds.
inline constexpr std::array<std::int64_t, 14> task_seconds_bounds{1,   5,    15,   30,   60,    120,   300,
                                                                  600, 1800, 3600, 7200, 14400, 43200, 86400};

/// The newest task that fell into a bucket.
struct Exemplar {
  std::string task_id;
  double value = 0;  // seconds
  WallTime when{};

  bool operator==(const Exemplar&) const = default;
};

/// A histogram of seconds; buckets are not cumulative here, the last is +Inf.
struct Histogram {
  std::array<std::uint64_t, task_seconds_bounds.size() + 1> buckets{};
  std::array<Exemplar, task_seconds_bounds.size() + 1> exemplars{};
  double sum = 0;

  void observe(double seconds, Exemplar exemplar);
  [[nodiscard]] std::uint64_t count() const;
  bool operator==(const Histogram&) const = default;
};

/// Counters and histograms of one type; they only grow.
struct TypeCounters {
  std::uint64_t arrived = 0;
  std::map<Phase, std::uint64_t> finished;  // by outcome; the outcomes the queue can tell are there from 0
  std::uint64_t ahead = 0;                  // ends in `finished` that were none: so many of the next are not counted
  Histogram wait, run, turnaround;

  bool operator==(const TypeCounters&) const = default;
};

/// A task by name, for the status page and the JSON only; never a label.
struct NamedTask {
  std::string id;
  std::string type;
  WallTime since{};  // creation of a queued one, start of a running one

  bool operator==(const NamedTask&) const = default;
};

struct Snapshot {
  WallTime began{};       // cloud time when the refresh began: how old the data are
  bool complete = false;  // the counts cover everything the API shows

  // Gauges: what is now.
  std::vector<TaskCount> tasks;
  std::vector<InstanceCount> instances;
  std::vector<JobCount> jobs;
  std::map<std::string, OldestTimes> oldest;  // by type
  std::optional<std::chrono::seconds> window;
  std::uint64_t series_dropped = 0;

  // Counters: since counting began.
  std::map<std::string, TypeCounters> counters;  // by type
  bool tells_start = false;                      // the API tells when a task began, so wait and run exist
  std::map<Phase, std::uint64_t> instances_finished;
  std::map<Phase, std::uint64_t> jobs_finished;

  // For people: at most ten each, oldest first.
  std::vector<NamedTask> oldest_queued;
  std::vector<NamedTask> longest_running;

  bool operator==(const Snapshot&) const = default;
};

}  // namespace taskqueue
