#include "exporter/tally/batch_discovery.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace taskqueue {
namespace {

// Ended jobs are listed whole this often even if their number gives no reason: one may have gone as another came.
constexpr Milliseconds whole_list_every = std::chrono::hours{1};

class Discovery {
 public:
  Discovery(BatchReader& reader, BatchState& state, BatchRound& round)
      : reader_(reader), state_(state), round_(round) {}

  Result<Done, Failure> run();

 private:
  Result<Done, Failure> list_active();
  Result<Done, Failure> list_interrupted();
  Result<Done, Failure> list_ended();
  Result<Done, Failure> ask_for_vanished();
  /// Failures but `stopped` leave the rest standing.
  Result<Done, Failure> tolerate(const Failure& failure);
  void take(JobListing listing);
  [[nodiscard]] EnoughJobs until_growth_is_found() const;
  [[nodiscard]] bool is_seen(const std::string& id) const { return seen_.contains(id); }

  BatchReader& reader_;
  BatchState& state_;
  BatchRound& round_;
  std::unordered_map<std::string, BatchJob> seen_;  // by id, as last listed
  bool unfiltered_ = false;
  bool all_ended_are_seen_ = false;
};

void Discovery::take(JobListing listing) {
  round_.answered(listing.as_of);
  unfiltered_ |= listing.unfiltered;
  // A job that moves while lists are read is in two of them: the later list is right.
  for (BatchJob& job : listing.jobs) seen_.insert_or_assign(job.id, std::move(job));
}

Result<Done, Failure> Discovery::tolerate(const Failure& failure) {
  if (failure.kind == FailureKind::stopped) return Unexpected(failure);
  round_.failed(failure);
  return Done{};
}

Result<Done, Failure> Discovery::list_active() {
  auto listing = reader_.jobs_in({"SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"}, {});
  if (!listing) return Unexpected(listing.error());
  if (!listing->whole) round_.complete = false;
  all_ended_are_seen_ = listing->unfiltered && listing->whole;
  take(std::move(*listing));
  return Done{};
}

Result<Done, Failure> Discovery::list_interrupted() {
  if (unfiltered_) return Done{};
  auto listing = reader_.jobs_in({"FAILED_INTERRUPTED"}, {});
  if (!listing) return tolerate(listing.error());
  if (!listing->whole) round_.complete = false;
  take(std::move(*listing));
  return Done{};
}

EnoughJobs Discovery::until_growth_is_found() const {
  if (!state_.ended_listed || *round_.as_of - *state_.ended_listed >= whole_list_every) return {};
  return [this](const JobListing& so_far) {
    if (!so_far.total) return false;
    std::int64_t remembered = 0;
    std::int64_t vanished = 0;  // asked for by id in any case
    for (const auto& [id, known] : state_.jobs) {
      if (!is_seen(id)) ++(is_over(known.job.state) ? remembered : vanished);
    }
    std::int64_t fresh = 0;
    for (const BatchJob& job : so_far.jobs) {
      const auto known = state_.jobs.find(job.id);
      const bool is_known = known != state_.jobs.end() && !is_seen(job.id);
      if (is_known && is_over(known->second.job.state)) continue;
      ++fresh;
      if (is_known) --vanished;
    }
    const std::int64_t missing = *so_far.total - remembered - fresh;
    return missing >= 0 && missing <= vanished;
  };
}

Result<Done, Failure> Discovery::list_ended() {
  if (unfiltered_) return Done{};
  const EnoughJobs enough = until_growth_is_found();
  auto listing = reader_.jobs_in({"SUCCEED", "FAILED"}, enough);
  if (!listing) return tolerate(listing.error());
  all_ended_are_seen_ = listing->whole;
  if (!listing->whole && !(enough && enough(*listing))) round_.complete = false;
  take(std::move(*listing));
  return Done{};
}

Result<Done, Failure> Discovery::ask_for_vanished() {
  std::vector<std::string> vanished;
  for (const auto& [id, known] : state_.jobs) {
    const bool may_be_on_an_unread_page = is_over(known.job.state) && !all_ended_are_seen_;
    if (!is_seen(id) && !may_be_on_an_unread_page) vanished.push_back(id);
  }
  if (vanished.empty()) return Done{};
  auto listing = reader_.jobs_by_id(vanished);
  if (!listing) return tolerate(listing.error());
  take(std::move(*listing));
  for (const std::string& id : vanished) {
    if (!is_seen(id)) state_.jobs.erase(id);
  }
  return Done{};
}

Result<Done, Failure> Discovery::run() {
  for (const auto step :
       {&Discovery::list_active, &Discovery::list_interrupted, &Discovery::list_ended, &Discovery::ask_for_vanished}) {
    auto done = (this->*step)();
    if (!done) return done;
  }
  if (all_ended_are_seen_) state_.ended_listed = round_.as_of;
  for (auto& [id, job] : seen_) see_job(state_.jobs[id], std::move(job), *round_.as_of);
  return Done{};
}

}  // namespace

void see_job(KnownBatchJob& known, BatchJob job, WallTime as_of) {
  if (!is_over(job.state)) {
    known.over.reset();
  } else if (job.ended) {
    known.over = job.ended;
  } else if (!known.over) {
    known.over = as_of;
  }
  known.job = std::move(job);
}

Result<Done, Failure> discover(BatchReader& reader, BatchState& state, BatchRound& round) {
  return Discovery(reader, state, round).run();
}

}  // namespace taskqueue
