// A list API that shows what a test puts into it, and a queue that reads it.
#pragma once

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/tally/task_tally.h"
#include "tests/catch.h"

namespace taskqueue {

inline const WallTime epoch{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

/// An API that shows what a test puts into it.
struct Window {
  std::vector<Task> live;
  std::vector<Task> ended;
  std::optional<Failure> live_fails;
  std::vector<Task> hidden{};  // live, but the list misses them
  std::optional<Failure> ended_fails;
  std::optional<Failure> sweep_fails{};
  std::optional<Failure> total_fails{};
  std::map<std::string, Phase> told{};  // how tasks ended, by id
  std::optional<Failure> outcome_fails{};
  std::optional<Failure> untold_fails{};  // of what is not told
  mutable int outcomes_asked = 0;
  bool selects = true;
  std::int64_t uncounted = 0;  // in the total, but listed nowhere
  mutable std::vector<WallTime> asked_since{};
  mutable int slices = 0;
  bool by_creation = false;    // what a list of a time goes by
  bool leaves_by_end = false;  // the window
  Abilities abilities{.absence = Absence::ended, .has_slices = true, .has_total = true};
  WallTime now = epoch;
  Vocabulary vocabulary{
      .types = {"A"},
      .rows = {{"WAITING", Phase::queued}, {"PROCESSING", Phase::running}, {"FINISH", Phase::succeeded}},
      .outcomes = {Phase::succeeded, Phase::failed},
      .ended = "FINISH",
      .window = std::chrono::hours{1},
      .tells_start = true};
};

/// By end, unless it cannot be asked so.
class WindowReader final : public TaskReader {
 public:
  explicit WindowReader(const Window& window) : window_(window) {}
  [[nodiscard]] Vocabulary vocabulary() const override { return window_.vocabulary; }
  [[nodiscard]] Abilities abilities() const override { return window_.abilities; }

  Result<Reading, Failure> live(const LiveQuestion&, const TaskSink& sink) override {
    return pass(window_.live, window_.live_fails, sink);
  }
  Result<Reading, Failure> ended_since(WallTime since, Haste, const TaskSink& sink) override {
    window_.asked_since.push_back(since);
    if (!window_.selects) return Reading{.unselected = true};
    return pass(
        select([&](const Task& task) { return window_.by_creation ? task.created >= since : task.ended >= since; }),
        window_.ended_fails, sink);
  }
  Result<Reading, Failure> ended_between(WallTime from, WallTime until, const TaskSink& sink) override {
    ++window_.slices;
    const auto is_in = [&](const std::optional<WallTime>& time) { return time >= from && time < until; };
    return pass(select([&](const Task& task) { return is_in(window_.by_creation ? task.created : task.ended); }),
                window_.sweep_fails, sink);
  }
  Result<Reading, Failure> ended(const TaskSink& sink) override {
    return pass(window_.ended, window_.ended_fails, sink);
  }
  Result<Reading, Failure> look_up(WallTime created, const TaskSink& sink) override {
    std::vector<Task> all = window_.live;
    all.insert(all.end(), window_.hidden.begin(), window_.hidden.end());
    all.insert(all.end(), window_.ended.begin(), window_.ended.end());
    std::erase_if(all, [&](const Task& task) { return task.created != created; });
    return pass(all, {}, sink);
  }
  Result<std::optional<Phase>, Failure> outcome(const std::string& id) override {
    ++window_.outcomes_asked;
    if (window_.outcome_fails) return Unexpected(*window_.outcome_fails);
    const auto told = window_.told.find(id);
    if (told == window_.told.end() && window_.untold_fails) return Unexpected(*window_.untold_fails);
    return told == window_.told.end() ? std::nullopt : std::optional(told->second);
  }
  Result<std::int64_t, Failure> total(std::optional<WallTime> from) override {
    if (window_.total_fails) return Unexpected(*window_.total_fails);
    const auto listed = select([&](const Task& task) { return !from || task.created >= from; });
    return window_.uncounted + static_cast<std::int64_t>(listed.size());
  }

 private:
  template <class Predicate>
  [[nodiscard]] std::vector<Task> select(const Predicate& is_wanted) const {
    std::vector<Task> selected;
    std::ranges::copy_if(window_.ended, std::back_inserter(selected), [&](const Task& task) {
      const auto leaves = window_.leaves_by_end ? stamp(task) : task.created;
      return is_wanted(task) && (!leaves || *leaves >= window_.now - *window_.vocabulary.window);
    });
    return selected;
  }
  Result<Reading, Failure> pass(const std::vector<Task>& tasks, const std::optional<Failure>& failure,
                                const TaskSink& sink) const {
    if (failure) return Unexpected(*failure);
    for (const Task& task : tasks) sink(task);
    return Reading{.as_of = window_.now};
  }
  const Window& window_;
};

/// A queue over refreshes, each with the sweeping it leaves.
struct Queue {
  explicit Queue(const Window& window, std::size_t max_types = 100)
      : tally(std::make_unique<WindowReader>(window), {.max_types = max_types}) {}

  Result<Counted, Failure> refresh() {
    auto counted = tally.refresh(state, shown ? &*shown : nullptr);
    if (!counted) return counted;
    take(*counted);
    while (tally.has_more(state)) {
      auto more = tally.advance(state, *shown);
      if (!more) break;
      take(*more);
    }
    return counted;
  }
  void take(const Counted& counted) {
    state = counted.after;
    shown = counted.snapshot;
  }
  TaskTally tally;
  QueueState state;
  std::optional<Snapshot> shown;
};

inline Task waiting(std::string id, WallTime created) {
  return {.id = std::move(id),
          .type = "A",
          .status = "WAITING",
          .phase = Phase::queued,
          .created = created,
          .began = {},
          .ended = {}};
}
inline Task running(std::string id, WallTime created, WallTime began) {
  return {.id = std::move(id),
          .type = "A",
          .status = "PROCESSING",
          .phase = Phase::running,
          .created = created,
          .began = began,
          .ended = {}};
}
inline Task done(std::string id, WallTime created, WallTime began, WallTime ended, Phase outcome = Phase::succeeded) {
  return {.id = std::move(id),
          .type = "A",
          .status = "FINISH",
          .phase = outcome,
          .created = created,
          .began = began,
          .ended = ended};
}

inline std::optional<std::int64_t> row(const Snapshot& snapshot, const std::string& type, const std::string& status,
                                       Phase phase) {
  for (const TaskCount& each : snapshot.tasks) {
    if (each.type == type && each.status == status && each.phase == phase) return each.count;
  }
  return std::nullopt;
}

}  // namespace taskqueue
