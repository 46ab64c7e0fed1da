// What is remembered of MPS, VOD and ECS between refreshes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/snapshot.h"
#include "exporter/tally/ended_cells.h"
#include "exporter/tally/task.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// A task that has not ended, as far as we know.
struct LiveTask {
  Task task{};                           // as last seen
  WallTime seen{};                       // cloud time of the last listing that showed it
  std::optional<WallTime> gone_since{};  // of the first that did not
  int absences = 0;                      // listings in a row that did not
  bool start_counted = false;

  bool operator==(const LiveTask&) const = default;
};

/// A task whose end has been counted, as long as a listing may show it again among what is new.
struct EndedTask {
  CellKind kind = 0;
  Minute minute = 0;
  WallTime last{};       // its latest time
  bool guessed = false;  // from its absence; the API has not said so yet

  bool operator==(const EndedTask&) const = default;
};

/// A type with one of its rows.
struct TypeRow {
  std::string type;
  StatusRow row;

  auto operator<=>(const TypeRow&) const = default;
};

/// A count of all ended tasks under way, slice by slice, oldest first. It owns the tasks that ended before `start` and
/// were not seen live since; refreshes count all others into it as they go.
struct TaskSweep {
  WallTime start{};
  WallTime from{};  // the slices cover [from, until)
  WallTime until{};
  WallTime cursor{};                   // and are done up to here
  std::chrono::seconds width{60};      // of the next slice
  bool is_check = false;               // replaces the minutes [from, until) only
  std::set<std::string> live_since{};  // older than `start`, live since or taken for ended
  std::set<std::string> border{};      // ids near the end of the last slice
  EndedCells cells{};

  bool operator==(const TaskSweep&) const = default;
};

/// By which of its times a task leaves the window.
enum class WindowEdge : std::uint8_t { creation, end, none };

/// By which of its tasks' times an API selects, where its documents do not say.
enum class SelectsBy : std::uint8_t { unknown, creation, end };

struct TaskState {
  // Counters. Batch uses them too.
  std::map<std::string, TypeCounters> counters{};      // by type
  std::map<std::string, std::set<Phase>> published{};  // outcomes of types that have been shown at 0
  std::vector<std::string> type_slots{};               // by first seen; what finds no slot is "other"

  // Where the next refresh goes on. Cloud time.
  std::optional<WallTime> counting_since{};  // what ended before is not counted
  WallTime watermark{};                      // what is new is asked for from here on, less an overlap
  WallTime forgotten_before{};               // whatever is older has been counted or never will be
  std::optional<WallTime> newest{};          // the newest end listed, or creation where that is asked for
  std::chrono::seconds lateness{0};          // how late ends became visible of late
  std::uint64_t refreshes = 0;
  std::int64_t newly_ended = 0;  // in the last one

  // Tasks.
  std::unordered_map<std::string, LiveTask> live{};    // by id
  std::unordered_map<std::string, EndedTask> ended{};  // by id, of late
  std::vector<TypeRow> kinds{};                        // of the cells
  EndedCells cells{};
  std::map<std::string, std::set<StatusRow>> rows{};  // rows seen of each type while it is shown

  // Sweeps.
  bool looks_back = false;  // a longer look at what ended is due
  bool complete = false;    // the cells hold every ended task that the API shows
  std::optional<TaskSweep> sweep{};
  std::optional<WallTime> swept{};  // when the last one ended
  WindowEdge edge = WindowEdge::creation;
  SelectsBy selects_by = SelectsBy::unknown;    // a list of ended tasks since a time
  std::int64_t bias = 0;                        // by which the API's total differs from what it lists
  int mismatches = 0;                           // totals in a row that differed otherwise
  std::optional<std::int64_t> recounted_for{};  // the difference for which everything was counted again
  bool wants_all = false;                       // the next refresh lists everything
  std::uint64_t corrections = 0;                // checks that found other cells than these

  bool operator==(const TaskState&) const = default;
};

}  // namespace taskqueue
