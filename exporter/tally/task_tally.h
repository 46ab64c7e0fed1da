// Counts the tasks of a list API: MPS, VOD, ECS.
#pragma once

#include <memory>

#include "exporter/tally/tally.h"
#include "exporter/tally/task_counting.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// A refresh lists the live tasks and what ended since the last one, and counts those; what had ended before is swept
/// once, in slices. Where an API cannot be asked so, each refresh lists everything.
class TaskTally final : public Tally {
 public:
  struct Options {
    std::size_t max_types = 100;
    Milliseconds recount = std::chrono::hours{24};  // ended tasks are swept again as often
  };
  TaskTally(std::unique_ptr<TaskReader> reader, Options options);

  Result<Counted, Failure> refresh(const QueueState& before, const Snapshot* last) override;

  /// A longer look back is due, or a sweep is under way.
  [[nodiscard]] bool has_more(const QueueState& state) const override {
    return state.tasks.looks_back || state.tasks.sweep;
  }

  /// That look, or the sweep's next slice. A failure leaves them where they were.
  Result<Counted, Failure> advance(const QueueState& before, const Snapshot& last) override;

 private:
  /// Lists what is new among ended tasks, or everything where that cannot be asked for.
  Result<Reading, Failure> read_ended(WallTime from, const TaskSink& sink);
  Result<Reading, Failure> look_back(TaskState& state, WallTime began);
  Result<Reading, Failure> sweep_on(TaskState& state, WallTime began);
  Result<Done, Failure> check(TaskState& state, TaskCounting& counting, WallTime as_of);
  void check_an_hour(const TaskState& state, TaskCounting& counting, WallTime as_of) const;
  Result<Done, Failure> check_total(TaskState& state, TaskCounting& counting, WallTime as_of);
  void count_again(TaskState& state, TaskCounting& counting) const;
  [[nodiscard]] Snapshot snapshot(TaskState& state, const Vocabulary& vocabulary, WallTime began) const;

  const std::unique_ptr<TaskReader> reader_;
  const Options options_;
};

}  // namespace taskqueue
