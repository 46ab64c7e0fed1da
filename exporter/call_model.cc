#include "exporter/call_model.h"

#include <algorithm>
#include <cmath>

namespace taskqueue {
namespace {

constexpr double page_size = 100;
constexpr double mps_window = 168 * 3600;
constexpr double vod_window = 72 * 3600;

// How far a list of newly ended tasks reaches back before the last refresh, and, once more, at every 20th.
constexpr double overlap = 5;
constexpr double long_overlap = 600;
constexpr double long_overlap_share = 1.0 / 20;
constexpr double check_share = 1.0 / 10;
constexpr double checked_hour = 3600;
// Nobody says how many tasks fail. It matters only where one list takes several pages.
constexpr double failed_share = 0.05;
// What ends between the creation of the oldest task that is live and now, in terms of what is live: for lives that
// differ little it is less, for some that are very long more.
constexpr double oldest_lives = 1.3;
constexpr double reach_budget = 1.2;
// New tasks of ECS are asked for by creation, as far back as they fill a page, ten minutes at most, and so far at every
// 20th.
constexpr double ecs_longest_overlap = 600;
constexpr double ecs_filled_page = 90;

// A task of Batch becomes runnable, starts, runs and ends; in several instances that is more than four changes.
constexpr double changes_of_a_task = 5;
constexpr double look_at_resting_every = 300;
constexpr double lists_of_ended_jobs = 2;
constexpr double jobs_are_shown_for = 3600;

double mps_ended_lists(double ended) { return pages(ended * failed_share) + pages(ended * (1 - failed_share)); }

/// The mean calls for newly ended tasks in a refresh.
template <class Calls>
double newly_ended(const QueueLoad& load, const ReadingRhythm& rhythm, Calls calls) {
  const auto since = [&](double reach) { return calls(load.ended_per_second * (rhythm.interval + reach)); };
  return since(overlap) + long_overlap_share * since(long_overlap);
}

/// What it costs more in a refresh that MPS selects by creation: the list of ended tasks reaches back to where the
/// oldest of them was created, as far as that is cheap; farther ones are told by the total.
double reach_by_creation(const QueueLoad& load, const ReadingRhythm& rhythm, double live) {
  const double ended = load.ended_per_second * (rhythm.interval + overlap);
  const double usual = pages(ended * (1 - failed_share));
  const double whole = pages((ended + oldest_lives * (load.queued + load.running)) * (1 - failed_share));
  const double most = std::floor((live + pages(ended) + 2) * reach_budget) - live - 1;
  return whole <= most ? whole - usual : std::max(0.0, most - usual) + (load.ended_per_second > 0 ? 1 : 0);
}

bool is_idle(const QueueLoad& load) { return load.jobs + load.queued + load.running + load.ended_per_second <= 0; }

/// How often the jobs that move are asked for their tasks.
double describe_task_rate(const QueueLoad& load, const ReadingRhythm& rhythm, double jobs) {
  const double siblings = (load.tasks_per_job - 1) / load.tasks_per_job;  // the last open one comes by subtraction
  const double moving = load.running > 0 ? load.running : jobs * load.tasks_per_job;
  const double changes = jobs > 0 ? changes_of_a_task * load.ended_per_second * rhythm.interval / jobs : 0;
  const double changed_share = std::max(1 - std::exp(-changes), std::min(1.0, rhythm.interval / look_at_resting_every));
  // Each task is read once when it is new and once when it is over, and while it moves whenever its job has changed.
  return siblings * (moving * changed_share / rhythm.interval + 2 * load.ended_per_second);
}

}  // namespace

double pages(double mean) {
  double sum = 1;
  const double spread = std::sqrt(2 * std::max(mean, 1e-9));
  const auto borders = static_cast<int>(std::min(1e6, (mean + 10 * spread) / page_size));
  for (int i = 1; i <= borders; ++i) sum += 0.5 * std::erfc((i * page_size + 0.5 - mean) / spread);
  return sum;
}

CallRates mps_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm) {
  const double live = pages(load.queued) + pages(load.running);
  const double refresh =
      live + newly_ended(load, rhythm, mps_ended_lists) + reach_by_creation(load, rhythm, live) + check_share;
  return {{"DescribeTasks", refresh / rhythm.interval + mps_sweep_calls(load) / rhythm.recount}};
}

CallRates vod_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm, bool asks_each_outcome) {
  const double refresh = pages(load.queued) + pages(load.running) + newly_ended(load, rhythm, pages) +
                         check_share * pages(load.ended_per_second * checked_hour);
  CallRates rates{{"DescribeTasks", refresh / rhythm.interval + vod_sweep_calls(load) / rhythm.recount}};
  if (asks_each_outcome) rates["DescribeTaskDetail"] = load.ended_per_second;
  return rates;
}

CallRates ecs_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm) {
  const double live = load.queued + load.running;
  const double since_then = load.ended_per_second * (rhythm.interval + ecs_longest_overlap);
  const double since_last = load.ended_per_second * rhythm.interval;
  const double usual = pages(std::min(since_then, std::max(ecs_filled_page, since_last)));
  const double fresh = usual + long_overlap_share * (pages(since_then) - usual);
  const double refresh = fresh + (live > 0 ? pages(live) : 0) + 1;
  return {{"DescribeTasks", refresh / rhythm.interval}};
}

CallRates batch_call_rates(const QueueLoad& load, const ReadingRhythm& rhythm) {
  const double jobs_ended = load.ended_per_second / load.tasks_per_job;
  // In steady life as many jobs are deleted as end. Which ones is found out among those that ended of late.
  const double deleted_share = 1 - std::exp(-jobs_ended * rhythm.interval);
  const double lists = pages(load.jobs) + lists_of_ended_jobs - 1 + pages(jobs_ended * (rhythm.interval + 600)) +
                       deleted_share * pages(jobs_ended * jobs_are_shown_for);
  // A job without a task that runs rests.
  const double moving = load.running > 0 ? std::min(load.jobs, load.running) : load.jobs;
  return {{"DescribeJobs", lists / rhythm.interval},
          {"DescribeJob", moving / rhythm.interval + jobs_ended},
          {"DescribeTask", describe_task_rate(load, rhythm, load.jobs)}};
}

CallRates named_batch_call_rates(const NamedInBatch& named, const QueueLoad& load, const ReadingRhythm& rhythm) {
  if (is_idle(load)) {
    const double at_least = 1 / rhythm.interval;  // something is read at each refresh, for the cloud's time
    const double resting = 1 / std::max(rhythm.interval, look_at_resting_every);
    const double all = named.jobs + named.tasks;
    const double rate = std::max(at_least, all * resting);
    return {{"DescribeJob", rate * named.jobs / all}, {"DescribeTask", rate * named.tasks / all}};
  }
  return {{"DescribeJob", named.jobs / rhythm.interval},
          {"DescribeTask", named.tasks / rhythm.interval + describe_task_rate(load, rhythm, named.jobs)}};
}

double mps_sweep_calls(const QueueLoad& load) { return mps_ended_lists(load.ended_per_second * mps_window); }

double vod_sweep_calls(const QueueLoad& load) { return pages(load.ended_per_second * vod_window); }

}  // namespace taskqueue
