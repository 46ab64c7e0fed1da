#include "exporter/tally/task_counting.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taskqueue {
namespace {

constexpr std::size_t named_tasks = 10;
// Ended tasks are remembered this much longer than the API shows them: its clock and its listings are not exact.
constexpr auto window_margin = std::chrono::minutes{10};

double seconds_between(WallTime from, WallTime to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

void observe(Histogram& histogram, const Task& task, const std::optional<WallTime>& from,
             const std::optional<WallTime>& to) {
  if (!from || !to) return;
  const double seconds = seconds_between(*from, *to);
  histogram.observe(seconds, Exemplar{.task_id = task.id, .value = seconds, .when = *to});
}

void earliest(std::optional<WallTime>& slot, const std::optional<WallTime>& time) {
  if (time && (!slot || *time < *slot)) slot = time;
}

void note_oldest(OldestTimes& oldest, const Task& task) {
  if (is_terminal(task.phase)) return;
  earliest(oldest.unfinished, task.created);
  if (task.phase == Phase::queued) earliest(oldest.queued, task.created);
  if (task.phase == Phase::running) earliest(oldest.running, task.began);
}

/// Keeps the ten oldest.
void note_named(std::vector<NamedTask>& named, const Task& task, const std::string& type,
                const std::optional<WallTime>& since) {
  if (!since) return;
  const auto place = std::ranges::lower_bound(named, *since, {}, &NamedTask::since);
  if (place == named.end() && named.size() == named_tasks) return;
  named.insert(place, NamedTask{.id = task.id, .type = type, .since = *since});
  if (named.size() > named_tasks) named.pop_back();
}

TypeCounters& counters_of(TaskState& state, const std::string& type, const Vocabulary& vocabulary) {
  TypeCounters& counters = state.counters[type];
  for (const Phase outcome : vocabulary.outcomes) counters.finished.try_emplace(outcome, 0);
  return counters;
}

/// Forgets tasks that the API shows no more and, by their age, will not show again.
void forget(TaskState& state, const Sighting& sighting, const Vocabulary& vocabulary, WallTime as_of) {
  std::erase_if(state.known, [&](const auto& entry) {
    const auto& [id, known] = entry;
    if (sighting.tasks().contains(id)) return false;
    if (!vocabulary.window || !known.created) return false;
    return *known.created + *vocabulary.window + window_margin < as_of;
  });
}

}  // namespace

TypeSlots::TypeSlots(std::vector<std::string>& slots, std::size_t max_types, const Vocabulary& vocabulary)
    : slots_(slots), max_types_(max_types) {
  if (slots_.empty()) slots_ = vocabulary.types;
}

std::string TypeSlots::name(const std::string& type) {
  if (std::ranges::find(slots_, type) != slots_.end()) return type;
  if (slots_.size() >= max_types_) return "other";
  slots_.push_back(type);
  return type;
}

void count_changes(TaskState& state, const Sighting& sighting, const Vocabulary& vocabulary, TypeSlots& slots,
                   WallTime as_of) {
  for (const std::string& type : vocabulary.types) counters_of(state, type, vocabulary);
  for (const auto& [id, task] : sighting.tasks()) {
    TypeCounters& counters = counters_of(state, slots.name(task.type), vocabulary);
    const auto [place, is_new] = state.known.try_emplace(id, KnownTask{.created = task.created});
    KnownTask& known = place->second;
    const bool starts = task.began && !std::exchange(known.start_seen, known.start_seen || task.began.has_value());
    const bool ends =
        is_terminal(task.phase) && !std::exchange(known.end_seen, known.end_seen || is_terminal(task.phase));
    if (!state.counting) continue;
    if (is_new) ++counters.arrived;
    if (starts && vocabulary.tells_start) observe(counters.wait, task, task.created, task.began);
    if (!ends) continue;
    ++counters.finished[task.phase];
    observe(counters.turnaround, task, task.created, task.ended);
    if (vocabulary.tells_start) observe(counters.run, task, task.began, task.ended);
  }
  state.counting = true;
  forget(state, sighting, vocabulary, as_of);
}

void fill_gauges(Snapshot& snapshot, TaskState& state, const Sighting& sighting, const Vocabulary& vocabulary,
                 TypeSlots& slots) {
  std::map<std::pair<std::string, StatusRow>, std::int64_t> counts;
  std::map<std::string, std::set<StatusRow>> rows;
  for (const std::string& type : vocabulary.types) rows.try_emplace(type);
  for (const auto& [id, task] : sighting.tasks()) {
    const std::string type = slots.name(task.type);
    const StatusRow row{task.status, task.phase};
    rows[type].insert(row);
    ++counts[{type, row}];
    note_oldest(snapshot.oldest[type], task);
    if (task.phase == Phase::queued) note_named(snapshot.oldest_queued, task, type, task.created);
    if (task.phase == Phase::running) note_named(snapshot.longest_running, task, type, task.began);
  }
  for (auto& [type, seen] : rows) {
    seen.insert(vocabulary.rows.begin(), vocabulary.rows.end());
    if (const auto before = state.rows.find(type); before != state.rows.end()) {
      seen.insert(before->second.begin(), before->second.end());
    }
    for (const StatusRow& row : seen) {
      const auto count = counts.find({type, row});
      snapshot.tasks.push_back({type, row.status, row.phase, count == counts.end() ? 0 : count->second});
    }
  }
  state.rows = std::move(rows);
  snapshot.window = vocabulary.window;
}

void fill_counters(Snapshot& snapshot, TaskState& state, const Vocabulary& vocabulary) {
  snapshot.tells_start = vocabulary.tells_start;
  for (const auto& [type, counters] : state.counters) {
    const bool is_first = state.published.insert(type).second;
    TypeCounters shown = is_first ? TypeCounters{} : counters;
    for (const auto& [outcome, count] : counters.finished) shown.finished.try_emplace(outcome, 0);
    snapshot.counters.emplace(type, std::move(shown));
  }
}

}  // namespace taskqueue
