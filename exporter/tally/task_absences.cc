#include "exporter/tally/task_absences.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "exporter/tally/task_outcomes.h"
#include "exporter/tally/task_questions.h"

namespace taskqueue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes patience{10};
constexpr int absences_of_an_end = 2;
constexpr int absences_of_a_loss = 3;
// A refresh: a tenth of what is missing, within these.
constexpr std::ptrdiff_t few_look_ups = 5;
constexpr std::ptrdiff_t most_look_ups = 50;
constexpr std::ptrdiff_t most_edge_look_ups = 20;

/// Moves those that match out of `ids`.
template <class Predicate>
std::vector<std::string> extract(std::vector<std::string>& ids, const Predicate& matches) {
  std::vector<std::string> out;
  std::erase_if(ids, [&](const std::string& id) {
    const bool goes = matches(id);
    if (goes) out.push_back(id);
    return goes;
  });
  return out;
}

}  // namespace

Result<Done, Failure> TaskAbsences::settle(const Sighting& sighting, const Asked& asked) {
  Ids missing = counting_.missing(sighting);
  std::ranges::sort(missing, {}, [&](const std::string& id) { return *state_.live.at(id).gone_since; });
  const Absence absence = asked.everything ? Absence::undecided : reader_.abilities().absence;
  const auto answered = asked.everything ? Result<Done, Failure>(Done{}) : ask(missing, asked);
  if (!answered) return answered.error().kind == FailureKind::stopped ? answered : Done{};
  give_up(missing, absence);
  return Done{};
}

Result<Done, Failure> TaskAbsences::ask(const Ids& missing, const Asked& asked) {
  switch (reader_.abilities().absence) {
    case Absence::look_up: return look_up(missing);
    case Absence::ended: break;
    case Absence::undecided: return Done{};
  }
  return state_.selects_by == SelectsBy::end ? Done{} : end_unseen(missing, asked.since);
}

Result<Done, Failure> TaskAbsences::look_up(const Ids& missing) {
  const std::ptrdiff_t most = std::clamp(std::ssize(missing) / 10, few_look_ups, most_look_ups);
  std::ptrdiff_t look_ups = 0;
  for (const std::string& id : missing) {
    const auto known = state_.live.find(id);
    // An earlier look-up found it, or there is nothing to look it up by.
    if (known == state_.live.end() || known->second.absences == 0 || !known->second.task.created) continue;
    if (look_ups++ == most) break;
    looked_up_.insert(id);
    Sighting found;
    const auto reading = reader_.look_up(*known->second.task.created, [&](Task task) { found.add(std::move(task)); });
    if (!reading) return Unexpected(reading.error());
    const auto told = tell_outcomes(reader_, state_, found, counting_.as_of());
    if (!told) return Unexpected(told.error());
    counting_.see(found);
  }
  return Done{};
}

/// Where the list of what ended goes by creation, tasks that are older than what was asked for can end without being
/// listed. The total tells how many did. Where that is just those that are missing, it was them. Otherwise the longest
/// missing are asked for one by one; if they are many, the total tells how many of the others ended.
Result<Done, Failure> TaskAbsences::end_unseen(Ids missing, WallTime since) {
  std::erase_if(missing, [&](const std::string& id) {
    const auto& created = state_.live.at(id).task.created;
    return created && *created >= since;
  });
  const Ids at_edge = extract(missing, [&](const std::string& id) { return counting_.is_at_edge(state_.live.at(id)); });
  if (auto looked = look_among_ended(at_edge, most_edge_look_ups); !looked) return looked;
  if (missing.empty()) return Done{};
  const bool is_sure = state_.selects_by == SelectsBy::creation;
  const auto unseen = is_sure ? unseen_ends() : Result<std::optional<std::int64_t>, Failure>(std::nullopt);
  if (!unseen) return Unexpected(unseen.error());
  if (*unseen != std::ssize(missing)) {
    // Until it is known what the list goes by, each that is found among the ended tells.
    const int enough = is_sure ? absences_of_an_end : 1;
    std::erase_if(missing, [&](const std::string& id) { return state_.live.at(id).absences < enough; });
    const auto counted = state_.newly_ended;
    if (auto looked = look_among_ended(missing, few_look_ups); !looked) return looked;
    if (state_.selects_by != SelectsBy::creation) return Done{};
    missing.erase(missing.begin(), missing.begin() + std::min(few_look_ups, std::ssize(missing)));
    const auto others = unseen->value_or(std::ssize(missing)) - (state_.newly_ended - counted);
    missing.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(others, 0, std::ssize(missing))));
  }
  for (const std::string& id : missing) counting_.end_unseen(id);
  return Done{};
}

/// Each by the second of its creation, by which the list goes or may go.
Result<Done, Failure> TaskAbsences::look_among_ended(const Ids& missing, std::ptrdiff_t most) {
  std::ptrdiff_t look_ups = 0;
  for (const std::string& id : missing) {
    const auto known = state_.live.find(id);
    if (known == state_.live.end() || !known->second.task.created) continue;
    if (look_ups++ == most) break;
    const WallTime created = std::chrono::floor<seconds>(*known->second.task.created);
    Sighting found;
    const auto reading =
        reader_.ended_between(created, created + seconds{1}, [&](Task task) { found.add(std::move(task)); });
    if (!reading) return Unexpected(reading.error());
    if (reading->unselected) return Done{};
    learn_selection(state_, found, created, created + seconds{1});
    counting_.see(found);
  }
  return Done{};
}

/// How many more tasks have ended than were seen to; nothing where the total does not tell. Fails when stopped.
Result<std::optional<std::int64_t>, Failure> TaskAbsences::unseen_ends() {
  using Told = std::optional<std::int64_t>;
  const auto window = reader_.vocabulary().window;
  const bool is_known = state_.complete && window && state_.edge == WindowEdge::creation;
  if (!is_known || !reader_.abilities().has_total) return Told{};
  // Not the edge: what leaves there is not decided by the total.
  const WallTime from = std::chrono::ceil<minutes>(counting_.as_of() - *window) + edge_margin + minutes{1};
  const auto total = reader_.total(from);
  if (!total && total.error().kind == FailureKind::stopped) return Unexpected(total.error());
  if (!total) return Told{};
  return Told{*total - state_.bias - state_.cells.sum(minute_of(from), no_minute)};
}

/// What left the window; what has been missing for so long that it ended, or cannot be found any more.
void TaskAbsences::give_up(const Ids& missing, Absence absence) {
  const WallTime now = counting_.as_of();
  for (const std::string& id : missing) {
    const auto place = state_.live.find(id);
    if (place == state_.live.end() || place->second.absences == 0) continue;
    const LiveTask& known = place->second;
    const bool was_sought = absence != Absence::look_up || !known.task.created || looked_up_.contains(id);
    if (counting_.is_at_edge(known)) {
      // Until then a listing may still show that it ended.
      if (counting_.has_left(known)) counting_.forget(id);
    } else if (absence == Absence::ended) {
      if (known.seen + patience < now) counting_.end_unseen(id);
    } else if (known.absences >= absences_of_a_loss && *known.gone_since + patience <= now && was_sought) {
      counting_.forget(id);
    }
  }
}

}  // namespace taskqueue
