#include "exporter/tally/batch_details.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "exporter/tally/batch_discovery.h"

namespace taskqueue {
namespace {

constexpr Milliseconds look_at_resting_every = std::chrono::minutes{5};
// Interrupted instances are given up one by one, which no list shows.
constexpr Milliseconds look_at_interrupted_every = std::chrono::minutes{1};

constexpr std::size_t runnable = 2;
constexpr std::size_t interrupted = 5;
static_assert(batch_states[runnable] == "RUNNABLE" && batch_states[interrupted] == "FAILED_INTERRUPTED");

/// Failures that the next call of the same action would meet as well.
bool concerns_every_call(FailureKind kind) {
  switch (kind) {
    case FailureKind::throttled:
    case FailureKind::network:
    case FailureKind::timeout:
    case FailureKind::credentials:
    case FailureKind::permission: return true;
    default: return false;
  }
}

bool waits(std::string_view state) { return state == "SUBMITTED" || state == "PENDING"; }

bool is_moving(const BatchJob& job) {
  if (!job.tasks) return true;
  const auto& counts = *job.tasks;
  const bool has_moving_tasks = std::any_of(counts.begin() + runnable, counts.begin() + interrupted,
                                            [](std::int64_t count) { return count != 0; });
  return has_moving_tasks || !(waits(job.state) || is_interrupted(job.state));
}

bool has_interrupted(const BatchJob& job) {
  return is_interrupted(job.state) || (job.tasks && (*job.tasks)[interrupted] != 0);
}

/// What one answer leaves out is no news.
bool brings_news(const BatchJob& now, const BatchJob& before) {
  return now.state != before.state || (now.ended && before.ended && now.ended != before.ended) ||
         (now.tasks && before.tasks && now.tasks != before.tasks);
}

bool is_settled(const KnownBatchJob& job, const BatchTask& listed) {
  const auto known = job.tasks.find(listed.name);
  return known != job.tasks.end() && known->second.settled && known->second.task.state == listed.state &&
         known->second.task.ended == listed.ended;
}

void subtract(StateCounts& from, const StateCounts& counts) {
  std::ranges::transform(from, counts, from.begin(), std::minus<>{});
}

/// Every task has an instance, and none has less than none.
bool is_plausible(const StateCounts& counts) {
  return std::ranges::none_of(counts, [](std::int64_t count) { return count < 0; }) &&
         std::ranges::any_of(counts, [](std::int64_t count) { return count > 0; });
}

void see_detail(KnownBatchJob& known, const JobDetail& detail) {
  BatchJob job = detail.job;
  job.id = known.job.id;
  if (job.name.empty()) job.name = known.job.name;
  if (!job.created) job.created = known.job.created;
  if (!job.tasks && job.state == known.job.state) job.tasks = known.job.tasks;
  see_job(known, std::move(job), detail.as_of);
  known.gone = false;
}

}  // namespace

/// What a DescribeJob told about the instances of its tasks, and how far the tasks have been gone through.
struct BatchDetails::Plan {
  Plan(const KnownBatchJob& job, const JobDetail& from);

  const JobDetail& detail;
  std::vector<const BatchTask*> open;  // tasks that have not settled, those that are over first
  bool job_wide_is_unchanged = false;
  StateCounts rest;      // job-wide counts less those of the tasks that are over and known
  bool rest_is_exact;    // ... and no other has been gone through
  std::size_t done = 0;  // of the open ones, the one in hand included
};

BatchDetails::Plan::Plan(const KnownBatchJob& job, const JobDetail& from)
    : detail(from), rest(from.instances.value_or(StateCounts{})), rest_is_exact(from.instances.has_value()) {
  job_wide_is_unchanged = from.instances && job.instances == from.instances;
  for (const BatchTask& task : from.tasks) {
    if (is_settled(job, task)) {
      subtract(rest, *job.tasks.at(task.name).instances);
    } else {
      open.push_back(&task);
    }
  }
  // They make the last one's counts a matter of subtraction.
  std::stable_partition(open.begin(), open.end(), [](const BatchTask* task) { return is_over(task->state); });
}

bool is_due(const KnownBatchJob& job, WallTime as_of) {
  if (!job.read || job.owed || !job.read_as || brings_news(job.job, *job.read_as)) return true;
  if (is_over(job.job.state)) return false;
  if (is_moving(job.job)) return true;
  return as_of - *job.read >= (has_interrupted(job.job) ? look_at_interrupted_every : look_at_resting_every);
}

void BatchDetails::note_failure(const Failure& failure, bool& closed) {
  round_.failed(failure);
  closed |= concerns_every_call(failure.kind);
}

Result<bool, Failure> BatchDetails::read_task(KnownBatchJob& job, const BatchTask& listed, Plan& plan) {
  plan.rest_is_exact &= is_over(listed.state);
  counting_.note_task(job, listed, std::nullopt);
  if (tasks_closed_) {
    plan.rest_is_exact = false;
    return false;
  }
  const auto detail = reader_.task({job.job.id, listed.name});
  if (!detail) {
    plan.rest_is_exact = false;
    if (detail.error().kind == FailureKind::stopped) return Unexpected(detail.error());
    if (detail.error().kind == FailureKind::not_found) {
      // The job is being deleted: the next listing tells.
      job.tasks[listed.name].instances.reset();
    } else {
      note_failure(detail.error(), tasks_closed_);
    }
    return false;
  }
  BatchTask seen = detail->task;
  seen.name = listed.name;
  if (!seen.created) seen.created = listed.created;
  plan.rest_is_exact &= seen.state == listed.state && seen.ended == listed.ended;
  subtract(plan.rest, detail->instances);
  counting_.note_task(job, seen, InstanceReading{detail->instances, detail->as_of});
  return true;
}

Result<bool, Failure> BatchDetails::settle(KnownBatchJob& job, const BatchTask& listed, Plan& plan) {
  const bool is_last = ++plan.done == plan.open.size();
  if (is_last && plan.rest_is_exact && is_plausible(plan.rest)) {
    counting_.note_task(job, listed, InstanceReading{plan.rest, plan.detail.as_of});
    return true;
  }
  const auto place = job.tasks.find(listed.name);
  if (place != job.tasks.end() && !is_over(listed.state)) {
    const KnownBatchTask& known = place->second;
    const bool is_read = known.instances && known.read && known.task.state == listed.state;
    const bool rests = is_read && (waits(listed.state) || (plan.job_wide_is_unchanged &&
                                                           plan.detail.as_of - *known.read < look_at_resting_every));
    if (rests) {
      plan.rest_is_exact = false;
      counting_.note_task(job, listed, std::nullopt);
      return true;
    }
  }
  return read_task(job, listed, plan);
}

Result<Done, Failure> BatchDetails::miss_job(KnownBatchJob& job, const Failure& failure) {
  if (failure.kind == FailureKind::stopped) return Unexpected(failure);
  // Deleted since it was listed: that is no failure. A job that was never seen is one of the operator's slips.
  const bool was_there = job.read || !job.job.state.empty();
  job.gone = failure.kind == FailureKind::not_found && was_there;
  job.owed = !job.gone;
  if (!job.gone) note_failure(failure, jobs_closed_);
  return Done{};
}

Result<Done, Failure> BatchDetails::read_job(KnownBatchJob& job) {
  if (jobs_closed_) {
    job.owed = true;
    return Done{};
  }
  const auto detail = reader_.job(job.job.id);
  if (!detail) return miss_job(job, detail.error());
  round_.answered(detail->as_of);
  see_detail(job, *detail);

  Plan plan(job, *detail);
  bool all_are_read = true;
  for (const BatchTask* task : plan.open) {
    const auto is_read = settle(job, *task, plan);
    if (!is_read) return Unexpected(is_read.error());
    all_are_read &= *is_read && (!is_over(task->state) || job.tasks[task->name].settled);
  }
  counting_.note_all_tasks(job);
  job.read = detail->as_of;
  job.read_as = job.job;
  job.owed = !all_are_read;
  job.instances = all_are_read ? detail->instances : std::nullopt;
  return Done{};
}

Result<Done, Failure> BatchDetails::read_pair(KnownBatchJob& job, const std::string& task) {
  if (tasks_closed_) return Done{};
  const auto detail = reader_.task({job.job.id, task});
  if (!detail) {
    if (detail.error().kind == FailureKind::stopped) return Unexpected(detail.error());
    const auto known = job.tasks.find(task);
    const bool is_gone = detail.error().kind == FailureKind::not_found && known != job.tasks.end();
    if (is_gone) {
      known->second.gone = true;
    } else {
      note_failure(detail.error(), tasks_closed_);
    }
    return Done{};
  }
  round_.answered(detail->as_of);
  BatchTask seen = detail->task;
  seen.name = task;
  counting_.note_task(job, seen, InstanceReading{detail->instances, detail->as_of});
  job.tasks[task].gone = false;
  return Done{};
}

}  // namespace taskqueue
