// What happened to jobs and tasks since they were last seen, counted.
#pragma once

#include <optional>
#include <string>

#include "exporter/tally/batch_state.h"
#include "exporter/tally/queue_state.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tally/type_slots.h"

namespace taskqueue {

/// What ended, as it is seen now.
struct SeenEnd {
  std::string_view state;
  std::optional<WallTime> created;
  std::optional<WallTime> ended;
};

/// The outcome to count now, if this is an end that was not counted and lies after `since`. Remembers what it saw in
/// any case; without `since` nothing counts.
[[nodiscard]] std::optional<Phase> count_end(CountedEnd& counted, const SeenEnd& seen,
                                             const std::optional<WallTime>& since);

/// Instance counts as they were read at a moment.
struct InstanceReading {
  StateCounts counts{};
  WallTime as_of{};
};

class BatchCounting {
 public:
  /// Writes to, does not own, `state`. The counters of task names are in its TaskState.
  BatchCounting(QueueState& state, std::size_t max_types);

  /// Jobs are told of, so that how many finished is 0 and not unknown.
  void expect_jobs();

  /// A job is as its `job` says. Changed only if that is news.
  void note_job(Shared<KnownBatchJob>& job);

  /// A task is as `seen` says; its instances were read, or were not.
  void note_task(KnownBatchJob& job, const BatchTask& seen, const std::optional<InstanceReading>& instances);

  /// All tasks of the job have been noted: what was laid aside is taken into account.
  void note_all_tasks(KnownBatchJob& job);

  /// Forgets the tasks of a job that are shown no more, but not that they were counted.
  static void lay_aside(KnownBatchJob& job);

  [[nodiscard]] std::string type_of(const std::string& task_name) { return slots_.name(task_name); }

 private:
  [[nodiscard]] bool is_new_since_counting(const std::optional<WallTime>& created) const;
  void greet(const KnownBatchJob& job, KnownBatchTask& task, const BatchTask& seen, TypeCounters& counters);
  void count_rises(const KnownBatchJob& job, const KnownBatchTask& task, const BatchTask& seen,
                   const StateCounts& counts);

  BatchState& batch_;
  TaskState& tasks_;
  TypeSlots slots_;
};

/// What a Batch queue can say of its tasks.
[[nodiscard]] Vocabulary batch_vocabulary();

}  // namespace taskqueue
