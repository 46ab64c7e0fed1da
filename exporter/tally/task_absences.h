// What became of live tasks that no listing showed: they ended, left the window, or were on no page just now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "exporter/failure.h"
#include "exporter/result.h"
#include "exporter/tally/sighting.h"
#include "exporter/tally/task_counting.h"
#include "exporter/tally/task_reader.h"
#include "exporter/tally/task_state.h"

namespace taskqueue {

/// What a refresh asked for among ended tasks.
struct Asked {
  WallTime since{};
  bool everything = false;
};

class TaskAbsences {
 public:
  /// Uses, does not own, all three.
  TaskAbsences(TaskReader& reader, TaskState& state, TaskCounting& counting)
      : reader_(reader), state_(state), counting_(counting) {}

  /// Decides about the live tasks that `sighting` did not show. What a failed call leaves undecided is so until the
  /// next refresh. Fails when stopped.
  [[nodiscard]] Result<Done, Failure> settle(const Sighting& sighting, const Asked& asked);

 private:
  using Ids = std::vector<std::string>;
  [[nodiscard]] Result<Done, Failure> ask(const Ids& missing, const Asked& asked);
  [[nodiscard]] Result<Done, Failure> look_up(const Ids& missing);
  [[nodiscard]] Result<Done, Failure> end_unseen(Ids missing, WallTime since);
  [[nodiscard]] Result<Done, Failure> look_among_ended(const Ids& missing, std::ptrdiff_t most);
  [[nodiscard]] Result<std::optional<std::int64_t>, Failure> unseen_ends();
  void give_up(const Ids& missing, Absence absence);

  TaskReader& reader_;
  TaskState& state_;
  TaskCounting& counting_;
  std::set<std::string> looked_up_{};  // by this refresh
};

}  // namespace taskqueue
