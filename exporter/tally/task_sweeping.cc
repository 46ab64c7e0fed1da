#include "exporter/tally/task_sweeping.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taskqueue {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds slice_overlap{2};
constexpr minutes page_age{5};
// Times may be rounded either way: tasks so close to a slice's end are remembered until the next has been read.
constexpr seconds border_margin = slice_overlap + seconds{3};
// What may be shown although it is older than the window.
constexpr hours below_window{24};
// Clocks may differ by this much: a task that is older than the window by more shows what its edge is.
constexpr minutes clock_margin{5};
constexpr seconds first_width = hours{1};
constexpr seconds narrowest{10};
constexpr seconds widest_known = hours{6};  // of which a slice tells how many tasks the next will have
constexpr std::size_t wanted_tasks = 2000;  // of a slice: what a commit is worth

bool is_near(const std::optional<WallTime>& time, WallTime end) { return time && *time + border_margin >= end; }

}  // namespace

/// What ended in the last minutes is known better than a page may show it, which may be older than its date. Not so
/// the first time: then it is known since the watermark only.
WallTime TaskSweeping::ownership_ends() const {
  return std::chrono::floor<seconds>(state_.complete ? state_.watermark - page_age : state_.watermark);
}

void TaskSweeping::begin(WallTime now) {
  const WallTime start = ownership_ends();
  const WallTime edge = start - vocabulary_.window.value_or(hours{24 * 30});
  // The first slice takes what is older than the window, too.
  this->start({.start = start,
               .from = edge - below_window,
               .until = state_.complete ? start : std::max<WallTime>(start, std::chrono::floor<seconds>(now)),
               .cursor = edge - below_window,
               .width = below_window + first_width});
}

void TaskSweeping::begin_check(WallTime from, WallTime until) {
  const WallTime start = ownership_ends();
  if (start <= from) return;  // nothing ends any more: the watermark is older
  // Of a great window an hour is many slices: the next refresh would wait for the end of one.
  const auto known = static_cast<double>(state_.cells.sum(minute_of(from), minute_of(until)));
  const seconds width{static_cast<seconds::rep>(static_cast<double>(first_width.count() * wanted_tasks) / (known + 1))};
  this->start({.start = start,
               .from = from,
               .until = std::min(until, start),
               .cursor = from,
               .width = std::clamp(width, narrowest, first_width),
               .is_check = true});
}

void TaskSweeping::start(TaskSweep sweep) {
  for (const auto& [id, known] : state_.live) sweep.live_since.insert(id);
  for (const auto& [id, counted] : state_.ended) {
    if (counted.last < sweep.start && !counted.guessed) continue;
    // A slice may show its real end, which is earlier than we know.
    if (counted.guessed) sweep.live_since.insert(id);
    sweep.cells.add(counted.kind, state_.edge == WindowEdge::end ? minute_of(counted.last) : counted.minute);
  }
  state_.sweep = std::move(sweep);
}

std::pair<WallTime, WallTime> next_slice(const TaskSweep& sweep) {
  const WallTime from = std::max(sweep.from, sweep.cursor - slice_overlap);
  return {from, std::min(sweep.cursor + sweep.width, sweep.until)};
}

bool TaskSweeping::owns(const Task& task) const {
  if (!state_.sweep || state_.sweep->live_since.contains(task.id) || state_.live.contains(task.id)) return false;
  const auto time = stamp(task);
  if (!time || *time < state_.sweep->start) return true;
  // What the first refresh did not find alive had ended, even if it was not found among what ended either.
  const bool is_unseen = !state_.complete && !state_.sweep->is_check && !state_.ended.contains(task.id);
  return is_unseen && task.created && *task.created < state_.sweep->start && *time < state_.sweep->until;
}

void TaskSweeping::see(const Sighting& slice, WallTime end, WallTime now) {
  const WindowEdge edge = state_.edge;
  std::set<std::string> border;
  for (const auto& [id, task] : slice.tasks()) {
    if (!is_terminal(task.phase)) continue;
    if (is_near(task.created, end) || is_near(task.ended, end)) border.insert(id);
    if (owns(task) && !state_.sweep->border.contains(id)) count(task, now);
  }
  // The cells so far went by creation: once more.
  if (edge != state_.edge && state_.edge == WindowEdge::end) return begin(now);
  state_.sweep->border = std::move(border);
  state_.sweep->cursor = end;
  adapt_width(slice.tasks().size());
  if (end >= state_.sweep->until) finish(now);
}

void TaskSweeping::count(const Task& listed, WallTime now) {
  note_edge(listed, now);
  const CellPlace place = cells_.place(listed, slots_.name(listed.type));
  state_.sweep->cells.add(place.kind, place.minute);
  const auto time = stamp(listed);
  if (!time || *time < state_.forgotten_before) return;
  // So new that the list of what is new may show it again.
  state_.ended.try_emplace(listed.id, EndedTask{.kind = place.kind, .minute = place.minute, .last = *time});
}

void TaskSweeping::note_edge(const Task& task, WallTime now) {
  if (!vocabulary_.window || state_.edge == WindowEdge::none) return;
  const WallTime edge = now - *vocabulary_.window - clock_margin;
  if (task.created && *task.created < edge && state_.edge == WindowEdge::creation) state_.edge = WindowEdge::end;
  if (state_.edge == WindowEdge::end && stamp(task) && *stamp(task) < edge) state_.edge = WindowEdge::none;
}

void TaskSweeping::adapt_width(std::size_t tasks) {
  const double factor = std::clamp(static_cast<double>(wanted_tasks) / static_cast<double>(tasks + 1), 0.25, 4.0);
  const auto width = static_cast<double>(std::min<seconds>(state_.sweep->width, widest_known).count());
  state_.sweep->width =
      seconds{static_cast<seconds::rep>(std::clamp(width * factor, static_cast<double>(narrowest.count()), 1e6))};
}

/// Without what has left by now, or is about to.
EndedCells TaskSweeping::within_window(EndedCells cells) const {
  if (vocabulary_.window) cells.drop_before(minute_of(state_.watermark - *vocabulary_.window + minutes{2}));
  return cells;
}

void TaskSweeping::drop_left(WallTime now) {
  if (!vocabulary_.window || state_.edge == WindowEdge::none) return;
  const Minute edge = minute_of(now - *vocabulary_.window);
  state_.cells.drop_before(edge);
  if (state_.sweep) state_.sweep->cells.drop_before(edge);
}

void TaskSweeping::finish(WallTime now) {
  TaskSweep sweep = std::move(*state_.sweep);
  state_.sweep.reset();
  EndedCells cells = state_.cells;
  cells.replace(minute_of(sweep.from), minute_of(sweep.until), sweep.cells);
  if (!sweep.is_check) cells = std::move(sweep.cells);
  if (abilities_.has_outcomes) cells = with_told_outcomes(std::move(cells), state_.cells, state_.kinds);
  if (state_.complete && within_window(cells) != within_window(state_.cells)) ++state_.corrections;
  state_.cells = std::move(cells);
  drop_left(now);  // what ended of late may be as old as the window
  if (sweep.is_check) return;
  state_.complete = true;
  state_.swept = sweep.start;
  state_.mismatches = 0;
}

}  // namespace taskqueue
