#include "exporter/refresh/refresher.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace taskqueue {
namespace {

constexpr std::array<std::string_view, 12> results{"success", "partial",   "throttled",   "network",
                                                   "timeout", "server",    "credentials", "permission",
                                                   "request", "not_found", "answer",      "stopped"};

Milliseconds stale_after(const Polling& polling, Milliseconds in_force) {
  return polling.stale_after.value_or(std::max<Milliseconds>(std::chrono::minutes{5}, 5 * in_force));
}

/// While the ledger cannot be written, gauges go on; what counts stands still.
Snapshot with_counters_of(Snapshot snapshot, const Snapshot* before) {
  Snapshot none;
  const Snapshot& source = before != nullptr ? *before : none;
  snapshot.counters = source.counters;
  snapshot.instances_finished = source.instances_finished;
  snapshot.jobs_finished = source.jobs_finished;
  return snapshot;
}

}  // namespace

Refresher::Refresher(QueuePlan plan, const RefreshParts& parts) : plan_(std::move(plan)), parts_(parts) {
  tally_ = plan_.make_tally(stop_.get_token());
  const Polling& polling = plan_.recipe.queue.polling;
  const Lock lock(mutex_);
  status_.interval = polling.interval;
  status_.stale_after = stale_after(polling, polling.interval);
  status_.drops_stale = polling.on_stale == OnStale::drop;
  for (const std::string_view result : results) status_.refreshes.emplace(result, 0);
  status_.skipped.emplace("running", 0);
  parts_.instruments.expect_corrections(plan_.key.labels.queue);
  if (parts_.leadership != nullptr) {
    status_.skipped.emplace("ledger", 0);
    status_.leader = false;
  }
}

void Refresher::go_on_from(const Refresher& before) {
  const QueueStatus was = before.status();
  const Polling& polling = plan_.recipe.queue.polling;
  const Lock lock(mutex_);
  if (before.plan_.key != plan_.key) {
    status_.refreshes = was.refreshes;
    status_.skipped = was.skipped;
    return;
  }
  shown_ = before.shown_;
  shown_line_ = before.shown_line_;
  shown_generation_ = before.shown_generation_;
  outdated_ = before.outdated_;
  const Milliseconds interval =
      before.plan_.recipe.queue.polling.interval == polling.interval ? was.interval : polling.interval;
  status_ = was;
  status_.interval = interval;
  status_.stale_after = stale_after(polling, interval);
  status_.drops_stale = polling.on_stale == OnStale::drop;
}

void Refresher::introduce() {
  if (std::exchange(introduced_, true)) return;
  // A ledger that cannot be read now is asked again by the first refresh.
  if (parts_.leadership == nullptr) {
    if (load_once()) publish();
  } else if (const auto showing = parts_.leadership->follow(plan_.key); showing && *showing) {
    take(**showing);
    publish();
  }
}

void Refresher::refresh() {
  const SteadyTime began = parts_.clock.steady_now();
  try {
    if (!enter_term()) return follow();
    read_and_count();
    note_duration(began);
    work_until(began + plan_.recipe.queue.polling.interval);
  } catch (const std::exception& bug) {
    parts_.instruments.bug();
    parts_.log.error("refresh", "fault of the exporter itself",
                     {{"queue", plan_.key.labels.queue}, {"what", bug.what()}});
    fail(Failure{.kind = FailureKind::answer, .sentence = "a fault of the exporter itself; please report it"});
    note_duration(began);
  }
}

bool Refresher::enter_term() {
  if (parts_.leadership == nullptr) return true;
  const auto term = parts_.leadership->term(plan_.key);
  {
    const Lock lock(mutex_);
    status_.leader = term.has_value();
  }
  if (!term) {
    entry_.reset();
    return false;
  }
  if (term_ != term->number) {
    term_ = term->number;
    entry_.reset();
    reported_.reset();
    calls_.emplace(stop_.get_token(), term->over);
    tally_ = plan_.make_tally(calls_->token());
  }
  return true;
}

void Refresher::follow() {
  const auto showing = parts_.leadership->follow(plan_.key);
  if (!showing) return skip_for_ledger(showing.error());
  if (*showing) take(**showing);
  const Lock lock(mutex_);
  status_.tried = true;
}

void Refresher::skip_for_ledger(const Failure& failure) {
  const Lock lock(mutex_);
  status_.tried = true;
  ++status_.skipped["ledger"];
  status_.last_failure = failure;
  status_.last_failure_at = parts_.clock.wall_now();
}

void Refresher::take(const Showing& showing) {
  // A ledger that has lost its memory shows nothing until its reader has written again: what was shown stays.
  if (showing.snapshot != nullptr) show(showing.snapshot, showing.generation, showing.line);
  if (!showing.report) return;
  const Report& report = *showing.report;
  const Lock lock(mutex_);
  take_interval(report.interval);
  status_.last_refresh_succeeded = report.succeeded;
  status_.last_success = report.last_success;
  status_.last_duration = report.duration;
  status_.last_failure = report.failure;
  status_.last_failure_at = report.failure_at;
}

/// A ledger that came back older is put right by who remembers more; meanwhile counters must not fall. Where somebody
/// counts on from it nobody remembered, so that is shown.
void Refresher::show(std::shared_ptr<const Snapshot> snapshot, std::uint64_t generation, const std::string& line) {
  const bool is_older = shown_ != nullptr && line == shown_line_ && generation < shown_generation_;
  const bool stands_still = outdated_ == 0 || generation <= outdated_;
  outdated_ = is_older && stands_still ? generation : 0;
  if (is_older && stands_still) return;
  shown_ = std::move(snapshot);
  shown_generation_ = generation;
  shown_line_ = line;
}

void Refresher::tell_others() {
  if (parts_.leadership == nullptr) return;
  const QueueStatus now = status();
  if (!now.leader || !now.tried) return;
  Report report{.succeeded = now.last_refresh_succeeded,
                .last_success = now.last_success,
                .duration = now.last_duration,
                .interval = now.interval,
                .failure = now.last_failure,
                .failure_at = now.last_failure_at};
  if (reported_ == report) return;
  parts_.leadership->report(plan_.key, report);
  reported_ = std::move(report);
}

bool Refresher::must_stop() const { return stop_.stop_requested() || (calls_ && calls_->token().stop_requested()); }

void Refresher::give_up() {
  const Lock lock(mutex_);
  ++status_.refreshes["stopped"];
}

void Refresher::note_duration(SteadyTime began) {
  const Lock lock(mutex_);
  status_.last_duration = std::chrono::floor<Milliseconds>(parts_.clock.steady_now() - began);
}

/// Ends in time for the next refresh: a step is not begun that would not.
void Refresher::work_until(SteadyTime end) {
  if (!entry_ || !entry_->snapshot || !status().last_refresh_succeeded || !tally_->has_more(*entry_->state)) return;
  publish();
  SteadyTime::duration longest{0};
  SteadyTime now = parts_.clock.steady_now();
  // One step in any case: where refreshes take longer than their interval the work still comes to an end.
  do {
    const bool was_complete = shown_->complete;
    bool& works = entry_->state->tasks.looks_back ? looking_back_works_ : sweeping_works_;
    auto counted = tally_->advance(*entry_->state, *entry_->snapshot);
    if (must_stop()) return;
    if (!counted) return note_delay(counted.error(), works);
    note_step(works);
    if (!commit(std::move(*counted), entry_->refreshed)) return;
    if (!was_complete && shown_->complete) publish();
    const SteadyTime after = parts_.clock.steady_now();
    longest = std::max(longest, after - now);
    now = after;
  } while (tally_->has_more(*entry_->state) && now + longest < end);
}

void Refresher::read_and_count() {
  const WallTime began = parts_.clock.wall_now();
  if (const auto loaded = load_once(); !loaded) {
    return parts_.leadership != nullptr ? skip_for_ledger(loaded.error()) : fail(loaded.error());
  }
  auto counted = tally_->refresh(*entry_->state, entry_->snapshot.get());
  if (must_stop()) return give_up();
  if (!counted) return fail(counted.error());
  take(std::move(*counted), began);
}

Result<Done, Failure> Refresher::load_once() {
  if (entry_) return Done{};
  auto entry = parts_.ledger.load(plan_.key);
  if (!entry) return Unexpected(std::move(entry).error());
  entry_ = std::move(*entry);
  show(entry_->snapshot, entry_->generation, entry_->line);
  const Lock lock(mutex_);
  status_.last_success = entry_->refreshed;
  return Done{};
}

void Refresher::take(Counted counted, WallTime began) {
  const auto partial = counted.partial;
  commit(std::move(counted), partial ? entry_->refreshed : began);
  if (!entry_) return give_up();
  if (!partial) {
    const Lock lock(mutex_);
    status_.last_success = began;
  }
  note(partial ? "partial" : "success", !partial, partial);
}

bool Refresher::commit(Counted counted, std::optional<WallTime> refreshed) {
  note_corrections(entry_->state->tasks, counted.after.tasks);
  Entry next{.generation = entry_->generation + 1,
             .refreshed = refreshed,
             .state = std::make_shared<const QueueState>(std::move(counted.after)),
             .snapshot = std::make_shared<const Snapshot>(std::move(counted.snapshot)),
             .line = entry_->line};
  const auto committed = parts_.ledger.commit(plan_.key, next);
  if (!committed && committed.error().kind == FailureKind::stopped) {
    // Somebody else has written: what we have counted from is not what stands there.
    entry_.reset();
    parts_.instruments.ledger_write_failed();
    parts_.log.warn("ledger", "write refused",
                    {{"queue", plan_.key.labels.queue}, {"why", committed.error().sentence}});
    return false;
  }
  note_write(committed);
  shown_ = committed ? next.snapshot : std::make_shared<const Snapshot>(with_counters_of(*next.snapshot, shown_.get()));
  // What could not be written is gone on from all the same, and the next write brings all of it.
  if (!committed) --next.generation;
  shown_generation_ = next.generation;
  shown_line_ = next.line;
  outdated_ = 0;
  entry_ = std::move(next);
  return true;
}

void Refresher::note_write(const Result<Done, Failure>& committed) {
  parts_.instruments.ledger(committed.has_value());
  const bool worked = std::exchange(ledger_works_, committed.has_value());
  if (!committed) parts_.instruments.ledger_write_failed();
  if (worked == ledger_works_) return;
  if (committed) {
    parts_.log.info("ledger", "counts are written again", {{"queue", plan_.key.labels.queue}});
  } else {
    parts_.log.error("ledger", "counts cannot be written: counters and histograms stand still, gauges go on",
                     {{"queue", plan_.key.labels.queue}, {"why", committed.error().sentence}});
  }
}

void Refresher::note_corrections(const TaskState& before, const TaskState& after) {
  for (std::uint64_t i = before.corrections; i < after.corrections; ++i) {
    parts_.instruments.ledger_corrected(plan_.key.labels.queue);
  }
}

/// Ended tasks go on being counted after the next refresh: nothing is lost but time.
void Refresher::note_delay(const Failure& failure, bool& works) {
  {
    const Lock lock(mutex_);
    status_.last_failure = failure;
    status_.last_failure_at = parts_.clock.wall_now();
  }
  if (!std::exchange(works, false)) return;
  parts_.log.warn("refresh", "a part of the ended tasks could not be counted, the next refresh goes on",
                  {{"queue", plan_.key.labels.queue},
                   {"cloud_region", plan_.key.labels.cloud_region},
                   {"result", std::string(word(failure.kind))},
                   {"code", failure.code},
                   {"why", failure.sentence},
                   {"request_id", failure.request_id}});
}

void Refresher::note_step(bool& works) {
  if (std::exchange(works, true)) return;
  parts_.log.info("refresh", "ended tasks are counted again",
                  {{"queue", plan_.key.labels.queue}, {"cloud_region", plan_.key.labels.cloud_region}});
}

void Refresher::fail(const Failure& failure) { note(word(failure.kind), false, failure); }

void Refresher::note(std::string_view result, bool success, const std::optional<Failure>& failure) {
  bool changed = false;
  {
    const Lock lock(mutex_);
    changed = !status_.tried || status_.last_refresh_succeeded != success;
    status_.tried = true;
    status_.last_refresh_succeeded = success;
    ++status_.refreshes[std::string(result)];
    if (failure) {
      status_.last_failure = failure;
      status_.last_failure_at = parts_.clock.wall_now();
    }
  }
  if (changed && result != "stopped") log_change(result, failure);
}

void Refresher::log_change(std::string_view result, const std::optional<Failure>& failure) {
  const QueueLabels& labels = plan_.key.labels;
  if (!failure) {
    parts_.log.info("refresh", "queue is up", {{"queue", labels.queue}, {"cloud_region", labels.cloud_region}});
    return;
  }
  parts_.log.warn("refresh", "queue is down",
                  {{"queue", labels.queue},
                   {"cloud_region", labels.cloud_region},
                   {"result", std::string(result)},
                   {"code", failure->code},
                   {"why", failure->sentence},
                   {"request_id", failure->request_id},
                   {"advice", std::string(advice(failure->kind))}});
}

void Refresher::set_interval(Milliseconds in_force) {
  const Lock lock(mutex_);
  if (!status_.leader) return;  // the reader's counts
  take_interval(in_force);
}

void Refresher::take_interval(Milliseconds in_force) {
  status_.interval = in_force;
  status_.stale_after = stale_after(plan_.recipe.queue.polling, in_force);
}

void Refresher::count_skip(Milliseconds in_force) {
  set_interval(in_force);
  {
    const Lock lock(mutex_);
    ++status_.skipped["running"];
  }
  const Lock lock(publishing_);
  parts_.shelf.restate(plan_.key.labels, status(), parts_.clock.wall_now());
}

QueueStatus Refresher::status() const {
  const Lock lock(mutex_);
  return status_;
}

void Refresher::publish() {
  if (stop_.stop_requested()) return;
  {
    const Lock lock(publishing_);
    parts_.shelf.publish(plan_.key.labels, status(), shown_, parts_.clock.wall_now());
  }
  tell_others();
}

}  // namespace taskqueue
