#include "exporter/alibaba/ecs_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/alibaba/ecs_task_set.h"

namespace taskqueue {
namespace {

constexpr int page_size = 100;
constexpr int most_pages = 20000;  // two million tasks
constexpr int most_passes = 4;

}  // namespace

Result<EcsReader::Pass, Failure> EcsReader::read_list(Sighting& sighting, std::optional<WallTime>& as_of) {
  Pass pass;
  Call call{.action = "DescribeTasks", .parameters = {{"RegionId", region_}, {"PageSize", page_size}}};
  for (int page = 1; page <= most_pages; ++page) {
    call.parameters["PageNumber"] = page;
    const auto answer = client_->call(call);
    if (!answer) return Unexpected(answer.error());
    if (!as_of) as_of = answer->date;
    const auto total = whole_member(answer->fields, "TotalCount");
    if (!total && member(answer->fields, "TaskSet") == nullptr) {
      return Unexpected(Failure{.kind = FailureKind::answer, .sentence = "the answer has no TaskSet"});
    }
    // A total that falls tells of a task that went, and may have pulled another onto a page already read.
    pass.total = std::max(pass.total, total);
    const std::size_t before = pass.ids.size();
    read_task_set(answer->fields, [&](Task task) {
      pass.ids.insert(task.id);
      sighting.add(std::move(task));
    });
    // A page may be short in the middle of the list, and the last page may be full.
    if (pass.ids.size() == before) return pass;
    if (pass.total && std::cmp_greater_equal(pass.ids.size(), *pass.total)) return pass;
  }
  pass.capped = true;
  return pass;
}

std::int64_t EcsReader::missing(const Pass& pass) const {
  return pass.total.value_or(0) - static_cast<std::int64_t>(pass.ids.size());
}

Result<Reading, Failure> EcsReader::read_all(Sighting& sighting) {
  std::optional<WallTime> as_of;
  std::optional<Pass> before;
  for (int i = 0; i < most_passes; ++i) {
    auto pass = read_list(sighting, as_of);
    if (!pass) return Unexpected(pass.error());
    const Reading reading{.as_of = *as_of, .total = pass->total, .capped = pass->capped};
    if (pass->capped || missing(*pass) <= 0 || missing(*pass) == never_listed_) return reading;
    // The same list twice: nothing shifts, the API's total counts more than it lists.
    if (before && before->total == pass->total && before->ids == pass->ids) {
      never_listed_ = missing(*pass);
      return reading;
    }
    before = std::move(*pass);
  }
  return Reading{.as_of = *as_of, .total = before->total, .capped = true};
}

Result<Reading, Failure> EcsReader::live(const TaskSink& sink) {
  Sighting sighting;
  auto reading = read_all(sighting);
  if (!reading) return reading;
  for (const auto& [id, task] : sighting.tasks()) {
    if (!is_terminal(task.phase)) sink(task);
  }
  sighting_ = std::move(sighting);
  reading_ = *reading;
  return reading;
}

Result<Reading, Failure> EcsReader::ended(const TaskSink& sink) {
  for (const auto& [id, task] : sighting_.tasks()) {
    if (is_terminal(task.phase)) sink(task);
  }
  sighting_ = Sighting{};
  return reading_;
}

Vocabulary EcsReader::vocabulary() const {
  return {.types = {"ImportImage", "ExportImage", "RedeployInstance", "ModifyDiskSpec", "ArchiveSnapshot"},
          .rows = {{"Processing", Phase::running}, {"Finished", Phase::succeeded}, {"Failed", Phase::failed}},
          .outcomes = {Phase::succeeded, Phase::failed, Phase::cancelled},
          .window = {},
          .tells_start = false};
}

}  // namespace taskqueue
