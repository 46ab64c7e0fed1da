#include "exporter/tally/batch_walk.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "exporter/tally/batch_discovery.h"

namespace taskqueue {
namespace {

constexpr std::int64_t page_size = 100;
constexpr Milliseconds walk_every = std::chrono::hours{24};
constexpr Milliseconds rest_at_least = std::chrono::minutes{10};
// A job that ends while lists are read is missing for one round.
constexpr int most_rounds_missing = 2;

bool is_walk_due(const BatchState& state, WallTime as_of) {
  if (!state.walked) return true;
  if (as_of - *state.walked < rest_at_least) return false;
  std::int64_t surplus = 0;
  std::int64_t remembered = 0;
  for (std::size_t list = 0; list < ended_lists; ++list) {
    if (state.ended[list].missing > most_rounds_missing) return true;
    surplus += std::max<std::int64_t>(0, state.ended[list].surplus);
    remembered += std::ranges::count_if(state.jobs, [&](const auto& entry) { return is_in_list(*entry.second, list); });
  }
  return surplus > remembered / page_size || as_of - *state.walked >= walk_every;
}

}  // namespace

BatchWalk::BatchWalk(BatchReader& reader, BatchState& state, BatchRound& round)
    : reader_(reader), state_(state), round_(round) {
  if (!state_.walk && is_walk_due(state_, *round_.as_of)) {
    state_.walk = EndedWalk{.began = state_.rounds};
    skip_whole_lists();
  }
}

/// Those that the round has read already.
void BatchWalk::skip_whole_lists() {
  EndedWalk& walk = *state_.walk;
  while (walk.list < ended_lists && state_.ended[walk.list].whole >= walk.began) ++walk.list;
  if (walk.list < ended_lists) return;
  state_.walk.reset();
  state_.walked = round_.as_of;
  for (EndedList& ended : state_.ended) {
    ended.checked = ended.missing = 0;
    ended.odd = std::min<std::int64_t>(0, ended.surplus);
  }
}

Result<Done, Failure> BatchWalk::read_page() {
  EndedWalk& walk = *state_.walk;
  auto page = reader_.jobs_page(states_of_list(walk.list), walk.offset);
  if (!page) {
    if (page.error().kind == FailureKind::stopped) return Unexpected(page.error());
    round_.failed(page.error());
    gives_up_ = true;
    return Done{};
  }
  const bool is_last = page->whole || page->jobs.empty();
  walk.offset += static_cast<std::int64_t>(page->jobs.size());
  take(std::move(*page));
  return is_last ? end_list() : Done{};
}

void BatchWalk::take(JobListing page) {
  for (BatchJob& job : page.jobs) {
    const auto [place, is_new] = state_.jobs.try_emplace(job.id);
    KnownBatchJob& known = place->second.own();
    const bool was_gone = std::exchange(known.gone, false);
    known.listed = state_.rounds;
    // What a job that lives came to is found by the next round, with its tasks.
    const bool is_older = known.read && *known.read > page.as_of;
    if (!is_new && !was_gone && (!known.over || is_older)) continue;
    const std::string state = known.job.state;
    see_job(known, std::move(job), *round_.as_of);
    if ((is_new || was_gone) && is_in_list(known, state_.walk->list)) ++state_.ended[state_.walk->list].surplus;
  }
}

/// What was not listed since the walk began is asked for.
Result<Done, Failure> BatchWalk::end_list() {
  EndedWalk& walk = *state_.walk;
  std::vector<std::string> unlisted;
  for (const auto& [id, known] : state_.jobs) {
    if (is_in_list(*known, walk.list) && known->listed < walk.began) unlisted.push_back(id);
  }
  auto done = ask_for(unlisted, reader_, state_, round_);
  if (!done) return done;
  for (const std::string& id : unlisted) {
    if (!is_in_list(*state_.jobs.at(id), walk.list)) --state_.ended[walk.list].surplus;
  }
  walk.offset = 0;
  ++walk.list;
  skip_whole_lists();
  return Done{};
}

}  // namespace taskqueue
