#include "exporter/tally/batch_plan.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

#include "exporter/tally/batch_gauges.h"

namespace taskqueue {
namespace {

// A history of ended jobs must not keep the live ones waiting.
constexpr std::size_t most_old_jobs_in_a_refresh = 20;
// A named job that was retried is found out within this time.
constexpr Milliseconds look_at_ended_every = std::chrono::minutes{5};

/// Ended before it was ever read. It is of interest while it is shown, and if it ended since counting began.
bool is_old_news(const KnownBatchJob& job) { return job.over && !job.read; }

bool is_wanted(const KnownBatchJob& job, const BatchState& state, const BatchScope& scope, WallTime as_of) {
  if (!fits(scope.job_names, job.job.name) || !is_due(job, as_of)) return false;
  if (!job.over || is_shown(job, scope, as_of)) return true;
  return state.counting_since && *job.over >= *state.counting_since;
}

/// A named job, or one named task of it.
struct Named {
  KnownBatchJob* job;
  const std::string* task = nullptr;  // null: the whole job
  std::optional<WallTime> read;
  bool is_over = false;
};

std::vector<Named> all_named(BatchState& state, const BatchScope& scope) {
  std::set<std::string> whole;
  for (const auto& each : scope.named) {
    if (each.tasks.empty()) whole.insert(each.id);
  }
  std::vector<Named> list;
  std::set<std::pair<std::string, std::string>> listed;
  for (const auto& each : scope.named) {
    KnownBatchJob& job = state.jobs[each.id];
    job.job.id = each.id;
    if (whole.contains(each.id)) {
      const bool is_over = (job.over && !job.owed) || job.gone;
      if (listed.emplace(each.id, "").second) list.push_back({&job, nullptr, job.read, is_over});
      continue;
    }
    for (const std::string& task : each.tasks) {
      if (!listed.emplace(each.id, task).second) continue;
      const auto known = job.tasks.find(task);
      const bool is_known = known != job.tasks.end();
      list.push_back({&job, &task, is_known ? known->second.read : std::nullopt,
                      is_known && (known->second.settled || known->second.gone)});
    }
  }
  return list;
}

/// Forgets what the configuration names no more.
void keep_named(BatchState& state, const BatchScope& scope) {
  std::map<std::string, std::set<std::string>> names;
  std::set<std::string> whole;
  for (const auto& each : scope.named) {
    names[each.id].insert(each.tasks.begin(), each.tasks.end());
    if (each.tasks.empty()) whole.insert(each.id);
  }
  std::erase_if(state.jobs, [&](const auto& entry) { return !names.contains(entry.first); });
  for (auto& [id, job] : state.jobs) {
    if (whole.contains(id)) continue;
    const auto& named = names[id];
    std::erase_if(job.tasks, [&](const auto& entry) { return !named.contains(entry.first); });
  }
}

}  // namespace

Result<Done, Failure> read_discovered(BatchState& state, const BatchScope& scope, BatchDetails& details,
                                      BatchRound& round) {
  std::vector<KnownBatchJob*> now;
  std::vector<KnownBatchJob*> old;
  for (auto& [id, job] : state.jobs) {
    if (is_wanted(job, state, scope, *round.as_of)) (is_old_news(job) ? old : now).push_back(&job);
  }
  std::ranges::stable_sort(now, {}, &KnownBatchJob::read);
  std::ranges::stable_sort(old, std::ranges::greater{}, &KnownBatchJob::over);
  if (old.size() > most_old_jobs_in_a_refresh) {
    old.resize(most_old_jobs_in_a_refresh);
    round.complete = false;
  }
  now.insert(now.end(), old.begin(), old.end());
  for (KnownBatchJob* job : now) {
    auto done = details.read_job(*job);
    if (!done) return done;
  }
  return Done{};
}

Result<Done, Failure> read_named(BatchState& state, const BatchScope& scope, BatchDetails& details, BatchRound& round) {
  keep_named(state, scope);
  std::vector<Named> list = all_named(state, scope);
  std::ranges::stable_sort(list, {}, [](const Named& each) { return std::pair(each.is_over, each.read); });
  for (const Named& each : list) {
    const bool rests = each.is_over && each.read && round.as_of && *round.as_of - *each.read < look_at_ended_every;
    if (rests) continue;
    auto done = each.task == nullptr ? details.read_job(*each.job) : details.read_pair(*each.job, *each.task);
    if (!done) return done;
  }
  return Done{};
}

}  // namespace taskqueue
