// What a task list API can tell, without any counting. MPS, VOD and ECS each have a reader.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exporter/failure.h"
#include "exporter/result.h"
#include "exporter/tally/task.h"

namespace taskqueue {

/// How a listing went.
struct Reading {
  WallTime as_of{};                   // cloud time of the first answer
  std::optional<std::int64_t> total;  // as the API says; an estimate
  bool capped = false;                // a guard ended the paging
};

/// One status of an API and the phase it means.
struct StatusRow {
  std::string status;
  Phase phase = Phase::unknown;

  auto operator<=>(const StatusRow&) const = default;
};

/// What an API can say at all. It may turn out while reading: a reader's words are final after its first listing.
struct Vocabulary {
  std::vector<std::string> types;              // always shown, even at zero
  std::vector<StatusRow> rows;                 // shown for each type, even at zero
  std::vector<Phase> outcomes;                 // how a task can be told to have ended
  std::optional<std::chrono::seconds> window;  // how far back ended tasks are shown
  bool tells_start = false;                    // tasks have a start time
};

/// Used by one thread at a time.
class TaskReader {
 public:
  TaskReader() = default;
  TaskReader(const TaskReader&) = delete;
  TaskReader& operator=(const TaskReader&) = delete;
  virtual ~TaskReader() = default;

  /// Tasks that have not ended, in the order of their life: a task that moves meanwhile is seen twice, not missed.
  virtual Result<Reading, Failure> live(const TaskSink& sink) = 0;

  /// All ended tasks that the API shows; may pass live ones where the API lists them together.
  virtual Result<Reading, Failure> ended(const TaskSink& sink) = 0;

  [[nodiscard]] virtual Vocabulary vocabulary() const = 0;
};

}  // namespace taskqueue
