#include "exporter/tencent/mps_reader.h"

#include <algorithm>
#include <chrono>

#include "exporter/tencent/scroll.h"
#include "exporter/tencent/task_item.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

// A task may become visible as ended before its outcome does; later than this the API will not tell.
constexpr auto outcome_patience = std::chrono::minutes{10};

// An API that took the question about outcomes and then refuses it so often in a row does not know it any more.
constexpr int refusals_to_believe = 3;

Json finished() { return {{"Status", "FINISH"}}; }

}  // namespace

Result<Reading, Failure> MpsReader::list(const std::string& status, const TaskSink& sink) {
  return scroll(*client_, {{"Status", status}}, Urgency::live, [&](const Value& item) {
    sink(read_task(item, status));
    return true;
  });
}

Result<Reading, Failure> MpsReader::live(const LiveQuestion& /*known*/, const TaskSink& sink) {
  auto waiting = list("WAITING", sink);
  if (!waiting) return waiting;
  auto processing = list("PROCESSING", sink);
  if (!processing) return processing;
  return Reading{.as_of = waiting->as_of, .capped = waiting->capped || processing->capped};
}

Result<Reading, Failure> MpsReader::select_one(const Json& parameters, const Times& times, std::optional<Phase> outcome,
                                               Urgency urgency, const TaskSink& sink) {
  bool is_heeded = true;
  auto reading = scroll(*client_, parameters, urgency, [&](const Value& item) {
    Task task = read_task(item, "FINISH");
    is_heeded = !lies_outside(task, times.from, times.until);
    if (is_heeded && outcome) task.phase = *outcome;
    if (is_heeded) sink(std::move(task));
    return is_heeded;
  });
  const bool is_refused = !reading && refuses_parameter(reading.error());
  if (is_heeded && !is_refused) return reading;
  selection_.refused();
  return Reading{.unselected = true};
}

Result<Reading, Failure> MpsReader::select(const Times& times, Urgency urgency, const TaskSink& sink) {
  if (!selection_.is_worth_asking()) return Reading{.unselected = true};
  Json parameters = finished();
  parameters["StartTime"] = utc_seconds(times.from);
  if (times.until != WallTime::max()) parameters["EndTime"] = utc_seconds(times.until);
  if (!tells_outcomes_) return select_one(parameters, times, std::nullopt, urgency, sink);
  Ids failed;
  parameters["SubTaskHasFailed"] = true;
  auto first = select_one(parameters, times, Phase::failed, urgency, [&](Task task) {
    failed.insert(task.id);
    sink(std::move(task));
  });
  if (!first || first->unselected) return first;
  parameters["SubTaskHasFailed"] = false;
  auto second = select_one(parameters, times, Phase::succeeded, urgency, [&](Task task) {
    // A task that failed and did not fail: the API ignores the question.
    if (failed.contains(task.id)) tells_outcomes_ = false;
    sink(std::move(task));
  });
  if (!second || second->unselected) return second;
  note_question_taken();
  second->as_of = first->as_of;
  second->capped |= first->capped;
  return second;
}

Result<Reading, Failure> MpsReader::ended_since(WallTime since, Haste haste, const TaskSink& sink) {
  return select({.from = since}, urgency_of(haste), sink);
}

Result<Reading, Failure> MpsReader::ended_between(WallTime from, WallTime until, const TaskSink& sink) {
  return select({from, until}, Urgency::sweep, sink);
}

Result<Reading, Failure> MpsReader::look_up(WallTime /*created*/, const TaskSink& /*sink*/) { return Reading{}; }

Result<std::int64_t, Failure> MpsReader::total(std::optional<WallTime> from) {
  Json parameters = finished();
  if (from) parameters["StartTime"] = utc_seconds(*from);
  return total_count(*client_, parameters);
}

Result<MpsReader::Outcomes, Failure> MpsReader::read_outcomes() {
  Outcomes outcomes;
  for (const bool failed : {true, false}) {
    Ids& ids = failed ? outcomes.failed : outcomes.succeeded;
    Json parameters = finished();
    parameters["SubTaskHasFailed"] = failed;
    const auto reading = scroll(*client_, parameters, Urgency::live, [&](const Value& item) {
      ids.insert(text_member(item, "TaskId"));
      return true;
    });
    if (!reading) return Unexpected(reading.error());
    if (failed) outcomes.as_of = reading->as_of;
  }
  return outcomes;
}

Result<Reading, Failure> MpsReader::ended(const TaskSink& sink) {
  Outcomes outcomes;
  if (tells_outcomes_) {
    auto read = read_outcomes();
    if (!read && (!refuses_parameter(read.error()) || is_passing_refusal())) return Unexpected(read.error());
    if (read) note_question_taken();
    // A task that failed and did not fail: the API ignores the question.
    const bool ignored =
        read && std::ranges::any_of(read->failed, [&](const auto& id) { return read->succeeded.contains(id); });
    tells_outcomes_ = read && !ignored;
    if (tells_outcomes_) outcomes = std::move(*read);
  }
  const TaskSink with_outcome = [&](Task task) {
    const auto outcome = outcome_of(task, outcomes);
    if (!outcome) return;
    task.phase = *outcome;
    sink(std::move(task));
  };
  return list("FINISH", with_outcome);
}

bool MpsReader::is_passing_refusal() { return took_question_ && ++refusals_ < refusals_to_believe; }

void MpsReader::note_question_taken() {
  took_question_ = true;
  refusals_ = 0;
}

std::optional<Phase> MpsReader::outcome_of(const Task& task, const Outcomes& outcomes) const {
  if (!tells_outcomes_) return Phase::ended;
  if (outcomes.failed.contains(task.id)) return Phase::failed;
  if (outcomes.succeeded.contains(task.id)) return Phase::succeeded;
  // It ended after its outcome was asked for: the next refresh knows.
  const bool may_still_be_told = task.ended && *task.ended + outcome_patience > outcomes.as_of;
  return may_still_be_told ? std::nullopt : std::optional(Phase::ended);
}

Vocabulary MpsReader::vocabulary() const {
  Vocabulary vocabulary{.types = {"WorkflowTask", "EditMediaTask", "LiveProcessTask"},
                        .rows = {{"WAITING", Phase::queued}, {"PROCESSING", Phase::running}},
                        .outcomes = {Phase::ended},
                        .ended = "FINISH",
                        .window = std::chrono::hours{168},
                        .tells_start = true};
  if (tells_outcomes_) vocabulary.outcomes = {Phase::succeeded, Phase::failed};
  for (const Phase outcome : vocabulary.outcomes) vocabulary.rows.push_back({"FINISH", outcome});
  return vocabulary;
}

Abilities MpsReader::abilities() const { return {.absence = Absence::ended, .has_slices = true, .has_total = true}; }

}  // namespace taskqueue
