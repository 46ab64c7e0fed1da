// Counts Batch: jobs, their tasks, and the instances of those.
#pragma once

#include <memory>

#include "exporter/tally/batch_reader.h"
#include "exporter/tally/batch_scope.h"
#include "exporter/tally/tally.h"

namespace taskqueue {

/// A refresh lists the jobs, then reads those that are new, changed or moving, the most overdue first. Ended jobs cost
/// nothing once they have been read. With named jobs nothing is listed.
class BatchTally final : public Tally {
 public:
  BatchTally(std::unique_ptr<BatchReader> reader, BatchScope scope);

  /// Fails if nothing could be read, or when stopped. A job that could not be read keeps what was known of it.
  Result<Counted, Failure> refresh(const QueueState& before, const Snapshot* last) override;

 private:
  const std::unique_ptr<BatchReader> reader_;
  const BatchScope scope_;
};

}  // namespace taskqueue
