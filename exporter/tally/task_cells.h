// Where an ended task is counted: in the cells and, while a sweep is under way, in the sweep's own.
#pragma once

#include <string>
#include <vector>

#include "exporter/tally/task_state.h"

namespace taskqueue {

struct CellPlace {
  CellKind kind = 0;
  Minute minute = 0;
};

/// Lists of `listed` may tell that tasks ended and not how: in each minute, as many as `before` had of an outcome keep
/// it.
[[nodiscard]] EndedCells with_told_outcomes(EndedCells listed, const EndedCells& before,
                                            const std::vector<TypeRow>& kinds);

class TaskCells {
 public:
  /// Writes to, does not own, `state`.
  explicit TaskCells(TaskState& state) : state_(state) {}

  /// The cell of an ended task, whose type is a label value.
  [[nodiscard]] CellPlace place(const Task& task) { return place(task, task.type); }
  /// The same where that is `type` instead.
  [[nodiscard]] CellPlace place(const Task& task, const std::string& type);

  void add(const CellPlace& place);
  void take(const CellPlace& place);

 private:
  TaskState& state_;
};

}  // namespace taskqueue
