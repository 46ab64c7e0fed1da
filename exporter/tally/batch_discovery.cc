#include "exporter/tally/batch_discovery.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taskqueue {
namespace {

// Jobs become visible late, and pages shift: this much of what the last round has seen is looked at again.
constexpr Milliseconds listing_overlap = std::chrono::minutes{10};
// So long it is remembered what was counted of a job that is gone.
constexpr Milliseconds remember_gone_for = std::chrono::hours{1};
constexpr std::size_t most_checked = 500;

/// True if it can be told that the list begins with the youngest job.
bool is_youngest_first(const std::vector<BatchJob>& jobs) {
  const bool has_times = std::ranges::all_of(jobs, [](const BatchJob& job) { return job.created.has_value(); });
  return has_times && !jobs.empty() && jobs.front().created > jobs.back().created &&
         std::ranges::is_sorted(jobs, std::ranges::greater{}, &BatchJob::created);
}

class Discovery {
 public:
  Discovery(BatchReader& reader, BatchState& state, const BatchScope& scope, BatchRound& round)
      : reader_(reader), state_(state), scope_(scope), round_(round) {}

  Result<Done, Failure> run();

 private:
  Result<Done, Failure> list_active();
  Result<Done, Failure> list_interrupted();
  Result<Done, Failure> list_ended(std::size_t list);
  Result<Done, Failure> ask_for_vanished(bool interrupted_too);
  Result<Done, Failure> look_into_surplus(std::size_t list);
  /// Failures but `stopped` leave the rest standing.
  Result<Done, Failure> tolerate(const Failure& failure);
  void take(JobListing listing);
  void forget_gone();
  [[nodiscard]] bool is_far_enough(const JobListing& so_far, std::size_t list) const;
  [[nodiscard]] bool is_seen(const KnownBatchJob& job) const { return job.listed == state_.rounds; }
  /// Remembered jobs of a list that this round has not seen.
  [[nodiscard]] std::vector<const KnownBatchJob*> unseen(std::size_t list) const;
  [[nodiscard]] std::int64_t remembered(std::size_t list) const;

  BatchReader& reader_;
  BatchState& state_;
  const BatchScope& scope_;
  BatchRound& round_;
  bool unfiltered_ = false;
  bool all_ended_are_seen_ = true;
  bool all_new_are_seen_ = true;
};

void Discovery::take(JobListing listing) {
  round_.answered(listing.as_of);
  unfiltered_ |= listing.unfiltered;
  // A job that moves while lists are read is in two of them: the later list is right.
  for (BatchJob& job : listing.jobs) {
    KnownBatchJob& known = state_.jobs[job.id].own();
    known.listed = state_.rounds;
    known.gone = false;
    see_job(known, std::move(job), *round_.as_of);
  }
}

Result<Done, Failure> Discovery::tolerate(const Failure& failure) {
  if (failure.kind == FailureKind::stopped) return Unexpected(failure);
  round_.failed(failure);
  all_new_are_seen_ = all_ended_are_seen_ = false;
  return Done{};
}

std::vector<const KnownBatchJob*> Discovery::unseen(std::size_t list) const {
  std::vector<const KnownBatchJob*> jobs;
  for (const auto& [id, known] : state_.jobs) {
    if (is_in_list(*known, list) && !is_seen(*known)) jobs.push_back(&*known);
  }
  return jobs;
}

std::int64_t Discovery::remembered(std::size_t list) const {
  return std::ranges::count_if(state_.jobs, [&](const auto& entry) { return is_in_list(*entry.second, list); });
}

Result<Done, Failure> Discovery::list_active() {
  auto listing = reader_.jobs_in({"SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"}, {});
  if (!listing) return Unexpected(listing.error());
  if (!listing->whole) round_.complete = all_new_are_seen_ = all_ended_are_seen_ = false;
  take(std::move(*listing));
  return Done{};
}

/// Later ones have been seen alive, or are among the youngest.
Result<Done, Failure> Discovery::list_interrupted() {
  if (unfiltered_ || state_.known_until) return Done{};
  auto listing = reader_.jobs_in({"FAILED_INTERRUPTED"}, {});
  if (!listing) return tolerate(listing.error());
  if (!listing->whole) round_.complete = false;
  take(std::move(*listing));
  return Done{};
}

bool Discovery::is_far_enough(const JobListing& so_far, std::size_t list) const {
  if (!state_.known_until) return true;  // the walk goes on from here
  if (is_youngest_first(so_far.jobs)) return *so_far.jobs.back().created + listing_overlap < *state_.known_until;
  if (!so_far.total) return false;
  auto explained = static_cast<std::int64_t>(so_far.jobs.size());
  for (const KnownBatchJob* known : unseen(list)) {
    if (std::ranges::find(so_far.jobs, known->job.id, &BatchJob::id) == so_far.jobs.end()) ++explained;
  }
  return explained == *so_far.total;
}

Result<Done, Failure> Discovery::list_ended(std::size_t list) {
  if (unfiltered_) return Done{};
  auto listing =
      reader_.jobs_in(states_of_list(list), [&](const JobListing& so_far) { return is_far_enough(so_far, list); });
  if (!listing) return tolerate(listing.error());
  const bool whole = listing->whole;
  const auto total = listing->total;
  take(std::move(*listing));
  all_ended_are_seen_ &= whole;
  EndedList& ended = state_.ended[list];
  if (whole) {
    std::vector<std::string> vanished;
    for (const KnownBatchJob* known : unseen(list)) vanished.push_back(known->job.id);
    ended = {.whole = state_.rounds};
    return ask_for(vanished, reader_, state_, round_);
  }
  ended.surplus = total ? remembered(list) - *total : 0;
  ended.missing = ended.surplus < ended.odd && state_.walked ? ended.missing + 1 : 0;
  return look_into_surplus(list);
}

/// Those that ended last are shown, and are what is retried.
Result<Done, Failure> Discovery::look_into_surplus(std::size_t list) {
  EndedList& ended = state_.ended[list];
  if (ended.surplus > ended.checked) {
    auto jobs = unseen(list);
    std::erase_if(jobs, [&](const auto* job) { return job->over && *job->over + scope_.keep_ended <= *round_.as_of; });
    std::ranges::sort(jobs, std::ranges::greater{}, &KnownBatchJob::over);
    if (jobs.size() > most_checked) jobs.resize(most_checked);
    std::vector<std::string> ids;
    ids.reserve(jobs.size());
    for (const KnownBatchJob* job : jobs) ids.push_back(job->job.id);
    const std::int64_t before = remembered(list);
    auto done = ask_for(ids, reader_, state_, round_);
    if (!done) return done;
    ended.surplus += remembered(list) - before;
  }
  ended.checked = ended.surplus;
  return Done{};
}

Result<Done, Failure> Discovery::ask_for_vanished(bool interrupted_too) {
  std::vector<std::string> vanished;
  for (const auto& [id, known] : state_.jobs) {
    const bool may_be_listed_yet = is_over(known->job.state) || (!interrupted_too && is_interrupted(known->job.state));
    if (!known->gone && !is_seen(*known) && (unfiltered_ || !may_be_listed_yet)) vanished.push_back(id);
  }
  return ask_for(vanished, reader_, state_, round_);
}

void Discovery::forget_gone() {
  for (auto& [id, job] : state_.jobs) {
    if (job->gone == job->gone_at.has_value()) continue;
    job.own().gone_at = job->gone ? round_.as_of : std::nullopt;
  }
  std::erase_if(state_.jobs, [&](const auto& entry) {
    const auto& gone_at = entry.second->gone_at;
    return gone_at && *gone_at + remember_gone_for < *round_.as_of;
  });
}

Result<Done, Failure> Discovery::run() {
  ++state_.rounds;
  auto done = list_active();
  if (done) done = list_interrupted();
  if (done) done = ask_for_vanished(false);
  for (std::size_t list = 0; done && list < ended_lists; ++list) done = list_ended(list);
  if (done) done = ask_for_vanished(true);
  if (!done) return done;
  if (round_.partial) all_new_are_seen_ = all_ended_are_seen_ = false;
  if (all_new_are_seen_) state_.known_until = round_.as_of;
  if (all_ended_are_seen_) {
    state_.walked = round_.as_of;
    state_.walk.reset();
  }
  forget_gone();
  return done;
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

Result<Done, Failure> ask_for(const std::vector<std::string>& ids, BatchReader& reader, BatchState& state,
                              BatchRound& round) {
  if (ids.empty()) return Done{};
  auto listing = reader.jobs_by_id(ids);
  if (!listing) {
    if (listing.error().kind == FailureKind::stopped) return Unexpected(listing.error());
    round.failed(listing.error());
    return Done{};
  }
  for (const std::string& id : ids) state.jobs[id].own().gone = true;
  for (BatchJob& job : listing->jobs) {
    const auto place = state.jobs.find(job.id);
    if (place == state.jobs.end()) continue;
    KnownBatchJob& known = place->second.own();
    known.gone = false;
    known.listed = state.rounds;
    see_job(known, std::move(job), *round.as_of);
  }
  return Done{};
}

const std::vector<std::string_view>& states_of_list(std::size_t list) {
  static const std::array<std::vector<std::string_view>, ended_lists> states{
      {{"FAILED_INTERRUPTED", "FAILED"}, {"SUCCEED"}}};
  return states.at(list);
}

bool is_in_list(const KnownBatchJob& job, std::size_t list) {
  return !job.gone && std::ranges::find(states_of_list(list), job.job.state) != states_of_list(list).end();
}

Result<Done, Failure> discover(BatchReader& reader, BatchState& state, const BatchScope& scope, BatchRound& round) {
  return Discovery(reader, state, scope, round).run();
}

}  // namespace taskqueue
