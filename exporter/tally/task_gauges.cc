#include "exporter/tally/task_gauges.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "exporter/failure.h"

namespace taskqueue {
namespace {

constexpr std::size_t named_tasks = 10;
constexpr std::size_t most_strange_statuses = 20;

using Counts = std::map<TypeRow, std::int64_t>;

void earliest(std::optional<WallTime>& slot, const std::optional<WallTime>& time) {
  if (time && (!slot || *time < *slot)) slot = time;
}

void note_oldest(OldestTimes& oldest, const Task& task) {
  earliest(oldest.unfinished, task.created);
  if (task.phase == Phase::queued) earliest(oldest.queued, task.created);
  if (task.phase == Phase::running) earliest(oldest.running, task.began);
}

/// Keeps the ten oldest.
void note_named(std::vector<NamedTask>& named, const Task& task, const std::optional<WallTime>& since) {
  if (!since) return;
  const auto place = std::ranges::lower_bound(named, *since, {}, &NamedTask::since);
  if (place == named.end() && named.size() == named_tasks) return;
  named.insert(place, NamedTask{.id = task.id, .type = task.type, .since = *since});
  if (named.size() > named_tasks) named.pop_back();
}

/// States that nobody knows are shown as sent: a few of them, for they may be without number.
class StrangeStatuses {
 public:
  explicit StrangeStatuses(const TaskState& state) {
    for (const auto& [type, rows] : state.rows) {
      for (const StatusRow& row : rows) {
        if (row.phase == Phase::unknown) shown_.insert(row.status);
      }
    }
  }

  std::string name(const Task& task) {
    if (task.phase != Phase::unknown) return task.status;
    std::string status = shortened(task.status);
    if (!shown_.contains(status) && shown_.size() >= most_strange_statuses) return "other";
    return *shown_.insert(std::move(status)).first;
  }

 private:
  std::set<std::string> shown_;
};

Counts count_tasks(const TaskState& state) {
  Counts counts;
  StrangeStatuses strange(state);
  for (const auto& [id, known] : state.live) {
    ++counts[{known.task.type, {strange.name(known.task), known.task.phase}}];
  }
  if (!state.complete) return counts;
  for (std::size_t kind = 0; kind < state.kinds.size(); ++kind) {
    const std::int64_t count = state.cells.sum(static_cast<CellKind>(kind));
    if (count > 0) counts[state.kinds[kind]] += count;
  }
  return counts;
}

}  // namespace

void fill_task_gauges(Snapshot& snapshot, TaskState& state, const Vocabulary& vocabulary) {
  for (const auto& [id, known] : state.live) {
    const Task& task = known.task;
    note_oldest(snapshot.oldest[task.type], task);
    if (task.phase == Phase::queued) note_named(snapshot.oldest_queued, task, task.created);
    if (task.phase == Phase::running) note_named(snapshot.longest_running, task, task.began);
  }
  const Counts counts = count_tasks(state);
  std::map<std::string, std::set<StatusRow>> rows;
  for (const std::string& type : vocabulary.types) rows.try_emplace(type);
  for (const auto& [row, count] : counts) rows[row.type].insert(row.row);
  for (auto& [type, seen] : rows) {
    seen.insert(vocabulary.rows.begin(), vocabulary.rows.end());
    if (const auto before = state.rows.find(type); before != state.rows.end()) {
      seen.insert(before->second.begin(), before->second.end());
    }
    for (const StatusRow& row : seen) {
      if (is_terminal(row.phase) && !state.complete) continue;
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
    const auto [published, is_first] = state.published.try_emplace(type);
    TypeCounters shown = is_first ? TypeCounters{} : counters;
    for (const auto& [outcome, count] : counters.finished) {
      if (published->second.insert(outcome).second) shown.finished[outcome] = 0;
    }
    snapshot.counters.emplace(type, std::move(shown));
  }
}

}  // namespace taskqueue
