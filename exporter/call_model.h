// How many calls it takes to read a queue: arithmetic about the way each service is read, for --config.estimate.
#pragma once

#include <map>
#include <string>

namespace taskqueue {

/// What a queue holds and does in steady life. All zero: an idle one.
struct QueueLoad {
  double queued = 0;
  double running = 0;
  double ended_per_second = 0;  // tasks
  double jobs = 0;              // Batch: live ones
  double tasks_per_job = 1;     // Batch

  bool operator==(const QueueLoad&) const = default;
};

/// How often a queue is read; in seconds.
struct ReadingRhythm {
  double interval = 30;    // from one refresh to the next
  double recount = 86400;  // from one sweep of all ended tasks to the next
};

/// Calls per second by action, the mean over a long time.
using CallRates = std::map<std::string, double>;

/// The pages of 100 that a list takes whose length varies round `mean` as arrivals by chance do; at least one.
[[nodiscard]] double pages(double mean);

/// A refresh lists the waiting, the running, and what ended since the last one: those that failed and the others.
[[nodiscard]] CallRates mps_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm);

/// The same without outcomes; with them, every ended task is asked for once more.
[[nodiscard]] CallRates vod_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm, bool asks_each_outcome);

/// New tasks, the live ones by their ids, the total.
[[nodiscard]] CallRates ecs_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm);

/// Jobs that are discovered: three lists of jobs, every moving job, and those tasks that may have changed. How long
/// the API lists ended jobs is not documented, so the hourly look through all of them is left out.
[[nodiscard]] CallRates batch_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm);

/// What the configuration names instead.
struct NamedInBatch {
  double jobs = 0;
  double tasks = 0;
};
/// Named ones are live where `load` has anything, else over.
[[nodiscard]] CallRates named_batch_call_rates(const NamedInBatch& named, const QueueLoad& load,
                                               const ReadingRhythm& rhythm);

/// The calls of one sweep of everything that ended within the window: what a first reading costs besides, once.
[[nodiscard]] double mps_sweep_calls(const QueueLoad& load);
[[nodiscard]] double vod_sweep_calls(const QueueLoad& load);

}  // namespace taskqueue
