#include "exporter/tally/task_counting.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace taskqueue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// The longest overlap with which what is new is asked for. What ended longer ago than twice this is not asked for.
constexpr auto memory = minutes{15};
constexpr auto most_lateness = minutes{10};

double seconds_between(WallTime from, WallTime to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

void observe(Histogram& histogram, const Task& task, const std::optional<WallTime>& from,
             const std::optional<WallTime>& to) {
  if (!from || !to) return;
  const double length = seconds_between(*from, *to);
  histogram.observe(length, Exemplar{.task_id = task.id, .value = length, .when = *to});
}

WallTime latest(const Task& ended) { return std::max(ended.created.value_or(*ended.ended), *ended.ended); }

}  // namespace

TaskCounting::TaskCounting(TaskState& state, const Vocabulary& vocabulary, const Abilities& abilities,
                           std::size_t max_types, WallTime as_of)
    : state_(state),
      vocabulary_(vocabulary),
      abilities_(abilities),
      as_of_(as_of),
      slots_(state.type_slots, max_types, vocabulary),
      cells_(state),
      sweeping_(state, vocabulary, abilities_, slots_) {
  for (const std::string& type : vocabulary.types) counters_of(type);
}

TypeCounters& TaskCounting::counters_of(const std::string& type) {
  TypeCounters& counters = state_.counters[type];
  for (const Phase outcome : vocabulary_.outcomes) counters.finished.try_emplace(outcome, 0);
  return counters;
}

WallTime TaskCounting::floor(WallTime time) const {
  const auto step = Milliseconds{vocabulary_.resolution};
  return time - time.time_since_epoch() % step;
}

void TaskCounting::see(const Sighting& sighting) {
  for (const auto& [id, task] : sighting.tasks()) is_terminal(task.phase) ? see_ended(task) : see_live(task);
}

void TaskCounting::see_live(const Task& task) {
  const auto counted = state_.ended.find(task.id);
  if (counted != state_.ended.end()) {
    // An end that the API has told stands: this page is older than that.
    if (!counted->second.guessed) return;
    take_back(task, counted->second);
  }
  const auto [place, is_first] = state_.live.try_emplace(task.id);
  LiveTask& known = place->second;
  known.task = task;
  known.task.type = slots_.name(task.type);
  known.seen = as_of_;
  known.absences = 0;
  known.gone_since.reset();
  if (abilities_.asks_by_creation) note_newest(task);
  if (is_first) {
    count_arrival(known.task);
    if (state_.sweep && task.created && *task.created < state_.sweep->start) state_.sweep->live_since.insert(task.id);
  }
  count_start(known);
}

/// It was taken for ended and is not: a counter cannot fall, but it can wait for the next end. Where totals tell how
/// many ended, it was another, which will be missed soon.
void TaskCounting::take_back(const Task& task, const EndedTask& counted) {
  cells_.take({counted.kind, counted.minute});
  state_.live.emplace(task.id, LiveTask{.start_counted = task.began.has_value()});
  state_.ended.erase(task.id);
  if (!is_baseline()) ++counters_of(slots_.name(task.type)).ahead;
}

void TaskCounting::count_arrival(const Task& task) {
  if (is_baseline()) return;
  if (task.created) {
    // What is older was seen before or could have been: it did not arrive now.
    if (*task.created < std::max(*state_.counting_since, state_.forgotten_before)) return;
    if (vocabulary_.window && *task.created < as_of_ - *vocabulary_.window) return;
  }
  ++counters_of(task.type).arrived;
}

void TaskCounting::count_start(LiveTask& known) {
  if (!vocabulary_.tells_start || !known.task.began || std::exchange(known.start_counted, true)) return;
  if (!is_baseline()) observe(counters_of(known.task.type).wait, known.task, known.task.created, known.task.began);
}

/// Of an ended task that was not live before: what is too old has been counted, or ended before counting began.
bool TaskCounting::is_new(const Task& task) const {
  const auto time = stamp(task);
  const bool is_swept = state_.sweep && !state_.sweep->is_check && sweeping_.owns(task);
  return time && *time >= state_.forgotten_before && !is_swept;
}

void TaskCounting::see_ended(const Task& listed) {
  const auto counted = state_.ended.find(listed.id);
  if (counted != state_.ended.end()) {
    if (counted->second.guessed) refine(counted->second, listed);
    return;
  }
  Task task = listed;
  task.type = slots_.name(listed.type);
  const auto live = state_.live.find(task.id);
  if (live == state_.live.end()) {
    if (!is_new(task)) return;
    count_arrival(task);
    note_lateness(task);
    if (!is_baseline() && *stamp(task) >= *state_.counting_since) count_end(task, false);
  } else {
    if (!task.began) task.began = live->second.task.began;
    if (!is_baseline()) count_end(task, live->second.start_counted);
    state_.live.erase(live);
  }
  note_ended(task, false);
}

void TaskCounting::count_end(const Task& task, bool start_counted) {
  TypeCounters& counters = counters_of(task.type);
  if (counters.ahead > 0) {
    --counters.ahead;
    return;
  }
  ++counters.finished[task.phase];
  observe(counters.turnaround, task, task.created, task.ended);
  if (!vocabulary_.tells_start) return;
  if (!start_counted) observe(counters.wait, task, task.created, task.began);
  observe(counters.run, task, task.began, task.ended);
}

void TaskCounting::note_ended(const Task& task, bool guessed) {
  const CellPlace place = cells_.place(task);
  cells_.add(place);
  ++state_.newly_ended;
  state_.ended.insert_or_assign(task.id, EndedTask{.kind = place.kind,
                                                   .minute = place.minute,
                                                   // Its real end may be later than it seemed, or told later.
                                                   .last = guessed || !task.ended ? as_of_ : latest(task),
                                                   .guessed = guessed});
  if (!guessed) note_newest(task);
}

void TaskCounting::note_newest(const Task& task) {
  const auto& time = abilities_.asks_by_creation ? task.created : task.ended;
  if (time) state_.newest = std::max(state_.newest.value_or(*time), *time);
}

/// It ended before the newest end that was known: so late may others be, too.
void TaskCounting::note_lateness(const Task& task) {
  const auto& time = abilities_.asks_by_creation ? task.created : task.ended;
  if (is_baseline() || !time || *time + vocabulary_.resolution >= state_.watermark) return;
  const auto late = std::chrono::ceil<seconds>(state_.watermark - *time);
  state_.lateness = std::max(state_.lateness, std::min<seconds>(late, most_lateness));
}

void TaskCounting::refine(EndedTask& counted, const Task& listed) {
  Task task = listed;
  task.type = slots_.name(listed.type);
  cells_.take({counted.kind, counted.minute});
  state_.ended.erase(task.id);
  note_ended(task, false);
}

std::vector<std::string> TaskCounting::missing(const Sighting& sighting) {
  std::vector<std::string> missing;
  for (auto& [id, known] : state_.live) {
    if (sighting.tasks().contains(id)) continue;
    ++known.absences;
    if (!known.gone_since) known.gone_since = as_of_;
    missing.push_back(id);
  }
  return missing;
}

bool TaskCounting::is_at_edge(const LiveTask& known) const {
  const bool leaves = vocabulary_.window && state_.edge == WindowEdge::creation && known.task.created;
  return leaves && *known.task.created + *vocabulary_.window - edge_margin <= as_of_;
}

bool TaskCounting::has_left(const LiveTask& known) const {
  return is_at_edge(known) && *known.task.created + *vocabulary_.window <= as_of_;
}

void TaskCounting::end_unseen(const std::string& id) {
  const auto live = state_.live.find(id);
  if (live == state_.live.end()) return;
  const LiveTask known = std::move(live->second);
  state_.live.erase(live);
  Task task = known.task;
  task.status = vocabulary_.ended;
  task.phase = Phase::ended;
  task.ended = known.gone_since.value_or(as_of_);
  if (!is_baseline()) count_end(task, known.start_counted);
  note_ended(task, true);
}

void TaskCounting::forget(const std::string& id) { state_.live.erase(id); }

/// The newest time of any task. What is listed later and is older has been missed, not new: whatever the difference
/// between the clock that dates answers and the one that dates tasks.
WallTime TaskCounting::newest_time() const {
  WallTime newest = state_.newest.value_or(as_of_ - most_lateness);
  for (const auto& [id, known] : state_.live) {
    newest = std::max({newest, known.task.created.value_or(newest), known.task.began.value_or(newest)});
  }
  return newest;
}

void TaskCounting::close() {
  const bool tells_new = state_.newest.has_value();
  state_.watermark = std::min(as_of_, tells_new ? *state_.newest : as_of_ - most_lateness);
  if (is_baseline()) state_.counting_since = floor(std::min(as_of_, newest_time()));
  state_.forgotten_before = std::max(state_.forgotten_before, state_.watermark - memory);
  std::erase_if(state_.ended, [&](const auto& entry) { return entry.second.last < state_.forgotten_before; });
  if (state_.lateness.count() > 0) state_.lateness -= std::max(seconds{1}, state_.lateness / 20);
  ++state_.refreshes;
  sweeping_.drop_left(as_of_);
}

void TaskCounting::rebuild_cells(const Sighting& sighting) {
  EndedCells cells;
  for (const auto& [id, listed] : sighting.tasks()) {
    if (!is_terminal(listed.phase)) continue;
    Task task = listed;
    task.type = slots_.name(listed.type);
    const CellPlace place = cells_.place(task);
    cells.add(place.kind, place.minute);
  }
  const Minute edge = vocabulary_.window ? minute_of(as_of_ - *vocabulary_.window + edge_margin) : 0;
  for (const auto& [id, counted] : state_.ended) {
    // A page may be older than what is known.
    const auto listed = sighting.tasks().find(id);
    const bool is_in = listed != sighting.tasks().end() && is_terminal(listed->second.phase);
    if (!is_in && counted.minute >= edge) cells.add(counted.kind, counted.minute);
  }
  if (abilities_.has_outcomes) cells = with_told_outcomes(std::move(cells), state_.cells, state_.kinds);
  state_.cells = std::move(cells);
  state_.sweep.reset();
  state_.swept = as_of_;
  state_.complete = true;
  state_.wants_all = false;
}

}  // namespace taskqueue
