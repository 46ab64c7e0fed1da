// MPS as its page "DescribeTasks" (2019-06-12) tells it.
#include <array>

#include "exporter/simulator/chance.h"
#include "exporter/simulator/paging.h"
#include "exporter/simulator/scene.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<Parameter, 6> list_parameters{{
    {.name = "Status", .required = true},
    {.name = "SubTaskHasFailed", .kind = Kind::boolean, .newer = true, .ignorable = true},
    {.name = "Limit", .kind = Kind::integer},
    {.name = "ScrollToken"},
    {.name = "StartTime", .newer = true, .ignorable = true},
    {.name = "EndTime", .newer = true, .ignorable = true},
}};

Result<Filter, ApiError> stage_filter(const std::string& status) {
  if (status == "WAITING") return Filter{.stages = {true, false, false}};
  if (status == "PROCESSING") return Filter{.stages = {false, true, false}};
  if (status == "FINISH") return Filter{.stages = {false, false, true}};
  return refuse("InvalidParameterValue", "The value of `Status` must be WAITING, PROCESSING or FINISH.");
}

/// StartTime and EndTime, both inclusive, in whole seconds as the API shows them.
Result<WallRange, ApiError> time_range(const Json& parameters) {
  WallRange range;
  if (parameters.contains("StartTime")) {
    const auto start = time_parameter(parameters, "StartTime");
    if (!start) return Unexpected(start.error());
    range.from = std::chrono::ceil<std::chrono::seconds>(*start);
  }
  if (parameters.contains("EndTime")) {
    const auto end = time_parameter(parameters, "EndTime");
    if (!end) return Unexpected(end.error());
    range.until = std::chrono::floor<std::chrono::seconds>(*end) + std::chrono::seconds{1};
  }
  return range;
}

Result<Filter, ApiError> read_filter(const Scene& scene) {
  const Json& parameters = scene.parameters;
  auto filter = stage_filter(parameters.at("Status").get<std::string>());
  if (!filter) return filter;
  // The parameter is for finished tasks; others have no failed subtask yet.
  if (parameters.contains("SubTaskHasFailed") && filter->stages[2]) {
    const bool failed = parameters.at("SubTaskHasFailed").get<bool>();
    filter->outcomes = {!failed, failed, failed};
  }
  const auto range = time_range(parameters);
  if (!range) return Unexpected(range.error());
  if (!scene.quirks.by_end) {
    filter->created = *range;
  } else if (parameters.contains("StartTime") || parameters.contains("EndTime")) {
    filter->ended = *range;
  }
  return filter;
}

Json sub_task_types(std::uint64_t bits) {
  static constexpr std::array<const char*, 4> more{"action-samplesnapshot", "action-AIRecognition",
                                                   "action-adaptive-substream", "action-aiReview"};
  Json types = Json::array({"action-trans"});
  if (bits % 3 == 0) types.push_back(more[(bits >> 8U) % more.size()]);
  return types;
}

Json item_of(const Scene& scene, const Listing& listing, const Task& task) {
  const NotYet not_yet = scene.quirks.not_yet;
  const Stage stage = listing.stage(task);
  const bool begun = task.begins && stage != Stage::waiting;
  const auto time = [&](bool is, Milliseconds when) {
    return is ? std::optional(listing.wall_at(when)) : std::nullopt;
  };
  Json item{{"TaskId", task_id(*scene.world, scene.owner, task.index)},
            {"TaskType", scene.world->plan().types[task.nature.type].name},
            {"SubTaskTypes", sub_task_types(draw(scene.world->seed(), task.index, 21))}};
  put_time(item, "CreateTime", listing.wall_at(task.birth), not_yet);
  put_time(item, "BeginProcessTime", time(begun, task.begin), not_yet);
  put_time(item, "FinishTime", time(stage == Stage::ended, task.end), not_yet);
  if (scene.quirks.extra_fields) {
    item["Priority"] = 5;
    item["Detail"] = {{"Nodes", Json::array({nullptr, 1})}};
    item["Comment"] = nullptr;
    if (task.index % 2 == 0) item["SubTaskTypes"] = nullptr;
  }
  return item;
}

ActionResult describe_tasks(const Scene& scene) {
  const Json& parameters = scene.parameters;
  const auto limit = parameters.value("Limit", std::int64_t{10});
  if (limit < 1 || limit > 100) return refuse("InvalidParameterValue.Limit", "`Limit` must lie between 1 and 100.");
  const auto filter = read_filter(scene);
  if (!filter) return Unexpected(filter.error());

  Json question = parameters;
  question.erase("Limit");
  question.erase("ScrollToken");
  const Listing listing = scene.listing();
  const PageWish wish{.filter = *filter,
                      .order = {.descending = !scene.quirks.oldest_first},
                      .limit = page_size(scene.quirks, limit),
                      .token = parameters.value("ScrollToken", ""),
                      .question = mix(number_of(question.dump()) ^ scene.world->seed())};
  const auto page = turn_page(listing, wish, scene.quirks);
  if (!page) return Unexpected(page.error());

  std::uint64_t total = 0;
  for (const auto& row : listing.count(*filter)) total += row[0] + row[1] + row[2];
  if (scene.quirks.total_is_remaining) total -= std::min(total, page->before);
  Json answer{{"TaskSet", Json::array()}, {"ScrollToken", page->token}, {"TotalCount", total}};
  for (const Task& task : page->tasks) answer["TaskSet"].push_back(item_of(scene, listing, task));
  return answer;
}

constexpr std::array<TencentAction, 1> actions{{
    {"mps", "2019-06-12", "DescribeTasks", list_parameters, describe_tasks},
}};

}  // namespace

std::span<const TencentAction> mps_actions() { return actions; }

}  // namespace taskqueue::simulator
