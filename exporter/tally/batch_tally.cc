#include "exporter/tally/batch_tally.h"

#include <chrono>
#include <utility>

#include "exporter/tally/batch_counting.h"
#include "exporter/tally/batch_details.h"
#include "exporter/tally/batch_discovery.h"
#include "exporter/tally/batch_gauges.h"
#include "exporter/tally/batch_plan.h"
#include "exporter/tally/task_gauges.h"

namespace taskqueue {
namespace {

constexpr Milliseconds give_up_after = std::chrono::hours{24};

Failure nothing_is_there() {
  return {.kind = FailureKind::not_found, .sentence = "none of the named jobs exists any more"};
}

void count_jobs(BatchState& state, const BatchScope& scope, BatchCounting& counting) {
  for (auto& [id, job] : state.jobs) {
    if (job->job.state.empty()) continue;
    counting.expect_jobs();
    if (fits(scope.job_names, job->job.name)) counting.note_job(job);
  }
  if (scope.named.empty()) counting.expect_jobs();
}

}  // namespace

BatchTally::BatchTally(std::unique_ptr<BatchReader> reader, BatchScope scope)
    : reader_(std::move(reader)), scope_(std::move(scope)) {}

Result<Counted, Failure> BatchTally::refresh(const QueueState& before, const Snapshot* /*last*/) {
  Counted counted{.after = before, .snapshot = {}, .partial = {}};
  BatchState& state = counted.after.batch;
  BatchRound round{.began = reader_->readiness(Purpose::live).now};
  BatchCounting counting(counted.after, scope_.max_types);
  BatchDetails details(*reader_, counting, round);

  if (scope_.named.empty()) {
    const auto listed = discover(*reader_, state, scope_, round);
    if (!listed) return Unexpected(listed.error());
  }
  const auto read = scope_.named.empty() ? read_discovered(*reader_, state, scope_, details, round)
                                         : read_named(state, scope_, details, round);
  if (!read) return Unexpected(read.error());
  if (!round.as_of) return Unexpected(round.partial.value_or(nothing_is_there()));

  count_jobs(state, scope_, counting);
  if (!state.counting_since) state.counting_since = round.as_of;
  for (auto& [id, job] : state.jobs) {
    // One that is not read to its end keeps what was read of its tasks until it is; one that is gone may come back.
    // What cannot be read for a day will not be.
    const bool is_given_up = job->read && job->over && *job->over + scope_.keep_ended + give_up_after <= *round.as_of;
    const bool may_rest = job->over && !job->tasks.empty() && (is_read_to_its_end(*job) || is_given_up) &&
                          !job->laid_aside && !job->gone && scope_.named.empty();
    if (may_rest && !is_shown(*job, scope_, *round.as_of)) BatchCounting::lay_aside(job.own());
  }
  counted.snapshot.began = *round.as_of;
  counted.snapshot.complete = round.complete;
  fill_batch_gauges(counted.snapshot, state, scope_, counting);
  fill_counters(counted.snapshot, counted.after.tasks, batch_vocabulary());
  counted.snapshot.instances_finished = state.instances_finished;
  counted.snapshot.jobs_finished = state.jobs_finished;
  counted.partial = round.partial;
  return counted;
}

}  // namespace taskqueue
