#include "exporter/tencent/mps_reader.h"

#include <algorithm>
#include <chrono>

#include "exporter/tencent/scroll.h"
#include "exporter/tencent/task_item.h"

namespace taskqueue {
namespace {

// A task may become visible as ended before its outcome does; later than this the API will not tell.
constexpr auto outcome_patience = std::chrono::minutes{10};

bool refuses_parameter(const Failure& failure) {
  return failure.code == "UnknownParameter" || failure.code.starts_with("InvalidParameter");
}

}  // namespace

Result<Reading, Failure> MpsReader::list(const std::string& status, const TaskSink& sink) {
  return scroll(*client_, {{"Status", status}}, [&](const Json& item) { sink(read_task(item, status)); });
}

Result<Reading, Failure> MpsReader::live(const TaskSink& sink) {
  const auto waiting = list("WAITING", sink);
  if (!waiting) return waiting;
  const auto processing = list("PROCESSING", sink);
  if (!processing) return processing;
  return Reading{.as_of = waiting->as_of, .total = {}, .capped = waiting->capped || processing->capped};
}

Result<MpsReader::Outcomes, Failure> MpsReader::read_outcomes() {
  Outcomes outcomes;
  for (const bool failed : {true, false}) {
    Ids& ids = failed ? outcomes.failed : outcomes.succeeded;
    const auto reading = scroll(*client_, {{"Status", "FINISH"}, {"SubTaskHasFailed", failed}},
                                [&](const Json& item) { ids.insert(text_member(item, "TaskId")); });
    if (!reading) return Unexpected(reading.error());
    if (failed) outcomes.as_of = reading->as_of;
  }
  return outcomes;
}

Result<Reading, Failure> MpsReader::ended(const TaskSink& sink) {
  Outcomes outcomes;
  if (tells_outcomes_) {
    auto read = read_outcomes();
    if (!read && !refuses_parameter(read.error())) return Unexpected(read.error());
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
                        .window = std::chrono::hours{168},
                        .tells_start = true};
  if (tells_outcomes_) vocabulary.outcomes = {Phase::succeeded, Phase::failed};
  for (const Phase outcome : vocabulary.outcomes) vocabulary.rows.push_back({"FINISH", outcome});
  return vocabulary;
}

}  // namespace taskqueue
