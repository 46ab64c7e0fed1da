// Counting what had ended already: the first sweep, recounts, and checks of a part.
#pragma once

#include <utility>

#include "exporter/tally/sighting.h"
#include "exporter/tally/task_cells.h"
#include "exporter/tally/type_slots.h"

namespace taskqueue {

/// The next slice: [first, second), overlapping the last.
[[nodiscard]] std::pair<WallTime, WallTime> next_slice(const TaskSweep& sweep);

class TaskSweeping {
 public:
  /// Writes to, does not own, `state`; uses the others.
  TaskSweeping(TaskState& state, const Vocabulary& vocabulary, const Abilities& abilities, TypeSlots& slots)
      : state_(state), vocabulary_(vocabulary), abilities_(abilities), slots_(slots), cells_(state) {}

  /// Begins to count the whole window at cloud time `now`, in place of a sweep under way. It owns what ended before the
  /// watermark.
  void begin(WallTime now);
  /// Begins to count what was created in [from, until), whole minutes, again.
  void begin_check(WallTime from, WallTime until);

  /// What a slice that ends at `end` listed at cloud time `now`. The last one ends the sweep, and the cells are right.
  void see(const Sighting& slice, WallTime end, WallTime now);

  /// Forgets the minutes that have left the window at cloud time `now`.
  void drop_left(WallTime now);

  /// True of an ended task that the sweep under way counts.
  [[nodiscard]] bool owns(const Task& task) const;

 private:
  [[nodiscard]] WallTime ownership_ends() const;
  void start(TaskSweep sweep);
  void count(const Task& listed, WallTime now);
  void note_edge(const Task& task, WallTime now);
  void adapt_width(std::size_t tasks);
  [[nodiscard]] EndedCells within_window(EndedCells cells) const;
  void finish(WallTime now);

  TaskState& state_;
  const Vocabulary& vocabulary_;
  const Abilities& abilities_;
  TypeSlots& slots_;
  TaskCells cells_;
};

}  // namespace taskqueue
