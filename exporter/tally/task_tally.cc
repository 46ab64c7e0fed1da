#include "exporter/tally/task_tally.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <utility>

#include "exporter/tally/sighting.h"
#include "exporter/tally/task_gauges.h"

namespace taskqueue {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// What ended just before the last refresh may have become visible just after.
constexpr seconds overlap{5};
// And some of it late: once in a while we look back further.
constexpr minutes long_overlap{10};
constexpr std::uint64_t refreshes_between_long_overlaps = 20;
constexpr std::uint64_t refreshes_between_checks = 10;
// A live task that was missed may have been seen on a page that was older than its date.
constexpr seconds staleness{60};
// So long an outcome may take to be told.
constexpr minutes patience{10};
constexpr int absences_of_an_end = 2;
constexpr int absences_of_a_loss = 3;
constexpr int most_look_ups = 5;  // a refresh
constexpr int most_edge_look_ups = 20;
constexpr int most_failures = 3;  // then no more outcomes are asked for in this refresh
constexpr int mismatches_of_a_fault = 2;

Failure no_end() {
  return {.kind = FailureKind::answer, .sentence = "a list does not end: what it showed so far is not counted"};
}

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

LiveQuestion question_of(const TaskState& state, bool asks_by_creation) {
  LiveQuestion question;
  if (!asks_by_creation || !state.counting_since || state.wants_all) return question;
  question.ids.reserve(state.live.size());
  for (const auto& [id, known] : state.live) question.ids.push_back(id);
  const bool looks_back = state.refreshes % refreshes_between_long_overlaps == 0;
  const WallTime shortest = state.watermark - minutes{1} - state.lateness;
  question.since = looks_back ? state.watermark - long_overlap : free_reach(state, shortest);
  return question;
}

/// Since when ended tasks are asked for.
WallTime since(const TaskState& state, WallTime as_of) {
  if (!state.counting_since) return as_of - long_overlap;
  // The cloud's clock was put back: what ended since is stamped with times that we have passed.
  if (as_of < state.watermark) return as_of - long_overlap;
  WallTime since = free_reach(state, state.watermark - overlap - state.lateness);
  for (const auto& [id, known] : state.live) {
    if (known.absences > 0) since = std::min(since, known.seen - staleness);
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
    const WallTime further = created - seconds{2};
    const auto listed = state.cells.sum(minute_of(further), no_minute) + static_cast<std::int64_t>(gone.size());
    if (pages(listed) > most) break;
    since = std::min(since, further);
  }
  return std::max(since, state.forgotten_before);
}

/// Of a refresh that read the live tasks only: ended ones are shown as they last were, and nothing is counted.
Counted live_only(const QueueState& before, const Snapshot* last, Snapshot snapshot, Failure failure) {
  Counted counted{.after = before, .snapshot = std::move(snapshot), .partial = std::move(failure)};
  counted.snapshot.complete = false;
  std::erase_if(counted.snapshot.tasks, [](const TaskCount& row) { return is_terminal(row.phase); });
  if (last == nullptr) return counted;
  std::ranges::copy_if(last->tasks, std::back_inserter(counted.snapshot.tasks),
                       [](const TaskCount& row) { return is_terminal(row.phase); });
  counted.snapshot.counters = last->counters;
  counted.snapshot.tells_start = last->tells_start;
  return counted;
}

Sighting live_part(const Sighting& sighting) {
  Sighting live;
  for (const auto& [id, task] : sighting.tasks()) {
    if (!is_terminal(task.phase)) live.add(task);
  }
  return live;
}

/// Ended tasks that were listed although they were created before what was asked for: it goes by ends.
bool goes_by_end(const Sighting& listed, WallTime since) {
  return std::ranges::any_of(listed.tasks(), [&](const auto& entry) {
    const Task& task = entry.second;
    return is_terminal(task.phase) && task.created && task.ended && *task.created + seconds{2} < since &&
           *task.ended + seconds{2} >= since;
  });
}

}  // namespace

TaskTally::TaskTally(std::unique_ptr<TaskReader> reader, Options options)
    : reader_(std::move(reader)), options_(options) {}

Result<Reading, Failure> TaskTally::read_ended(WallTime from, const TaskSink& sink) {
  auto reading = reader_->ended_since(from, Haste::now, sink);
  if (!reading || !reading->unselected) return reading;
  reading = reader_->ended(sink);
  if (reading) reading->whole = true;
  return reading;
}

Result<Counted, Failure> TaskTally::refresh(const QueueState& before, const Snapshot* last) {
  const TaskState& known = before.tasks;
  Sighting sighting;
  const TaskSink sink = [&](Task task) { sighting.add(std::move(task)); };
  const auto live = reader_->live(question_of(known, reader_->abilities().asks_by_creation), sink);
  if (!live) return Unexpected(live.error());
  WallTime from = since(known, live->as_of);
  const bool may_go_by_creation = reader_->abilities().absence == Absence::ended && !known.ends_can_be_asked;
  if (may_go_by_creation && known.complete) from = reach(known, sighting, from);
  auto ended = live->whole ? live : read_ended(from, sink);
  if (!ended && ended.error().kind == FailureKind::stopped) return Unexpected(ended.error());
  if (live->capped || (ended && ended->capped)) ended = Unexpected(no_end());

  const Vocabulary vocabulary = reader_->vocabulary();
  const Abilities abilities = reader_->abilities();
  QueueState after = before;
  TaskState& state = after.tasks;
  TaskCounting counting(state, vocabulary, abilities, options_.max_types, live->as_of);
  if (!ended) {
    counting.see(live_part(sighting));
    return live_only(before, last, snapshot(state, vocabulary, live->as_of), ended.error());
  }
  if (!ended->whole && known.counting_since && abilities.has_slices && !abilities.asks_by_creation) {
    state.ends_can_be_asked |= goes_by_end(sighting, from);
  }
  state.newly_ended = 0;
  if (const auto told = tell_outcomes(state, sighting, live->as_of); !told) return Unexpected(told.error());
  counting.see(sighting);
  const auto settled = settle(state, counting, counting.missing(sighting), {from, ended->whole});
  if (!settled && settled.error().kind == FailureKind::stopped) return Unexpected(settled.error());
  const bool is_first = counting.is_baseline();
  counting.close();
  if (ended->whole) counting.rebuild_cells(sighting);
  if (!ended->whole && is_first) counting.sweeping().begin();
  state.looks_back |= !ended->whole && abilities.has_slices && state.refreshes % refreshes_between_long_overlaps == 0;
  const auto checked = check(state, counting, live->as_of);
  if (!checked && checked.error().kind == FailureKind::stopped) return Unexpected(checked.error());
  Snapshot shown = snapshot(state, vocabulary, live->as_of);
  return Counted{.after = std::move(after), .snapshot = std::move(shown), .partial = {}};
}

Result<Done, Failure> TaskTally::tell_outcomes(TaskState& state, Sighting& sighting, WallTime as_of) {
  if (!reader_->abilities().has_outcomes || !state.counting_since) return Done{};
  std::vector<Task> untold;
  for (const auto& [id, task] : sighting.tasks()) {
    const auto time = stamp(task);
    const bool is_new = time && *time >= std::max(*state.counting_since, state.forgotten_before);
    if (task.phase == Phase::ended && is_new && !state.ended.contains(id)) untold.push_back(task);
  }
  int failures = 0;
  for (const Task& task : untold) {
    Result<std::optional<Phase>, Failure> told = std::optional<Phase>{};
    if (failures < most_failures) told = reader_->outcome(task.id);
    if (!told && told.error().kind == FailureKind::stopped) return Unexpected(told.error());
    failures += told ? 0 : 1;
    const WallTime ended = *stamp(task);
    if (told && *told) {
      sighting.tell(task.id, **told);
    } else if (ended + patience > as_of) {
      sighting.leave_out(task.id);
      // The next refresh must list it again.
      const auto late = std::chrono::ceil<seconds>(as_of - ended) + seconds{60};
      state.lateness = std::max(state.lateness, std::min<seconds>(late, long_overlap));
    }
  }
  return Done{};
}

Snapshot TaskTally::snapshot(TaskState& state, const Vocabulary& vocabulary, WallTime began) const {
  Snapshot snapshot;
  snapshot.began = began;
  snapshot.complete = state.complete;
  fill_task_gauges(snapshot, state, vocabulary);
  if (state.complete) fill_counters(snapshot, state, vocabulary);
  return snapshot;
}

Result<Done, Failure> TaskTally::settle(TaskState& state, TaskCounting& counting, std::vector<std::string> missing,
                                        const Asked& asked) {
  const Absence absence = asked.everything ? Absence::undecided : reader_->abilities().absence;
  const auto at_edge = settle_edge(state, counting, missing, absence == Absence::ended && !state.ends_can_be_asked);
  if (!at_edge) return at_edge;
  if (absence == Absence::look_up) {
    auto still = look_up(state, counting, missing);
    if (!still) return Unexpected(still.error());
    missing = std::move(*still);
  }
  if (absence == Absence::ended) {
    if (!state.ends_can_be_asked) {
      const auto ended = end_unseen(state, counting, missing, asked.since);
      if (!ended) return ended;
    }
    for (const std::string& id : missing) {
      const auto known = state.live.find(id);
      if (known != state.live.end() && known->second.seen + patience < counting.as_of()) counting.end_unseen(id);
    }
    return Done{};
  }
  for (const std::string& id : missing) {
    const LiveTask& known = state.live.at(id);
    const bool is_lost = known.absences >= absences_of_a_loss && *known.gone_since + patience <= counting.as_of();
    if (is_lost) counting.forget(id);
  }
  return Done{};
}

/// What leaves so close to the window's edge has left through it alive, unless it can be found among the ended: where
/// the list may go by creation, by that.
Result<Done, Failure> TaskTally::settle_edge(const TaskState& state, TaskCounting& counting,
                                             std::vector<std::string>& missing, bool asks) {
  std::vector<std::string> leaving;
  std::erase_if(missing, [&](const std::string& id) {
    const bool is_leaving = counting.is_at_edge(state.live.at(id));
    if (is_leaving) leaving.push_back(id);
    return is_leaving;
  });
  int look_ups = 0;
  for (const std::string& id : leaving) {
    const auto known = state.live.find(id);
    if (known == state.live.end()) continue;
    if (asks && look_ups++ < most_edge_look_ups) {
      const WallTime created = std::chrono::floor<seconds>(*known->second.task.created);
      Sighting found;
      const auto reading =
          reader_->ended_between(created, created + seconds{1}, [&](Task task) { found.add(std::move(task)); });
      if (!reading) return Unexpected(reading.error());
      counting.see(found);
    }
    counting.forget(id);
  }
  return Done{};
}

/// Where the list may go by creation, tasks that are older than what was asked for can end without being listed. The
/// total tells how many did; while it tells nothing, a second absence does.
Result<Done, Failure> TaskTally::end_unseen(const TaskState& state, TaskCounting& counting,
                                            std::vector<std::string> missing, WallTime since) {
  std::erase_if(missing, [&](const std::string& id) {
    const auto& created = state.live.at(id).task.created;
    return created && *created >= since;
  });
  if (missing.empty()) return Done{};
  const auto surely = unseen_ends(state, counting.as_of());
  if (!surely && surely.error().kind == FailureKind::stopped) return Unexpected(surely.error());
  const auto candidates = static_cast<std::int64_t>(missing.size());
  if (!surely || !*surely || **surely != candidates) {
    std::erase_if(missing, [&](const std::string& id) { return state.live.at(id).absences < absences_of_an_end; });
  }
  std::ranges::sort(missing, {}, [&](const std::string& id) { return *state.live.at(id).gone_since; });
  if (surely && *surely)
    missing.resize(std::clamp<std::size_t>(std::max<std::int64_t>(**surely, 0), 0, missing.size()));
  for (const std::string& id : missing) counting.end_unseen(id);
  return Done{};
}

Result<std::vector<std::string>, Failure> TaskTally::look_up(TaskState& state, TaskCounting& counting,
                                                             const std::vector<std::string>& missing) {
  std::vector<std::string> still;
  int look_ups = 0;
  for (const std::string& id : missing) {
    const auto known = state.live.find(id);
    if (known == state.live.end()) continue;  // an earlier look-up found it
    if (!known->second.task.created) {
      still.push_back(id);
      continue;
    }
    if (look_ups++ == most_look_ups) break;
    Sighting found;
    const auto reading = reader_->look_up(*known->second.task.created, [&](Task task) { found.add(std::move(task)); });
    if (!reading) return Unexpected(reading.error());
    if (const auto told = tell_outcomes(state, found, counting.as_of()); !told) return Unexpected(told.error());
    counting.see(found);
    if (!found.tasks().contains(id)) still.push_back(id);
  }
  return still;
}

Result<std::optional<std::int64_t>, Failure> TaskTally::unseen_ends(const TaskState& state, WallTime as_of) {
  using Told = std::optional<std::int64_t>;
  const auto window = reader_->vocabulary().window;
  const bool is_known = state.complete && window && state.edge == WindowEdge::creation;
  if (!is_known || !reader_->abilities().has_total) return Told{};
  // Not the edge: what is leaving there just now is uncertain.
  const auto from = std::chrono::ceil<minutes>(as_of - *window) + minutes{2};
  const auto total = reader_->total(WallTime{from});
  if (!total) return Unexpected(total.error());
  return Told{*total - state.bias - state.cells.sum(minute_of(WallTime{from}), no_minute)};
}

Result<Done, Failure> TaskTally::check(TaskState& state, TaskCounting& counting, WallTime as_of) {
  const Abilities abilities = reader_->abilities();
  if (!state.complete || state.sweep) return Done{};
  if (state.swept && *state.swept + options_.recount <= as_of) {
    count_again(state, counting);
    return Done{};
  }
  const bool is_time = state.refreshes % refreshes_between_checks == 0;
  if (abilities.has_total) {
    if (abilities.total_has_live || is_time || state.mismatches > 0) return check_total(state, counting, as_of);
  } else if (is_time && abilities.has_slices) {
    // Another hour each time, until the whole window has been looked at.
    const auto window = reader_->vocabulary().window.value_or(hours{24});
    const auto turn = static_cast<std::int64_t>(state.refreshes / refreshes_between_checks);
    const auto until = std::chrono::floor<hours>(as_of) - hours{turn % (window / hours{1})};
    counting.sweeping().begin_check(until - hours{1}, until);
  }
  return Done{};
}

Result<Done, Failure> TaskTally::check_total(TaskState& state, TaskCounting& counting, WallTime as_of) {
  const auto total = reader_->total(std::nullopt);
  if (!total) return Unexpected(total.error());
  const auto live = static_cast<std::int64_t>(state.live.size());
  const std::int64_t ours = state.cells.sum() + (reader_->abilities().total_has_live ? live : 0);
  std::int64_t leaving = 0;  // what may or may not have left through the window's edge
  if (const auto window = reader_->vocabulary().window; window && state.edge != WindowEdge::none) {
    const Minute edge = minute_of(as_of - *window);
    leaving = state.cells.sum(edge - 1, edge + 2);
  }
  const std::int64_t difference = *total - ours;
  const std::int64_t unexplained = difference - state.bias;
  if (unexplained <= 0 && unexplained >= -leaving) {
    state.mismatches = 0;
    state.recounted_for.reset();
  } else if (++state.mismatches < mismatches_of_a_fault) {
    return Done{};
  } else if (state.recounted_for == difference) {
    // Counted again, it differs as before: this API's total is another.
    state.bias = difference;
    state.mismatches = 0;
    state.recounted_for.reset();
  } else {
    state.mismatches = 0;
    state.recounted_for = difference;
    count_again(state, counting);
  }
  return Done{};
}

void TaskTally::count_again(TaskState& state, TaskCounting& counting) const {
  if (reader_->abilities().has_slices) {
    counting.sweeping().begin();
  } else {
    state.wants_all = true;
  }
}

Result<Counted, Failure> TaskTally::advance(const QueueState& before, const Snapshot& last) {
  QueueState after = before;
  TaskState& state = after.tasks;
  const bool looks_back = state.looks_back;
  const auto reading = looks_back ? look_back(state, last.began) : sweep_on(state, last.began);
  if (!reading) return Unexpected(reading.error());
  if (reading->capped) return Unexpected(no_end());
  const bool is_news = state.complete && (looks_back || !state.sweep);
  Snapshot shown = is_news ? snapshot(state, reader_->vocabulary(), last.began) : last;
  return Counted{.after = std::move(after), .snapshot = std::move(shown), .partial = {}};
}

/// Some ends become visible late.
Result<Reading, Failure> TaskTally::look_back(TaskState& state, WallTime began) {
  Sighting sighting;
  const WallTime from = std::max(state.watermark - long_overlap, state.forgotten_before);
  auto reading = reader_->ended_since(from, Haste::leisurely, [&](Task task) { sighting.add(std::move(task)); });
  if (!reading || reading->capped) return reading;
  state.looks_back = false;
  if (reading->unselected) return reading;  // the next refresh finds out and lists everything
  if (const auto told = tell_outcomes(state, sighting, began); !told) return Unexpected(told.error());
  const Vocabulary vocabulary = reader_->vocabulary();
  TaskCounting(state, vocabulary, reader_->abilities(), options_.max_types, began).see(sighting);
  return reading;
}

Result<Reading, Failure> TaskTally::sweep_on(TaskState& state, WallTime began) {
  Sighting slice;
  const TaskSink sink = [&](Task task) { slice.add(std::move(task)); };
  auto [from, until] = next_slice(*state.sweep);
  auto reading = reader_->ended_between(from, until, sink);
  if (reading && reading->unselected) {
    reading = reader_->ended(sink);
    until = state.sweep->until;
  }
  if (!reading || reading->capped) return reading;
  const Vocabulary vocabulary = reader_->vocabulary();
  TaskCounting counting(state, vocabulary, reader_->abilities(), options_.max_types, began);
  counting.sweeping().see(slice, until);
  return reading;
}

}  // namespace taskqueue
