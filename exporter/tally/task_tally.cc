#include "exporter/tally/task_tally.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "exporter/tally/sighting.h"
#include "exporter/tally/task_absences.h"
#include "exporter/tally/task_gauges.h"
#include "exporter/tally/task_outcomes.h"
#include "exporter/tally/task_questions.h"

namespace taskqueue {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::uint64_t refreshes_between_checks = 10;
constexpr int mismatches_of_a_fault = 2;
constexpr std::size_t expected_in_slice = 4096;  // slices are made to have about half as many
constexpr minutes doubt{5};

Failure no_end() {
  return {.kind = FailureKind::answer, .sentence = "a list does not end: what it showed so far is not counted"};
}

/// Of a refresh that read the live tasks only: ended ones are shown as they last were, and nothing is counted.
Counted live_only(const QueueState& before, const Snapshot* last, Snapshot snapshot, Failure failure) {
  Counted counted{.after = before, .snapshot = std::move(snapshot), .partial = std::move(failure)};
  counted.snapshot.complete = false;
  std::erase_if(counted.snapshot.tasks, [](const TaskCount& row) { return is_terminal(row.phase); });
  if (last == nullptr) return counted;
  std::ranges::copy_if(last->tasks, std::back_inserter(counted.snapshot.tasks),
                       [](const TaskCount& row) { return is_terminal(row.phase); });
  counted.snapshot.counters = last->counters;
  counted.snapshot.tells_start = last->tells_start;
  return counted;
}

Sighting live_part(const Sighting& sighting) {
  Sighting live;
  for (const auto& [id, task] : sighting.tasks()) {
    if (!is_terminal(task.phase)) live.add(task);
  }
  return live;
}

}  // namespace

TaskTally::TaskTally(std::unique_ptr<TaskReader> reader, Options options)
    : reader_(std::move(reader)), options_(options) {}

Result<Reading, Failure> TaskTally::read_ended(WallTime from, const TaskSink& sink) {
  auto reading = reader_->ended_since(from, Haste::now, sink);
  if (!reading || !reading->unselected) return reading;
  reading = reader_->ended(sink);
  if (reading) reading->whole = true;
  return reading;
}

Result<Counted, Failure> TaskTally::refresh(const QueueState& before, const Snapshot* last) {
  const TaskState& known = before.tasks;
  Sighting sighting;
  const TaskSink sink = [&](Task task) { sighting.add(std::move(task)); };
  const auto live = reader_->live(live_question(known, reader_->abilities()), sink);
  if (!live) return Unexpected(live.error());
  const WallTime from = ended_question(known, reader_->abilities(), sighting, live->as_of);
  auto ended = live->whole ? live : read_ended(from, sink);
  if (!ended && ended.error().kind == FailureKind::stopped) return Unexpected(ended.error());
  if (live->capped || (ended && ended->capped)) ended = Unexpected(no_end());

  const Vocabulary vocabulary = reader_->vocabulary();
  const Abilities abilities = reader_->abilities();
  QueueState after = before;
  TaskState& state = after.tasks;
  TaskCounting counting(state, vocabulary, abilities, options_.max_types, live->as_of);
  if (!ended) {
    counting.see(live_part(sighting));
    return live_only(before, last, snapshot(state, vocabulary, live->as_of), ended.error());
  }
  if (!ended->whole && abilities.absence == Absence::ended) learn_selection(state, sighting, from);
  state.newly_ended = 0;
  auto told = tell_outcomes(*reader_, state, sighting, live->as_of);
  if (!told) return Unexpected(told.error());
  counting.see(sighting);
  const auto settled = TaskAbsences(*reader_, state, counting).settle(sighting, {from, ended->whole});
  if (!settled) return Unexpected(settled.error());
  const bool is_first = counting.is_baseline();
  counting.close();
  if (ended->whole) counting.rebuild_cells(sighting);
  if (!ended->whole && is_first) counting.sweeping().begin(live->as_of);
  state.looks_back |= !ended->whole && abilities.has_slices && state.refreshes % refreshes_between_long_overlaps == 0;
  const auto checked = check(state, counting, live->as_of);
  if (!checked && checked.error().kind == FailureKind::stopped) return Unexpected(checked.error());
  Snapshot shown = snapshot(state, vocabulary, live->as_of);
  if (*told) shown.complete = false;
  return Counted{.after = std::move(after), .snapshot = std::move(shown), .partial = std::move(*told)};
}

Snapshot TaskTally::snapshot(TaskState& state, const Vocabulary& vocabulary, WallTime began) const {
  Snapshot snapshot;
  snapshot.began = began;
  snapshot.complete = state.complete;
  fill_task_gauges(snapshot, state, vocabulary);
  if (state.complete) fill_counters(snapshot, state, vocabulary);
  return snapshot;
}

Result<Done, Failure> TaskTally::check(TaskState& state, TaskCounting& counting, WallTime as_of) {
  const Abilities abilities = reader_->abilities();
  if (!state.complete || state.sweep) return Done{};
  if (state.swept && *state.swept + options_.recount <= as_of) {
    count_again(state, counting);
    return Done{};
  }
  const bool is_time = state.refreshes % refreshes_between_checks == 0;
  if (abilities.has_total) {
    if (abilities.total_has_live || is_time || state.mismatches > 0) return check_total(state, counting, as_of);
  } else if (is_time && abilities.has_slices) {
    check_an_hour(state, counting, as_of);
  }
  return Done{};
}

/// By turns the hour that should just have left the window, which shows whether tasks leave by their creation, and
/// another hour of the window each time.
void TaskTally::check_an_hour(const TaskState& state, TaskCounting& counting, WallTime as_of) const {
  const auto window = reader_->vocabulary().window.value_or(hours{24});
  const auto turn = static_cast<std::int64_t>(state.refreshes / refreshes_between_checks);
  const bool checks_edge = turn % 2 == 0 && state.edge == WindowEdge::creation;
  const WallTime until = checks_edge
                             ? WallTime{std::chrono::floor<minutes>(as_of - window)}
                             : WallTime{std::chrono::floor<hours>(as_of) - hours{turn / 2 % (window / hours{1})}};
  counting.sweeping().begin_check(until - hours{1}, until);
}

Result<Done, Failure> TaskTally::check_total(TaskState& state, TaskCounting& counting, WallTime as_of) {
  const auto total = reader_->total(std::nullopt);
  if (!total) return Unexpected(total.error());
  const auto live = static_cast<std::int64_t>(state.live.size());
  const std::int64_t ours = state.cells.sum() + (reader_->abilities().total_has_live ? live : 0);
  std::int64_t leaving = 0;  // what may or may not have left through the window's edge
  if (const auto window = reader_->vocabulary().window; window && state.edge != WindowEdge::none) {
    const Minute edge = minute_of(as_of - *window);
    leaving = state.cells.sum(edge - 1, edge + 2);
  }
  const std::int64_t difference = *total - ours;
  const std::int64_t unexplained = difference - state.bias;
  if (unexplained <= 0 && unexplained >= -leaving) {
    state.mismatches = 0;
    state.recounted_for.reset();
  } else if (++state.mismatches < mismatches_of_a_fault) {
    return Done{};
  } else if (state.recounted_for == difference) {
    // Counted again, it differs as before: this API's total is another, or pages shifted under both readings. So once
    // more, soon.
    state.bias = difference;
    state.swept = as_of - options_.recount + doubt;
    state.mismatches = 0;
    state.recounted_for.reset();
  } else {
    state.mismatches = 0;
    state.recounted_for = difference;
    count_again(state, counting);
  }
  return Done{};
}

void TaskTally::count_again(TaskState& state, TaskCounting& counting) const {
  if (reader_->abilities().has_slices) {
    counting.sweeping().begin(counting.as_of());
  } else {
    state.wants_all = true;
  }
}

Result<Counted, Failure> TaskTally::advance(const QueueState& before, const Snapshot& last) {
  QueueState after = before;
  TaskState& state = after.tasks;
  const bool looks_back = state.looks_back;
  const auto reading = looks_back ? look_back(state, last.began) : sweep_on(state, last.began);
  if (!reading) return Unexpected(reading.error());
  if (reading->capped) return Unexpected(no_end());
  const bool is_news = state.complete && (looks_back || !state.sweep);
  Snapshot shown = is_news ? snapshot(state, reader_->vocabulary(), last.began) : last;
  return Counted{.after = std::move(after), .snapshot = std::move(shown), .partial = {}};
}

/// Some ends become visible late.
Result<Reading, Failure> TaskTally::look_back(TaskState& state, WallTime began) {
  Sighting sighting;
  const WallTime from = std::max(state.watermark - long_overlap, state.forgotten_before);
  auto reading = reader_->ended_since(from, Haste::leisurely, [&](Task task) { sighting.add(std::move(task)); });
  if (!reading || reading->capped) return reading;
  state.looks_back = false;
  if (reading->unselected) return reading;  // the next refresh finds out and lists everything
  if (const auto told = tell_outcomes(*reader_, state, sighting, began); !told) return Unexpected(told.error());
  const Vocabulary vocabulary = reader_->vocabulary();
  TaskCounting(state, vocabulary, reader_->abilities(), options_.max_types, began).see(sighting);
  return reading;
}

Result<Reading, Failure> TaskTally::sweep_on(TaskState& state, WallTime began) {
  Sighting slice(expected_in_slice);
  const TaskSink sink = [&](Task task) { slice.add(std::move(task)); };
  auto [from, until] = next_slice(*state.sweep);
  auto reading = reader_->ended_between(from, until, sink);
  const bool selects = reading && !reading->unselected;
  if (reading && !selects) {
    reading = reader_->ended(sink);
    until = state.sweep->until;
  }
  if (!reading || reading->capped) return reading;
  if (selects && reader_->abilities().absence == Absence::ended) learn_selection(state, slice, from, until);
  const Vocabulary vocabulary = reader_->vocabulary();
  TaskCounting counting(state, vocabulary, reader_->abilities(), options_.max_types, began);
  counting.sweeping().see(slice, until, began);
  return reading;
}

}  // namespace taskqueue
