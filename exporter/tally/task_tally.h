// Counts tasks that one listing shows whole: MPS, VOD, ECS.
#pragma once

#include <memory>

#include "exporter/tally/tally.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

class TaskTally final : public Tally {
 public:
  TaskTally(std::unique_ptr<TaskReader> reader, std::size_t max_types);

  Result<Counted, Failure> refresh(const QueueState& before, const Snapshot* last) override;

 private:
  const std::unique_ptr<TaskReader> reader_;
  const std::size_t max_types_;
};

}  // namespace taskqueue
