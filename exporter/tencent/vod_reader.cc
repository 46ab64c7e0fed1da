#include "exporter/tencent/vod_reader.h"

#include <chrono>

#include "exporter/tencent/task_detail.h"
#include "exporter/tencent/task_item.h"
#include "exporter/utc.h"

namespace taskqueue {

Result<Reading, Failure> VodReader::list(const std::string& status, const TaskSink& sink) {
  Json parameters{{"Status", status}};
  if (sub_app_id_) parameters["SubAppId"] = *sub_app_id_;
  return scroll(*client_, parameters, Urgency::live, [&](const Value& item) {
    sink(read_task(item, status));
    return true;
  });
}

Result<Reading, Failure> VodReader::live(const LiveQuestion& /*known*/, const TaskSink& sink) {
  auto waiting = list("WAITING", sink);
  if (!waiting) return waiting;
  auto processing = list("PROCESSING", sink);
  if (!processing) return processing;
  return Reading{.as_of = waiting->as_of, .capped = waiting->capped || processing->capped};
}

Result<Reading, Failure> VodReader::list_any(Json parameters, Urgency urgency, const ItemSink& sink) {
  if (sub_app_id_) parameters["SubAppId"] = *sub_app_id_;
  auto all = scroll(*client_, parameters, urgency, sink);
  // Status is documented as optional; where it is not, ABORTED tasks cannot be seen.
  if (all || all.error().kind != FailureKind::request) return all;
  parameters["Status"] = "FINISH";
  return scroll(*client_, parameters, urgency, sink);
}

Result<Reading, Failure> VodReader::select(const Range& range, Urgency urgency, const TaskSink& sink) {
  if (!selection_.is_worth_asking()) return Reading{.unselected = true};
  Json times{{"After", utc_seconds(range.from)}};
  if (range.until != WallTime::max()) times["Before"] = utc_seconds(range.until);
  const Json parameters{{range.field, std::move(times)}, {"Sort", {{"Field", range.field}, {"Order", "Asc"}}}};
  bool is_heeded = true;
  auto reading = list_any(parameters, urgency, [&](const Value& item) {
    Task task = read_task(item, "FINISH");
    is_heeded = !is_terminal(task.phase) || !lies_outside(task, range.from, range.until);
    if (is_heeded) sink(std::move(task));
    return is_heeded;
  });
  const bool is_refused = !reading && refuses_parameter(reading.error());
  if (is_heeded && !is_refused) return reading;
  selection_.refused();
  return Reading{.unselected = true};
}

Result<Reading, Failure> VodReader::ended_since(WallTime since, Haste haste, const TaskSink& sink) {
  return select({.field = "FinishTime", .from = since}, urgency_of(haste), sink);
}

Result<Reading, Failure> VodReader::ended_between(WallTime from, WallTime until, const TaskSink& sink) {
  return select({.field = "CreateTime", .from = from, .until = until}, Urgency::sweep, sink);
}

Result<Reading, Failure> VodReader::ended(const TaskSink& sink) {
  return list_any(Json::object(), Urgency::live, [&](const Value& item) {
    sink(read_task(item, "FINISH"));
    return true;
  });
}

Result<Reading, Failure> VodReader::look_up(WallTime created, const TaskSink& sink) {
  const WallTime second = std::chrono::floor<std::chrono::seconds>(created);
  return select({.field = "CreateTime", .from = second, .until = second + std::chrono::seconds{1}}, Urgency::live,
                sink);
}

Result<std::optional<Phase>, Failure> VodReader::outcome(const std::string& id) {
  Call call{.action = "DescribeTaskDetail", .parameters = {{"TaskId", id}}};
  if (sub_app_id_) call.parameters["SubAppId"] = *sub_app_id_;
  const auto answer = client_->call(call);
  if (!answer) return Unexpected(answer.error());
  return outcome_of_detail(answer->fields);
}

Result<std::int64_t, Failure> VodReader::total(std::optional<WallTime> /*from*/) {
  return Unexpected(Failure{.kind = FailureKind::request, .sentence = "VOD does not tell how many tasks it has"});
}

Vocabulary VodReader::vocabulary() const {
  Vocabulary words{.types = {"Procedure", "EditMedia", "ReduceMediaBitrate", "WechatDistribute", "ReviewAudioVideo"},
                   .rows = {{"WAITING", Phase::queued}, {"PROCESSING", Phase::running}, {"FINISH", Phase::ended}},
                   .outcomes = {Phase::ended, Phase::cancelled},
                   .ended = "FINISH",
                   .window = std::chrono::hours{72},
                   .tells_start = true};
  if (asks_outcomes_) {
    words.outcomes = {Phase::succeeded, Phase::failed, Phase::cancelled};
    words.rows.push_back({"FINISH", Phase::succeeded});
    words.rows.push_back({"FINISH", Phase::failed});
  }
  return words;
}

Abilities VodReader::abilities() const {
  return {.absence = Absence::look_up, .has_slices = true, .has_outcomes = asks_outcomes_};
}

}  // namespace taskqueue
