#include "exporter/tally/batch_gauges.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace taskqueue {
namespace {

constexpr std::size_t named_tasks = 10;

/// The instances of a job, or of all jobs of one name: they are shown together or not at all.
struct InstanceGroup {
  std::string job_id;
  std::string job_name;
  bool is_live = false;
  WallTime since{};  // of a live one, when it was created; of an ended one, when it ended
  std::map<std::string, StateCounts> tasks;

  [[nodiscard]] std::size_t rows() const { return tasks.size() * batch_states.size(); }
};

void earliest(std::optional<WallTime>& slot, const std::optional<WallTime>& time) {
  if (time && (!slot || *time < *slot)) slot = time;
}

void note_oldest(Snapshot& snapshot, const KnownBatchJob& job, const BatchTask& task, const std::string& type) {
  const Phase phase = phase_of(task.state);
  if (is_terminal(phase)) return;
  earliest(snapshot.oldest[type].unfinished, task.created);
  if (phase != Phase::queued || !task.created) return;
  earliest(snapshot.oldest[type].queued, task.created);
  snapshot.oldest_queued.push_back({.id = job.job.id + "/" + task.name, .type = type, .since = *task.created});
}

void add_to_group(InstanceGroup& group, const KnownBatchJob& job, const BatchScope& scope) {
  const bool is_live = !job.over;
  const WallTime since = job.over.value_or(job.job.created.value_or(WallTime{}));
  // Of several jobs a live one decides, then the newest.
  if (group.tasks.empty() || std::pair(is_live, since) > std::pair(group.is_live, group.since)) {
    group.is_live = is_live;
    group.since = since;
  }
  for (const auto& [name, task] : job.tasks) {
    if (!task.instances || task.gone || !scope.names_task(job.job.id, name)) continue;
    StateCounts& sum = group.tasks[name];
    std::ranges::transform(sum, *task.instances, sum.begin(), std::plus<>{});
  }
}

/// Those that stay the longest come first.
bool goes_later(const InstanceGroup& left, const InstanceGroup& right) {
  if (left.is_live != right.is_live) return left.is_live;
  if (left.since != right.since) return left.is_live == (left.since < right.since);
  return std::pair(left.job_id, left.job_name) < std::pair(right.job_id, right.job_name);
}

void fill_instances(Snapshot& snapshot, std::vector<InstanceGroup> groups, std::size_t max_series) {
  std::ranges::sort(groups, goes_later);
  bool is_full = false;
  for (const InstanceGroup& group : groups) {
    is_full |= snapshot.instances.size() + group.rows() > max_series;
    if (is_full) {
      snapshot.series_dropped += group.rows();
      continue;
    }
    for (const auto& [task, counts] : group.tasks) {
      for (std::size_t i = 0; i < batch_states.size(); ++i) {
        snapshot.instances.push_back(
            {group.job_id, group.job_name, task, std::string(batch_states[i]), phase_of(batch_states[i]), counts[i]});
      }
    }
  }
}

/// All jobs that the API shows. Those of which only a task is known tell nothing.
void fill_jobs(Snapshot& snapshot, const BatchState& state, const BatchScope& scope) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& [id, job] : state.jobs) {
    const bool is_one = !job->gone && !job->job.state.empty() && scope.names_all_of(id);
    if (is_one && fits(scope.job_names, job->job.name)) ++counts[job->job.state];
  }
  const bool tells_jobs = scope.named.empty() || std::ranges::any_of(scope.named, [](const BatchScope::Named& each) {
                            return each.tasks.empty();
                          });
  if (!tells_jobs) return;
  // Deleted ones that have not been found: which names they have is not known.
  if (scope.named.empty() && scope.job_names.empty()) {
    for (const auto& [name, list] : {std::pair("FAILED", 0U), std::pair("SUCCEED", 1U)}) {
      counts[name] = std::max<std::int64_t>(0, counts[name] - state.ended[list].surplus);
    }
  }
  for (const std::string_view name : batch_states) counts.try_emplace(std::string(name), 0);
  for (const auto& [name, count] : counts) snapshot.jobs.push_back({name, phase_of(name), count});
}

}  // namespace

bool is_shown(const KnownBatchJob& job, const BatchScope& scope, WallTime as_of) {
  if (job.gone) return false;
  if (!scope.named.empty()) return scope.names_job(job.job.id);
  return fits(scope.job_names, job.job.name) && (!job.over || *job.over + scope.keep_ended > as_of);
}

void fill_batch_gauges(Snapshot& snapshot, const BatchState& state, const BatchScope& scope, BatchCounting& counting) {
  using TaskRow = std::pair<std::string, std::string>;
  std::map<TaskRow, std::int64_t> tasks;  // by type and status
  std::map<std::string, InstanceGroup> groups;
  for (const auto& [id, known] : state.jobs) {
    const KnownBatchJob& job = *known;
    if (!is_shown(job, scope, snapshot.began) || job.tasks.empty()) continue;
    for (const auto& [name, task] : job.tasks) {
      if (task.gone || !scope.names_task(id, name)) continue;
      const std::string type = counting.type_of(name);
      for (const std::string_view state_name : batch_states) tasks.try_emplace({type, std::string(state_name)}, 0);
      ++tasks[{type, task.task.state}];
      note_oldest(snapshot, job, task.task, type);
    }
    InstanceGroup& group = groups[scope.by_job_name ? job.job.name : id];
    group.job_id = scope.by_job_name ? "" : id;
    group.job_name = job.job.name;
    add_to_group(group, job, scope);
  }
  for (const auto& [row, count] : tasks) {
    snapshot.tasks.push_back({row.first, row.second, phase_of(row.second), count});
  }
  std::vector<InstanceGroup> listed;
  listed.reserve(groups.size());
  for (auto& [key, group] : groups) listed.push_back(std::move(group));
  fill_instances(snapshot, std::move(listed), scope.max_series);
  fill_jobs(snapshot, state, scope);

  std::ranges::sort(snapshot.oldest_queued, {}, &NamedTask::since);
  if (snapshot.oldest_queued.size() > named_tasks) snapshot.oldest_queued.resize(named_tasks);
  snapshot.window = std::chrono::floor<std::chrono::seconds>(scope.keep_ended);
}

}  // namespace taskqueue
