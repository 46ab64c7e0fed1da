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
  WallTime as_of{};         // cloud time of the first answer
  bool capped = false;      // a guard ended the paging
  bool whole = false;       // everything the API shows was listed, live and ended
  bool unselected = false;  // the API would not select by time: the listing was given up
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
  std::string ended{};                         // the status of a task that ended, nobody knows how
  std::optional<std::chrono::seconds> window;  // how far back ended tasks are shown
  std::chrono::seconds resolution{1};          // of its times
  bool tells_start = false;                    // tasks have a start time
};

/// What it means that a live task is listed no more, while the list of what ended does not show it.
enum class Absence {
  ended,      // it ended: not every end can be asked for
  look_up,    // look_up() tells
  undecided,  // nothing: an end would have been shown
};

/// What can be asked of an API besides everything it has.
struct Abilities {
  Absence absence = Absence::undecided;
  bool asks_by_creation = false;  // what is new is asked for by creation, else by end
  bool has_slices = false;        // ended_between()
  bool has_total = false;         // total()
  bool total_has_live = false;    // total() counts live tasks too
  bool has_outcomes = false;      // outcome(): lists do not tell it, and it is wanted
};

/// What is known when live tasks are asked for.
struct LiveQuestion {
  std::vector<std::string> ids{};   // the live tasks so far
  std::optional<WallTime> since{};  // tasks created before are known; nothing: none are
};

/// Whether somebody waits for a listing, or it may take what budget others leave.
enum class Haste { now, leisurely };

/// Used by one thread at a time.
class TaskReader {
 public:
  TaskReader() = default;
  TaskReader(const TaskReader&) = delete;
  TaskReader& operator=(const TaskReader&) = delete;
  virtual ~TaskReader() = default;

  [[nodiscard]] virtual Vocabulary vocabulary() const = 0;
  [[nodiscard]] virtual Abilities abilities() const = 0;

  /// Tasks that have not ended, in the order of their life: a task that moves meanwhile is seen twice, not missed. May
  /// pass ended ones where the API lists them together; then `whole` may come true.
  virtual Result<Reading, Failure> live(const LiveQuestion& known, const TaskSink& sink) = 0;

  /// Tasks that ended at `since` or later, as far as the API can be asked so.
  virtual Result<Reading, Failure> ended_since(WallTime since, Haste haste, const TaskSink& sink) = 0;

  /// Ended tasks of a slice of time; which of a task's times is meant is the API's secret, but one of them it is. May
  /// pass tasks a little outside, and live ones. Where `has_slices`.
  virtual Result<Reading, Failure> ended_between(WallTime from, WallTime until, const TaskSink& sink) = 0;

  /// All ended tasks that the API shows, and perhaps others.
  virtual Result<Reading, Failure> ended(const TaskSink& sink) = 0;

  /// Tasks created in the given second, in any state. Where absence is `look_up`.
  virtual Result<Reading, Failure> look_up(WallTime created, const TaskSink& sink) = 0;

  /// How an ended task ended; nothing where it is not told. Where `has_outcomes`.
  virtual Result<std::optional<Phase>, Failure> outcome(const std::string& /*id*/) { return std::optional<Phase>{}; }

  /// How many tasks the API shows; `from` leaves out older ones, by the time that it selects by. Where `has_total`.
  virtual Result<std::int64_t, Failure> total(std::optional<WallTime> from) = 0;
};

}  // namespace taskqueue
