#include "exporter/tally/task_tally.h"

#include <algorithm>
#include <utility>

#include "exporter/tally/sighting.h"
#include "exporter/tally/task_counting.h"

namespace taskqueue {
namespace {

/// Of a refresh that read the live tasks only: ended ones are shown as they last were, and nothing is counted.
Counted live_only(const QueueState& before, const Snapshot* last, Snapshot snapshot, Failure failure) {
  Counted counted{.after = before, .snapshot = std::move(snapshot), .partial = std::move(failure)};
  std::erase_if(counted.snapshot.tasks, [](const TaskCount& row) { return is_terminal(row.phase); });
  if (last == nullptr) return counted;
  std::ranges::copy_if(last->tasks, std::back_inserter(counted.snapshot.tasks),
                       [](const TaskCount& row) { return is_terminal(row.phase); });
  counted.snapshot.counters = last->counters;
  counted.snapshot.tells_start = last->tells_start;
  return counted;
}

}  // namespace

TaskTally::TaskTally(std::unique_ptr<TaskReader> reader, std::size_t max_types)
    : reader_(std::move(reader)), max_types_(max_types) {}

Result<Counted, Failure> TaskTally::refresh(const QueueState& before, const Snapshot* last) {
  Sighting sighting;
  const TaskSink sink = [&](Task task) { sighting.add(std::move(task)); };
  const auto live = reader_->live(sink);
  if (!live) return Unexpected(live.error());
  const auto ended = reader_->ended(sink);
  if (!ended && ended.error().kind == FailureKind::stopped) return Unexpected(ended.error());

  const Vocabulary vocabulary = reader_->vocabulary();
  TaskState state = before.tasks;
  TypeSlots slots(state.type_slots, max_types_, vocabulary);
  Snapshot snapshot;
  snapshot.began = live->as_of;
  if (!ended) {
    fill_gauges(snapshot, state, sighting, vocabulary, slots);
    return live_only(before, last, std::move(snapshot), ended.error());
  }
  snapshot.complete = !live->capped && !ended->capped;
  // What was not read to its end cannot tell what is new.
  if (snapshot.complete) count_changes(state, sighting, vocabulary, slots, live->as_of);
  fill_gauges(snapshot, state, sighting, vocabulary, slots);
  fill_counters(snapshot, state, vocabulary);
  return Counted{.after = QueueState{std::move(state)}, .snapshot = std::move(snapshot), .partial = {}};
}

}  // namespace taskqueue
