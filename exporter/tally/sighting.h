// The tasks of one refresh, each once, in the latest state that was seen of it.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "exporter/tally/task.h"

namespace taskqueue {

class Sighting {
 public:
  Sighting() = default;
  /// With room for so many tasks.
  explicit Sighting(std::size_t expected) { tasks_.reserve(expected); }

  /// A task may be listed twice while it moves: the later state of its life stands. Outcomes that contradict each other
  /// come from an API that ignored the question, and leave `ended`.
  void add(Task task);

  /// How a task ended is told now.
  void tell(const std::string& id, Phase outcome) { tasks_.at(id).phase = outcome; }
  void leave_out(const std::string& id) { tasks_.erase(id); }

  [[nodiscard]] const std::unordered_map<std::string, Task>& tasks() const { return tasks_; }

 private:
  std::unordered_map<std::string, Task> tasks_;  // by id
};

}  // namespace taskqueue
