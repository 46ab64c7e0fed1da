#include "exporter/tally/task_questions.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace taskqueue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// What ended just before the last refresh may have become visible just after.
constexpr seconds overlap{5};
// A live task that was missed may have been seen on a page that was older than its date.
constexpr seconds staleness{60};
// Then the end is asked for so often; later only when we look back.
constexpr int absences_that_matter = 3;
constexpr seconds rounding{2};

std::int64_t pages(std::int64_t tasks) { return (tasks + 99) / 100; }

/// A page costs the same when it is full: asks as far back as the last page has room for.
WallTime free_reach(const TaskState& state, WallTime since) {
  std::vector<WallTime> times;
  times.reserve(state.ended.size());
  for (const auto& [id, counted] : state.ended) times.push_back(counted.last);
  std::ranges::sort(times, std::greater{});
  const auto overlapping = std::ranges::upper_bound(times, since, std::greater{}) - times.begin();
  const std::int64_t expected = state.newly_ended + state.newly_ended / 8 + overlapping + 10;
  const std::int64_t room = pages(expected) * 100 - expected;
  const std::int64_t furthest = std::min<std::int64_t>(overlapping + room, std::ssize(times)) - 1;
  const WallTime limit = state.watermark - long_overlap;
  if (furthest < overlapping) return std::ssize(times) == overlapping ? std::min(since, limit) : since;
  const bool has_all = furthest + 1 == std::ssize(times);
  return std::min(since, std::max(limit, has_all ? limit : times[static_cast<std::size_t>(furthest)]));
}

/// What ended since the last refresh.
WallTime newly(const TaskState& state, WallTime as_of) {
  if (!state.counting_since) return as_of - long_overlap;
  // The cloud's clock was put back: what ended since is stamped with times that we have passed.
  if (as_of < state.watermark) return as_of - long_overlap;
  WallTime since = free_reach(state, state.watermark - overlap - state.lateness);
  for (const auto& [id, known] : state.live) {
    const bool matters = known.absences > 0 && known.absences <= absences_that_matter;
    if (matters) since = std::min(since, known.seen - staleness);
  }
  return std::max(since, state.forgotten_before);
}

/// How far back to ask where what is asked for may go by creation: to the creation of the tasks that seem to have ended
/// now, so that their outcome is told, as far as that adds no more than a fifth to what a refresh costs.
WallTime reach(const TaskState& state, const Sighting& live, WallTime since) {
  std::int64_t queued = 0;
  for (const auto& [id, task] : live.tasks()) queued += task.phase == Phase::queued ? 1 : 0;
  std::vector<WallTime> gone;
  for (const auto& [id, known] : state.live) {
    const auto& created = known.task.created;
    if (created && *created < since && !live.tasks().contains(id)) gone.push_back(*created);
  }
  const std::int64_t lists = pages(queued) + pages(static_cast<std::int64_t>(live.tasks().size()) - queued);
  const std::int64_t ended = std::max(state.newly_ended, static_cast<std::int64_t>(gone.size()));
  // One page of those that failed, the others of those that did not.
  const std::int64_t most = (lists + pages(ended) + 2) * 6 / 5 - lists - 1;
  std::ranges::sort(gone, std::greater{});
  for (const WallTime created : gone) {
    const WallTime further = created - rounding;
    const auto listed = state.cells.sum(minute_of(further), no_minute) + static_cast<std::int64_t>(gone.size());
    if (pages(listed) > most) break;
    since = std::min(since, further);
  }
  return since;
}

}  // namespace

LiveQuestion live_question(const TaskState& state, const Abilities& abilities) {
  LiveQuestion question;
  if (!abilities.asks_by_creation || !state.counting_since || state.wants_all) return question;
  question.ids.reserve(state.live.size());
  for (const auto& [id, known] : state.live) question.ids.push_back(id);
  const bool looks_back = state.refreshes % refreshes_between_long_overlaps == 0;
  const WallTime shortest = state.watermark - minutes{1} - state.lateness;
  question.since = looks_back ? state.watermark - long_overlap : free_reach(state, shortest);
  return question;
}

WallTime ended_question(const TaskState& state, const Abilities& abilities, const Sighting& live, WallTime as_of) {
  const WallTime since = newly(state, as_of);
  const bool may_go_by_creation = abilities.absence == Absence::ended && state.selects_by != SelectsBy::end;
  return may_go_by_creation && state.complete ? reach(state, live, since) : since;
}

void learn_selection(TaskState& state, const Sighting& listed, WallTime from, WallTime until) {
  const auto is_in = [&](const std::optional<WallTime>& time) { return time && *time >= from && *time < until; };
  const auto is_out = [&](const std::optional<WallTime>& time) {
    return !time || *time + rounding < from || (until != WallTime::max() && *time >= until + rounding);
  };
  for (const auto& [id, task] : listed.tasks()) {
    if (!is_terminal(task.phase)) continue;
    if (is_in(task.ended) && is_out(task.created) && is_out(task.began)) state.selects_by = SelectsBy::end;
    if (is_in(task.created) && task.ended && is_out(task.ended)) state.selects_by = SelectsBy::creation;
  }
}

}  // namespace taskqueue
