// The tasks of one refresh, each once, in the latest state that was seen of it.
#pragma once

#include <string>
#include <unordered_map>

#include "exporter/tally/task.h"

namespace taskqueue {

class Sighting {
 public:
  /// A task may be listed twice while it moves: the later state of its life stands. Outcomes that contradict each other
  /// come from an API that ignored the question, and leave `ended`.
  void add(Task task);

  [[nodiscard]] const std::unordered_map<std::string, Task>& tasks() const { return tasks_; }

 private:
  std::unordered_map<std::string, Task> tasks_;  // by id
};

}  // namespace taskqueue
