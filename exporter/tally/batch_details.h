// Reads what lists do not tell: a job's tasks, and their instances.
#pragma once

#include "exporter/result.h"
#include "exporter/tally/batch_counting.h"
#include "exporter/tally/batch_reader.h"
#include "exporter/tally/batch_round.h"
#include "exporter/tally/batch_state.h"

namespace taskqueue {

/// Does one refresh's readings, with as few calls as tell the instance counts of every task. All functions fail when
/// stopped only; other failures go to the round, and what was known stays.
class BatchDetails {
 public:
  /// Uses, does not own, its arguments.
  BatchDetails(BatchReader& reader, BatchCounting& counting, BatchRound& round)
      : reader_(reader), counting_(counting), round_(round) {}

  /// A job, and those of its tasks that may have changed.
  Result<Done, Failure> read_job(KnownBatchJob& job);

  /// One task of a job of which nothing else is known.
  Result<Done, Failure> read_pair(KnownBatchJob& job, const std::string& task);

 private:
  struct Plan;
  /// Reads one task's instances; true if they are known now.
  Result<bool, Failure> read_task(KnownBatchJob& job, const BatchTask& listed, Plan& plan);
  Result<bool, Failure> settle(KnownBatchJob& job, const BatchTask& listed, Plan& plan);
  Result<Done, Failure> miss_job(KnownBatchJob& job, const Failure& failure);
  void note_failure(const Failure& failure, bool& closed);

  BatchReader& reader_;
  BatchCounting& counting_;
  BatchRound& round_;
  bool jobs_closed_ = false;  // no call of this action has a chance any more
  bool tasks_closed_ = false;
};

/// A job's instances may have changed, or were never read.
[[nodiscard]] bool is_due(const KnownBatchJob& job, WallTime as_of);

}  // namespace taskqueue
