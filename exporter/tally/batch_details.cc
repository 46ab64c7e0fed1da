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

/// Failures that the next call of the same action would meet as well.
bool concerns_every_call(FailureKind kind) {
  return kind == FailureKind::throttled || kind == FailureKind::credentials || kind == FailureKind::permission;
}

/// Failures that the next call may meet as well.
bool is_of_the_network(FailureKind kind) { return kind == FailureKind::network || kind == FailureKind::timeout; }
constexpr int most_broken_in_a_row = 2;

bool waits(std::string_view state) { return state == "SUBMITTED" || state == "PENDING"; }

bool is_moving(const BatchJob& job) {
  if (!job.tasks) return true;
  const auto& counts = *job.tasks;
  const bool has_moving_tasks =
      std::any_of(counts.begin() + batch_state::runnable, counts.begin() + batch_state::interrupted,
                  [](std::int64_t count) { return count != 0; });
  return has_moving_tasks || !(waits(job.state) || is_interrupted(job.state));
}

/// A job may be over before its tasks are; those that had not begun never will.
bool has_moving_task(const KnownBatchJob& job) {
  return std::ranges::any_of(job.tasks, [](const auto& entry) {
    const std::string& state = entry.second.task.state;
    return !entry.second.gone && !waits(state) && !is_over(state) && !is_interrupted(state);
  });
}

bool has_interrupted(const BatchJob& job) {
  return is_interrupted(job.state) || (job.tasks && (*job.tasks)[batch_state::interrupted] != 0);
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

/// Every task has an instance, and none has less than none. Fewer ends than are known of it show that those of another
/// task were missing, or that the job was retried.
bool is_plausible(const StateCounts& counts, const std::optional<StateCounts>& known) {
  const auto failed = [](const StateCounts& of) { return of[batch_state::interrupted] + of[batch_state::failed]; };
  const bool ends_fall =
      known && (counts[batch_state::succeed] < (*known)[batch_state::succeed] || failed(counts) < failed(*known));
  return !ends_fall && std::ranges::none_of(counts, [](std::int64_t count) { return count < 0; }) &&
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
  known.gone_at.reset();
}

}  // namespace

/// What a DescribeJob told about the instances of its tasks, and how far the tasks have been gone through.
struct BatchDetails::Plan {
  Plan(const KnownBatchJob& job, JobDetail from);

  /// The task in hand.
  [[nodiscard]] const BatchTask& listed() const { return *open[done]; }

  const JobDetail detail;
  std::vector<const BatchTask*> open;  // tasks that have not settled, those that are over first
  bool job_wide_is_unchanged = false;
  StateCounts rest;      // job-wide counts less those of the tasks that are over and known
  bool rest_is_exact;    // ... and no other has been gone through
  std::size_t done = 0;  // of the open ones
  bool all_are_read = true;
};

BatchDetails::Plan::Plan(const KnownBatchJob& job, JobDetail from)
    : detail(std::move(from)),
      rest(detail.instances.value_or(StateCounts{})),
      rest_is_exact(detail.instances.has_value()) {
  job_wide_is_unchanged = detail.instances && job.instances == detail.instances;
  for (const BatchTask& task : detail.tasks) {
    if (is_settled(job, task)) {
      subtract(rest, *job.tasks.at(task.name).instances);
    } else {
      open.push_back(&task);
    }
  }
  // They make the last one's counts a matter of subtraction.
  std::stable_partition(open.begin(), open.end(), [](const BatchTask* task) { return is_over(task->state); });
}

bool is_read_to_its_end(const KnownBatchJob& job) {
  return job.read && !job.owed && job.read_as && !brings_news(job.job, *job.read_as);
}

bool is_due(const KnownBatchJob& job, WallTime as_of) {
  if (!is_read_to_its_end(job)) return true;
  if (is_over(job.job.state)) return has_moving_task(job) && as_of - *job.read >= look_at_resting_every;
  if (is_moving(job.job)) return true;
  return as_of - *job.read >= (has_interrupted(job.job) ? look_at_interrupted_every : look_at_resting_every);
}

void BatchDetails::note_failure(const Failure& failure, Line& line) {
  round_.failed(failure);
  line.broken = is_of_the_network(failure.kind) ? line.broken + 1 : 0;
  line.closed |= concerns_every_call(failure.kind) || line.broken == most_broken_in_a_row;
}

Result<Done, Failure> BatchDetails::run(Purpose purpose, SteadyTime when) {
  for (;;) {
    auto goes_on = step(purpose, when);
    if (!goes_on) return Unexpected(goes_on.error());
    if (!*goes_on) return Done{};
  }
}

Result<Done, Failure> BatchDetails::run() { return run(Purpose::live, SteadyTime::max()); }

Result<Done, Failure> BatchDetails::run_until(SteadyTime when) { return run(Purpose::live, when); }

Result<Done, Failure> BatchDetails::run_history(SteadyTime when) {
  auto done = run(Purpose::history, when);
  jobs_.clear();
  errands_.clear();
  return done;
}

Result<bool, Failure> BatchDetails::step(Purpose purpose, SteadyTime when) {
  if (is_done()) return false;
  const Readiness ready = reader_.readiness(purpose);
  // History is read job by job, so that little is left half done.
  const bool no_job_goes = jobs_.empty() || purpose == Purpose::history;
  const bool task_goes = !errands_.empty() && (no_job_goes || ready.task <= ready.job);
  // What needs no call any more need not wait.
  const bool is_closed = task_goes ? task_line_.closed : job_line_.closed;
  if (!is_closed && when != SteadyTime::max() && (task_goes ? ready.task : ready.job) >= when) return false;
  Result<Done, Failure> done = Done{};
  if (task_goes) {
    const Errand errand = std::move(errands_.front());
    errands_.pop_front();
    done = errand.plan ? read_task(errand, purpose) : read_pair(errand, purpose);
  } else {
    KnownBatchJob& job = *jobs_.front();
    jobs_.pop_front();
    done = read_job(job, purpose);
  }
  if (!done) return Unexpected(done.error());
  return true;
}

/// Once may be a mistake; who was gone already rests from now on, or from its last reading where nothing tells the
/// time.
void BatchDetails::note_gone(KnownBatchJob& job, bool was_gone, const std::optional<WallTime>& read) const {
  if (was_gone) job.gone_at = round_.as_of ? round_.as_of : std::max(job.gone_at, read);
}

Result<Done, Failure> BatchDetails::miss_job(KnownBatchJob& job, const Failure& failure) {
  if (failure.kind == FailureKind::stopped) return Unexpected(failure);
  // Deleted since it was listed: that is no failure. A job that was never seen is one of the operator's slips.
  const bool was_there = job.read || !job.job.state.empty();
  if (failure.kind == FailureKind::not_found && was_there) {
    note_gone(job, std::exchange(job.gone, true), job.read);
    job.owed = false;
  } else {
    job.owed = true;
    note_failure(failure, job_line_);
  }
  return Done{};
}

Result<Done, Failure> BatchDetails::read_job(KnownBatchJob& job, Purpose purpose) {
  if (job_line_.closed) {
    job.owed = true;
    return Done{};
  }
  auto detail = reader_.job(job.job.id, purpose);
  if (!detail) return miss_job(job, detail.error());
  job_line_.broken = 0;
  round_.answered(detail->as_of);
  see_detail(job, *detail);
  go_on(job, std::make_shared<Plan>(job, std::move(*detail)));
  return Done{};
}

void BatchDetails::go_on(KnownBatchJob& job, const std::shared_ptr<Plan>& plan) {
  while (plan->done < plan->open.size()) {
    if (!settle_without_call(job, *plan)) return errands_.push_back({&job, plan->listed().name, plan});
    plan->all_are_read &= !is_over(plan->listed().state) || job.tasks[plan->listed().name].settled;
    ++plan->done;
  }
  finish(job, *plan);
}

bool BatchDetails::settle_without_call(KnownBatchJob& job, Plan& plan) {
  const BatchTask& listed = plan.listed();
  const auto place = job.tasks.find(listed.name);
  const bool is_last = plan.done + 1 == plan.open.size();
  const auto last_known = place == job.tasks.end() ? std::nullopt : place->second.instances;
  if (is_last && plan.rest_is_exact && is_plausible(plan.rest, last_known)) {
    counting_.note_task(job, listed, InstanceReading{plan.rest, plan.detail.as_of});
    return true;
  }
  if (place == job.tasks.end() || is_over(listed.state)) return false;
  const KnownBatchTask& known = place->second;
  const bool is_read = known.instances && known.read && known.task.state == listed.state;
  const bool rests =
      is_read &&
      (waits(listed.state) || (plan.job_wide_is_unchanged && plan.detail.as_of - *known.read < look_at_resting_every));
  if (!rests) return false;
  plan.rest_is_exact = false;
  counting_.note_task(job, listed, std::nullopt);
  return true;
}

Result<Done, Failure> BatchDetails::read_task(const Errand& errand, Purpose purpose) {
  KnownBatchJob& job = *errand.job;
  Plan& plan = *errand.plan;
  const BatchTask& listed = plan.listed();
  plan.rest_is_exact &= is_over(listed.state);
  counting_.note_task(job, listed, std::nullopt);
  Result<TaskDetail, Failure> detail = Unexpected(Failure{});
  if (!task_line_.closed) detail = reader_.task({job.job.id, listed.name}, purpose);
  if (detail) {
    task_line_.broken = 0;
    BatchTask seen = detail->task;
    seen.name = listed.name;
    if (!seen.created) seen.created = listed.created;
    plan.rest_is_exact &= seen.state == listed.state && seen.ended == listed.ended;
    // This answer lags: the job's tells an end, which then is not taken back, but looked at once more.
    const bool lags = is_terminal(phase_of(listed.state)) && !is_terminal(phase_of(seen.state));
    if (lags) {
      plan.all_are_read &= job.tasks[listed.name].read.has_value();
      seen.state = listed.state;
      seen.ended = listed.ended;
    }
    subtract(plan.rest, detail->instances);
    counting_.note_task(job, seen, InstanceReading{detail->instances, detail->as_of});
    plan.all_are_read &= !is_over(listed.state) || job.tasks[listed.name].settled;
  } else {
    plan.rest_is_exact = plan.all_are_read = false;
    if (detail.error().kind == FailureKind::stopped) return Unexpected(detail.error());
    // Not found: the job is being deleted, the next listing tells. Its instances stay as they were counted: were they
    // forgotten and the task there again, all that have ended would count once more.
    if (detail.error().kind != FailureKind::not_found && !task_line_.closed) note_failure(detail.error(), task_line_);
  }
  ++plan.done;
  go_on(job, errand.plan);
  return Done{};
}

void BatchDetails::finish(KnownBatchJob& job, const Plan& plan) {
  counting_.note_all_tasks(job);
  job.read = plan.detail.as_of;
  job.read_as = job.job;
  job.owed = !plan.all_are_read;
  job.instances = plan.all_are_read ? plan.detail.instances : std::nullopt;
}

Result<Done, Failure> BatchDetails::read_pair(const Errand& errand, Purpose purpose) {
  if (task_line_.closed) return Done{};
  KnownBatchJob& job = *errand.job;
  const auto detail = reader_.task({job.job.id, errand.task}, purpose);
  if (!detail) {
    if (detail.error().kind == FailureKind::stopped) return Unexpected(detail.error());
    const auto known = job.tasks.find(errand.task);
    const bool is_gone = detail.error().kind == FailureKind::not_found && known != job.tasks.end();
    if (is_gone) {
      note_gone(job, std::exchange(known->second.gone, true), known->second.read);
    } else {
      note_failure(detail.error(), task_line_);
    }
    return Done{};
  }
  task_line_.broken = 0;
  round_.answered(detail->as_of);
  BatchTask seen = detail->task;
  seen.name = errand.task;
  counting_.note_task(job, seen, InstanceReading{detail->instances, detail->as_of});
  job.tasks[errand.task].gone = job.gone = false;
  job.gone_at.reset();
  return Done{};
}

}  // namespace taskqueue
