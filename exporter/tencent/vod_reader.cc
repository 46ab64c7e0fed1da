#include "exporter/tencent/vod_reader.h"

#include <chrono>

#include "exporter/tencent/scroll.h"
#include "exporter/tencent/task_item.h"

namespace taskqueue {

Result<Reading, Failure> VodReader::list(const std::string& status, const TaskSink& sink) {
  Json parameters = Json::object();
  if (!status.empty()) parameters["Status"] = status;
  if (sub_app_id_) parameters["SubAppId"] = *sub_app_id_;
  return scroll(*client_, parameters, [&](const Json& item) { sink(read_task(item, status)); });
}

Result<Reading, Failure> VodReader::live(const TaskSink& sink) {
  const auto waiting = list("WAITING", sink);
  if (!waiting) return waiting;
  const auto processing = list("PROCESSING", sink);
  if (!processing) return processing;
  return Reading{.as_of = waiting->as_of, .total = {}, .capped = waiting->capped || processing->capped};
}

Result<Reading, Failure> VodReader::ended(const TaskSink& sink) {
  auto all = list("", sink);
  // Status is documented as optional; where it is not, ABORTED tasks cannot be seen.
  const bool wants_status = !all && all.error().kind == FailureKind::request;
  return wants_status ? list("FINISH", sink) : all;
}

Vocabulary VodReader::vocabulary() const {
  return {.types = {"Procedure", "EditMedia", "ReduceMediaBitrate", "WechatDistribute", "ReviewAudioVideo"},
          .rows = {{"WAITING", Phase::queued}, {"PROCESSING", Phase::running}, {"FINISH", Phase::ended}},
          .outcomes = {Phase::ended, Phase::cancelled},
          .window = std::chrono::hours{72},
          .tells_start = true};
}

}  // namespace taskqueue
