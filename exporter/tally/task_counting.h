// What a listing's tasks mean for what is remembered, pure: each arrival, start and end is counted once.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "exporter/tally/sighting.h"
#include "exporter/tally/task_cells.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tally/task_state.h"
#include "exporter/tally/task_sweeping.h"
#include "exporter/tally/type_slots.h"

namespace taskqueue {

/// A live task that leaves this close to the window's edge may have left through it: clocks differ.
inline constexpr std::chrono::minutes edge_margin{5};

/// Counts one refresh. The first ever is the baseline: it counts nothing.
class TaskCounting {
 public:
  /// Writes to, does not own, `state`; uses `vocabulary`. `as_of`: cloud time when the refresh began.
  TaskCounting(TaskState& state, const Vocabulary& vocabulary, const Abilities& abilities, std::size_t max_types,
               WallTime as_of);

  /// Everything that was listed, each task once.
  void see(const Sighting& sighting);

  /// Live tasks that `sighting` did not show.
  [[nodiscard]] std::vector<std::string> missing(const Sighting& sighting);
  /// True of a missing task that may have left the window alive, and of one that surely has.
  [[nodiscard]] bool is_at_edge(const LiveTask& known) const;
  [[nodiscard]] bool has_left(const LiveTask& known) const;

  /// Of tasks that are missing: it ended; or it is nowhere to be found and not counted.
  void end_unseen(const std::string& id);
  void forget(const std::string& id);

  /// Where the next refresh goes on.
  void close();

  /// The cells become what `sighting`, of everything that the API shows, has.
  void rebuild_cells(const Sighting& sighting);

  [[nodiscard]] WallTime as_of() const { return as_of_; }
  [[nodiscard]] bool is_baseline() const { return !state_.counting_since; }
  [[nodiscard]] TaskSweeping& sweeping() { return sweeping_; }

 private:
  void see_live(const Task& task);
  void see_ended(const Task& task);
  void take_back(const Task& task, const EndedTask& counted);
  void refine(EndedTask& counted, const Task& task);
  [[nodiscard]] bool is_new(const Task& task) const;
  void count_arrival(const Task& task);
  void count_start(LiveTask& known);
  void count_end(const Task& task, bool start_counted);
  void note_ended(const Task& task, bool guessed);
  void note_newest(const Task& task);
  void note_lateness(const Task& task);
  TypeCounters& counters_of(const std::string& type);
  [[nodiscard]] WallTime floor(WallTime time) const;
  [[nodiscard]] WallTime newest_time() const;

  TaskState& state_;
  const Vocabulary& vocabulary_;
  const Abilities abilities_;
  const WallTime as_of_;
  TypeSlots slots_;
  TaskCells cells_;
  TaskSweeping sweeping_;
};

}  // namespace taskqueue
