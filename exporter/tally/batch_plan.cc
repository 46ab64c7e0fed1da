#include "exporter/tally/batch_plan.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <vector>

#include "exporter/tally/batch_gauges.h"
#include "exporter/tally/batch_walk.h"

namespace taskqueue {
namespace {

// A named job that was retried is found out within this time.
constexpr Milliseconds retried_within = std::chrono::hours{1};
constexpr Milliseconds look_at_ended_every = std::chrono::minutes{5};
constexpr Milliseconds remember_unnamed_for = std::chrono::hours{7 * 24};
constexpr std::size_t few = 20;  // jobs
constexpr int most_late_pages = 2;

/// It failed not long ago. If somebody retries it, what it had come to before must be known, or some of what its
/// instances come to next could not be told from that.
bool may_be_retried(const KnownBatchJob& job, WallTime as_of) {
  return job.job.state == "FAILED" && job.over && as_of - *job.over < retried_within;
}

/// Which of the discovered jobs are to be read.
struct Wanted {
  BatchState& state;
  const BatchScope& scope;
  WallTime as_of;

  /// Live ones and those that were when last seen, or that came and went since counting began: the most overdue first.
  [[nodiscard]] std::vector<KnownBatchJob*> live() const {
    auto jobs = all(false);
    std::ranges::stable_sort(jobs, {}, &KnownBatchJob::read);
    return jobs;
  }
  /// What had ended before anything was known, as far as it is shown: the newest first.
  [[nodiscard]] std::vector<KnownBatchJob*> history() const {
    auto jobs = all(true);
    std::ranges::stable_sort(jobs, std::ranges::greater{}, &KnownBatchJob::over);
    return jobs;
  }

 private:
  [[nodiscard]] std::vector<KnownBatchJob*> all(bool old) const {
    std::vector<KnownBatchJob*> jobs;
    for (auto& [id, job] : state.jobs) {
      if (job->gone || !fits(scope.job_names, job->job.name)) continue;
      const bool counts = !job->over || (state.counting_since && *job->over >= *state.counting_since);
      const bool due = is_due(*job, as_of);
      const bool shown = is_shown(*job, scope, as_of);
      // Its tasks were laid aside, and keep_ended is longer now.
      const bool comes_back = !due && shown && job->laid_aside;
      const bool is_old = comes_back || (job->over && !job->read && !counts);
      const bool is_wanted = comes_back || (due && (counts || shown || may_be_retried(*job, as_of)));
      if (is_wanted && is_old == old) jobs.push_back(&job.own());
    }
    return jobs;
  }
};

/// When history must rest: shortly before the next refresh could begin, intervals being what they are. Where they are
/// short beside what live jobs take, history takes a twentieth of that.
SteadyTime end_of_history(SteadyTime began, SteadyTime now, Milliseconds interval) {
  const SteadyTime::duration live = now - began;
  if (interval * 10 <= live) return now + live / 20;
  const auto intervals = live / SteadyTime::duration{interval} + 1;
  return began + intervals * interval - interval / 20;
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
    KnownBatchJob& job = state.jobs[each.id].own();
    job.job.id = each.id;
    if (whole.contains(each.id)) {
      const bool is_over = (job.over && !job.owed && !job.laid_aside) || job.gone_at;
      if (listed.emplace(each.id, "").second) list.push_back({&job, nullptr, std::max(job.read, job.gone_at), is_over});
      continue;
    }
    for (const std::string& task : each.tasks) {
      if (!listed.emplace(each.id, task).second) continue;
      const auto known = job.tasks.find(task);
      const bool is_known = known != job.tasks.end();
      const bool is_gone = is_known && known->second.gone && job.gone_at;
      list.push_back({&job, &task,
                      is_gone    ? job.gone_at
                      : is_known ? known->second.read
                                 : std::nullopt,
                      is_gone || (is_known && known->second.settled)});
    }
  }
  return list;
}

std::optional<WallTime> last_known(const KnownBatchJob& job) {
  std::optional<WallTime> last = std::max({job.job.created, job.over, job.read});
  for (const auto& [name, task] : job.tasks) last = std::max(last, task.read);
  return last;
}

/// What the configuration names no more is remembered for a while, lest it be counted again if it is named again.
void forget_unnamed(BatchState& state, const BatchScope& scope, WallTime as_of) {
  std::erase_if(state.jobs, [&](const auto& entry) {
    if (scope.names_job(entry.first)) return false;
    const auto last = last_known(*entry.second);
    return !last || *last + remember_unnamed_for < as_of;
  });
}

}  // namespace

Result<Done, Failure> read_discovered(BatchReader& reader, BatchState& state, const BatchScope& scope,
                                      BatchDetails& details, BatchRound& round) {
  const Wanted wanted{state, scope, *round.as_of};
  for (KnownBatchJob* job : wanted.live()) details.want_job(*job);

  BatchWalk walk(reader, state, round);
  std::optional<SteadyTime> end;  // of the time for history
  int late_pages = 0;
  while (walk.is_under_way()) {
    auto done = details.run_until(reader.readiness(Purpose::history).jobs);
    if (!done) return done;
    const Readiness ready = reader.readiness(Purpose::history);
    if (details.is_done() && !end) end = end_of_history(round.began, ready.now, scope.interval);
    // Some pages in any case: slow limits leave no time, and yet the walk must come to its end.
    if (end && ready.jobs >= *end && ++late_pages > most_late_pages) break;
    done = walk.read_page();
    if (!done) return done;
  }
  if (!state.walked) round.complete = false;

  auto done = details.run();
  if (!done) return done;
  // Those that the walk has found.
  for (KnownBatchJob* job : wanted.live()) {
    if (!job->read) details.want_job(*job);
  }
  done = details.run();
  if (!done) return done;

  const auto history = wanted.history();
  for (KnownBatchJob* job : history) details.want_job(*job);
  if (!end) end = end_of_history(round.began, reader.readiness(Purpose::history).now, scope.interval);
  // Few are read at once, so that a small queue is complete soon.
  done = history.size() <= few ? details.run() : details.run_history(*end);
  if (std::ranges::any_of(history, [](const auto* job) { return (!job->read || job->laid_aside) && !job->gone; })) {
    round.complete = false;
  }
  return done;
}

Result<Done, Failure> read_named(BatchState& state, const BatchScope& scope, BatchDetails& details, BatchRound& round) {
  std::vector<Named> list = all_named(state, scope);
  std::ranges::stable_sort(list, {}, [](const Named& each) { return std::pair(each.is_over, each.read); });
  for (const Named& each : list) {
    const bool rests = each.is_over && each.read && round.as_of && *round.as_of - *each.read < look_at_ended_every;
    if (rests) continue;
    each.task == nullptr ? details.want_job(*each.job) : details.want_pair(*each.job, *each.task);
    if (round.as_of) continue;
    auto done = details.run();  // the first answer tells the time
    if (!done) return done;
  }
  if (round.as_of) forget_unnamed(state, scope, *round.as_of);
  return details.run();
}

}  // namespace taskqueue
