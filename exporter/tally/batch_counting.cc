#include "exporter/tally/batch_counting.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taskqueue {
namespace {

using Outcomes = std::map<Phase, std::int64_t>;

/// An interrupted instance has failed already: that it becomes FAILED is no rise.
Outcomes outcomes_of(const StateCounts& counts) {
  return {{Phase::succeeded, counts[batch_state::succeed]},
          {Phase::failed, counts[batch_state::interrupted] + counts[batch_state::failed]}};
}

Outcomes outcomes_of(const KnownBatchJob& job) {
  Outcomes sums = outcomes_of(StateCounts{});
  for (const auto& [name, task] : job.tasks) {
    if (!task.instances) continue;
    for (const auto& [outcome, count] : outcomes_of(*task.instances)) sums[outcome] += count;
  }
  return sums;
}

void add_rises(std::map<Phase, std::uint64_t>& counters, const Outcomes& before, const Outcomes& now) {
  for (const auto& [outcome, count] : now) {
    const auto known = before.find(outcome);
    const std::int64_t rise = count - (known == before.end() ? 0 : known->second);
    if (rise > 0) counters[outcome] += static_cast<std::uint64_t>(rise);
  }
}

bool has_moving_instances(const StateCounts& counts) {
  return std::any_of(counts.begin(), counts.begin() + batch_state::succeed,
                     [](std::int64_t count) { return count != 0; });
}

void observe_turnaround(TypeCounters& counters, const std::string& id, const SeenEnd& seen) {
  if (!seen.created || !seen.ended) return;
  const double seconds = std::max(0.0, std::chrono::duration<double>(*seen.ended - *seen.created).count());
  counters.turnaround.observe(seconds, Exemplar{.task_id = id, .value = seconds, .when = *seen.ended});
}

}  // namespace

std::optional<Phase> count_end(CountedEnd& counted, const SeenEnd& seen, const std::optional<WallTime>& since) {
  using Last = CountedEnd::Last;
  const Phase phase = phase_of(seen.state);
  const Last before = std::exchange(counted.last, is_terminal(phase) ? Last::over : Last::live);
  if (!is_terminal(phase)) {
    counted.interrupted = false;
    return std::nullopt;
  }
  const bool is_untimed_news =
      before == Last::live || (before == Last::nothing && seen.created && since && *seen.created >= *since);
  const bool counts = since && (seen.ended ? *seen.ended >= *since : is_untimed_news);
  const auto known_end = counted.ended;
  if (seen.ended) counted.ended = seen.ended;
  if (is_interrupted(seen.state)) {
    const bool was_counted = std::exchange(counted.interrupted, true) || (seen.ended && known_end == seen.ended);
    return counts && !was_counted ? std::optional(phase) : std::nullopt;
  }
  // The time that follows an end without one is that of the same end.
  if (!seen.ended && before == Last::live) counted.ended.reset();
  const bool was_interrupted = std::exchange(counted.interrupted, false);
  const bool is_the_same_end = before == Last::over && (!known_end || !seen.ended);
  if (was_interrupted || is_the_same_end || (seen.ended && known_end == seen.ended)) return std::nullopt;
  return counts ? std::optional(phase) : std::nullopt;
}

Vocabulary batch_vocabulary() {
  Vocabulary vocabulary;
  vocabulary.outcomes = {Phase::succeeded, Phase::failed};
  return vocabulary;
}

BatchCounting::BatchCounting(QueueState& state, std::size_t max_types)
    : batch_(state.batch), tasks_(state.tasks), slots_(state.tasks.type_slots, max_types, batch_vocabulary()) {
  for (const Phase outcome : batch_vocabulary().outcomes) batch_.instances_finished.try_emplace(outcome, 0);
}

bool BatchCounting::is_new_since_counting(const std::optional<WallTime>& created) const {
  return batch_.counting_since && (!created || *created >= *batch_.counting_since);
}

void BatchCounting::expect_jobs() {
  for (const Phase outcome : batch_vocabulary().outcomes) batch_.jobs_finished.try_emplace(outcome, 0);
}

void BatchCounting::note_job(Shared<KnownBatchJob>& job) {
  CountedEnd counted = job->counted;
  const BatchJob& seen = job->job;
  const auto outcome = count_end(counted, {seen.state, seen.created, seen.ended}, batch_.counting_since);
  if (counted != job->counted) job.own().counted = counted;
  if (outcome) ++batch_.jobs_finished[*outcome];
}

void BatchCounting::greet(const KnownBatchJob& job, KnownBatchTask& task, const BatchTask& seen,
                          TypeCounters& counters) {
  if (job.laid_aside) {
    // It was counted when it was first known.
    const bool was_seen = !seen.ended || *seen.ended <= job.laid_aside->until;
    if (was_seen) task.counted = {.last = CountedEnd::Last::over, .ended = seen.ended};
  } else if (is_new_since_counting(seen.created)) {
    ++counters.arrived;
  }
}

void BatchCounting::count_rises(const KnownBatchJob& job, const KnownBatchTask& task, const BatchTask& seen,
                                const StateCounts& counts) {
  if (job.laid_aside) return;
  const bool has_base = task.instances.has_value() || is_new_since_counting(seen.created);
  if (!has_base) return;
  add_rises(batch_.instances_finished, outcomes_of(task.instances.value_or(StateCounts{})), outcomes_of(counts));
}

void BatchCounting::note_task(KnownBatchJob& job, const BatchTask& noted,
                              const std::optional<InstanceReading>& instances) {
  BatchTask seen = noted;
  if (!seen.created) seen.created = job.job.created;
  TypeCounters& counters = tasks_.counters[slots_.name(seen.name)];
  for (const Phase outcome : batch_vocabulary().outcomes) counters.finished.try_emplace(outcome, 0);
  const auto [place, is_new] = job.tasks.try_emplace(seen.name);
  KnownBatchTask& known = place->second;
  if (is_new) greet(job, known, seen, counters);

  const SeenEnd end{seen.state, seen.created, seen.ended};
  if (const auto outcome = count_end(known.counted, end, batch_.counting_since)) {
    ++counters.finished[*outcome];
    observe_turnaround(counters, job.job.id + "/" + seen.name, end);
  }

  const bool is_as_before = known.task.state == seen.state && known.task.ended == seen.ended;
  // An answer that lags shows fewer than had succeeded. If the next does so too they were begun anew.
  const bool lags = instances && is_as_before && known.instances && known.read &&
                    instances->counts[batch_state::succeed] < (*known.instances)[batch_state::succeed];
  if (lags || (!instances && !is_as_before)) {
    known.settled = false;
    known.read.reset();
  } else if (instances) {
    count_rises(job, known, seen, instances->counts);
    // Instances of a task that was stopped may follow it a little later: they get a second look.
    const bool was_read = is_as_before && known.read.has_value();
    known.settled = is_over(seen.state) && (was_read || !has_moving_instances(instances->counts));
    known.instances = instances->counts;
    known.read = instances->as_of;
  }
  known.task = std::move(seen);
}

void BatchCounting::note_all_tasks(KnownBatchJob& job) {
  const bool all_are_read =
      std::ranges::all_of(job.tasks, [](const auto& entry) { return entry.second.instances.has_value(); });
  if (!job.laid_aside || !all_are_read) return;
  if (batch_.counting_since) add_rises(batch_.instances_finished, job.laid_aside->instances, outcomes_of(job));
  job.laid_aside.reset();
}

void BatchCounting::lay_aside(KnownBatchJob& job) {
  if (job.tasks.empty() || !job.over) return;
  LaidAside rest{.until = *job.over, .instances = outcomes_of(job)};
  for (const auto& [name, task] : job.tasks) rest.until = std::max(rest.until, task.task.ended.value_or(rest.until));
  job.laid_aside = std::move(rest);
  job.tasks.clear();
  job.instances.reset();
  job.owed = false;
}

}  // namespace taskqueue
