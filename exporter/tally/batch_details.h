// Reads what lists do not tell: a job's tasks, and their instances.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "exporter/result.h"
#include "exporter/tally/batch_counting.h"
#include "exporter/tally/batch_reader.h"
#include "exporter/tally/batch_round.h"
#include "exporter/tally/batch_state.h"

namespace taskqueue {

/// Does one refresh's readings, with as few calls as tell the instance counts of every task.
///
/// Jobs and tasks are read by different calls with limiters of their own. Whichever call can leave first goes first, so
/// that the limiters' waits overlap: while a job's tasks wait for theirs, the next jobs are read.
///
/// All functions fail when stopped only; other failures go to the round, and what was known stays.
class BatchDetails {
 public:
  /// Uses, does not own, its arguments.
  BatchDetails(BatchReader& reader, BatchCounting& counting, BatchRound& round)
      : reader_(reader), counting_(counting), round_(round) {}

  /// A job is to be read, and those of its tasks that may have changed; after all that are to be read already. It must
  /// stay where it is until then.
  void want_job(KnownBatchJob& job) { jobs_.push_back(&job); }
  /// One task of a job of which nothing else is known.
  void want_pair(KnownBatchJob& job, const std::string& task) { errands_.push_back({&job, task, nullptr}); }

  [[nodiscard]] bool is_done() const { return jobs_.empty() && errands_.empty(); }

  /// Reads all that is wanted.
  Result<Done, Failure> run();
  /// Reads what can be begun before `when`; the rest stays wanted.
  Result<Done, Failure> run_until(SteadyTime when);
  /// Reads history as far as it can be begun before `when`; the rest is wanted no more, but not forgotten either: what
  /// was read of a job's tasks need not be read again.
  Result<Done, Failure> run_history(SteadyTime when);

 private:
  struct Plan;
  /// A task to be asked for, by itself or for a job's plan.
  struct Errand {
    KnownBatchJob* job = nullptr;
    std::string task;
    std::shared_ptr<Plan> plan;
  };
  /// The action whose calls fail, and how often in a row.
  struct Line {
    bool closed = false;  // no call of it has a chance any more
    int broken = 0;
  };

  Result<Done, Failure> run(Purpose purpose, SteadyTime when);
  /// Makes the call that can leave first, if that is before `when`; false if there is none.
  Result<bool, Failure> step(Purpose purpose, SteadyTime when);
  Result<Done, Failure> read_job(KnownBatchJob& job, Purpose purpose);
  Result<Done, Failure> miss_job(KnownBatchJob& job, const Failure& failure);
  void note_gone(KnownBatchJob& job, bool was_gone, const std::optional<WallTime>& read) const;
  Result<Done, Failure> read_task(const Errand& errand, Purpose purpose);
  Result<Done, Failure> read_pair(const Errand& errand, Purpose purpose);
  /// Notes what needs no call of the job's tasks; ends with an errand or with the job.
  void go_on(KnownBatchJob& job, const std::shared_ptr<Plan>& plan);
  bool settle_without_call(KnownBatchJob& job, Plan& plan);
  void finish(KnownBatchJob& job, const Plan& plan);
  void note_failure(const Failure& failure, Line& line);

  BatchReader& reader_;
  BatchCounting& counting_;
  BatchRound& round_;
  std::deque<KnownBatchJob*> jobs_;
  std::deque<Errand> errands_;
  Line job_line_;
  Line task_line_;
};

/// Everything that the lists tell of the job has been read, and counted.
[[nodiscard]] bool is_read_to_its_end(const KnownBatchJob& job);

/// A job's instances may have changed, or were never read.
[[nodiscard]] bool is_due(const KnownBatchJob& job, WallTime as_of);

}  // namespace taskqueue
