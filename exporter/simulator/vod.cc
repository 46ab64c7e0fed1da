// VOD as its pages "DescribeTasks" and "DescribeTaskDetail" (2018-07-17) tell it.
#include <array>
#include <charconv>

#include "exporter/simulator/chance.h"
#include "exporter/simulator/paging.h"
#include "exporter/simulator/scene.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<Parameter, 2> range_fields{{{.name = "After"}, {.name = "Before"}}};
constexpr std::array<Parameter, 2> sort_fields{{{.name = "Field", .required = true}, {.name = "Order"}}};

constexpr std::array<Parameter, 8> list_parameters{{
    {.name = "SubAppId", .kind = Kind::integer},
    {.name = "Status"},
    {.name = "FileId"},
    {.name = "CreateTime", .kind = Kind::object, .fields = range_fields, .ignorable = true},
    {.name = "FinishTime", .kind = Kind::object, .fields = range_fields, .ignorable = true},
    {.name = "Sort", .kind = Kind::object, .fields = sort_fields, .ignorable = true},
    {.name = "Limit", .kind = Kind::integer},
    {.name = "ScrollToken"},
}};

constexpr std::array<Parameter, 2> detail_parameters{{
    {.name = "TaskId", .required = true},
    {.name = "SubAppId", .kind = Kind::integer},
}};

Unexpected<ApiError> bad_value(const std::string& name) {
  return refuse("InvalidParameterValue", "The value of `" + name + "` is not valid.");
}

/// After is inclusive, Before is not; both in whole seconds as the API shows them.
Result<WallRange, ApiError> time_range(const Json& parameters, const char* name) {
  WallRange range;
  if (!parameters.contains(name)) return range;
  const Json& given = parameters.at(name);
  for (const char* side : {"After", "Before"}) {
    if (!given.contains(side)) continue;
    const auto time = time_parameter(given, side);
    if (!time) return Unexpected(time.error());
    (side[0] == 'A' ? range.from : range.until) = std::chrono::ceil<std::chrono::seconds>(*time);
  }
  return range;
}

/// ABORTED is no FINISH: it is a status of its own, which not everybody may ask for.
Verdict read_status(const Scene& scene, Filter& filter) {
  if (!scene.parameters.contains("Status")) return Done{};
  const auto status = scene.parameters.at("Status").get<std::string>();
  if (status == "WAITING") {
    filter.stages = {true, false, false};
  } else if (status == "PROCESSING") {
    filter.stages = {false, true, false};
  } else if (status == "FINISH") {
    filter.stages = {false, false, true};
    filter.outcomes = {true, true, false};
  } else if (status == "ABORTED" && scene.quirks.aborted_filter) {
    filter.stages = {false, false, true};
    filter.outcomes = {false, false, true};
  } else {
    return refuse("InvalidParameterValue.Status", "The value of `Status` is not valid.");
  }
  return Done{};
}

Result<Filter, ApiError> read_filter(const Scene& scene) {
  Filter filter;
  if (const auto status = read_status(scene, filter); !status) return Unexpected(status.error());
  const auto created = time_range(scene.parameters, "CreateTime");
  if (!created) return Unexpected(created.error());
  filter.created = *created;
  if (scene.parameters.contains("FinishTime")) {
    const auto ended = time_range(scene.parameters, "FinishTime");
    if (!ended) return Unexpected(ended.error());
    filter.ended = *ended;
  }
  return filter;
}

Result<Order, ApiError> read_order(const Scene& scene) {
  Order order{.descending = !scene.quirks.oldest_first};
  if (!scene.parameters.contains("Sort")) return order;
  const Json& sort = scene.parameters.at("Sort");
  const auto field = sort.at("Field").get<std::string>();
  const auto direction = sort.value("Order", "Desc");
  if (field != "CreateTime" && field != "FinishTime") return bad_value("Sort.Field");
  if (direction != "Asc" && direction != "Desc") return bad_value("Sort.Order");
  order.by = field == "FinishTime" ? OrderBy::end : OrderBy::creation;
  order.descending = direction == "Desc";
  return order;
}

std::uint64_t file_seed(const World& world) { return mix(world.seed() + 1); }

std::string file_id(const World& world, std::uint64_t index) {
  return std::to_string(scramble(file_seed(world), index));
}

std::string_view status_of(const Listing& listing, const Task& task) {
  switch (listing.stage(task)) {
    case Stage::waiting: return "WAITING";
    case Stage::processing: return "PROCESSING";
    case Stage::ended: break;
  }
  return task.nature.outcome == Outcome::aborted ? "ABORTED" : "FINISH";
}

void put_times(Json& item, const Scene& scene, const Listing& listing, const Task& task) {
  const NotYet not_yet = scene.quirks.not_yet;
  const Stage stage = listing.stage(task);
  const bool begun = task.begins && stage != Stage::waiting;
  const auto time = [&](bool is, Milliseconds when) {
    return is ? std::optional(listing.wall_at(when)) : std::nullopt;
  };
  put_time(item, "CreateTime", listing.wall_at(task.birth), not_yet);
  put_time(item, "BeginProcessTime", time(begun, task.begin), not_yet);
  put_time(item, "FinishTime", time(stage == Stage::ended, task.end), not_yet);
}

Json item_of(const Scene& scene, const Listing& listing, const Task& task) {
  Json item{{"TaskId", task_id(*scene.world, scene.owner, task.index)},
            {"Status", status_of(listing, task)},
            {"FileId", file_id(*scene.world, task.index)},
            {"TaskType", scene.world->plan().types[task.nature.type].name},
            {"SessionId", ""},
            {"SessionContext", ""}};
  put_times(item, scene, listing, task);
  if (scene.quirks.extra_fields) {
    item["SessionId"] = nullptr;
    item["Output"] = {{"Nodes", Json::array({nullptr, 1})}};
  }
  return item;
}

/// The one task of a file, if it matches.
std::vector<Task> tasks_of_file(const Scene& scene, const Listing& listing, const Filter& filter) {
  const auto id = scene.parameters.at("FileId").get<std::string>();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc{} || end != id.data() + id.size()) return {};
  const std::uint64_t index = unscramble(file_seed(*scene.world), number);
  if (index >= listing.born()) return {};
  const Task task = scene.world->task(index);
  return listing.matches(task, filter) ? std::vector{task} : std::vector<Task>{};
}

ActionResult describe_tasks(const Scene& scene) {
  const Json& parameters = scene.parameters;
  const auto limit = parameters.value("Limit", std::int64_t{10});
  if (limit < 1 || limit > 100) return bad_value("Limit");
  const auto filter = read_filter(scene);
  if (!filter) return Unexpected(filter.error());
  const auto order = read_order(scene);
  if (!order) return Unexpected(order.error());

  Json question = parameters;
  question.erase("Limit");
  question.erase("ScrollToken");
  const Listing listing = scene.listing();
  const PageWish wish{.filter = *filter,
                      .order = *order,
                      .limit = page_size(scene.quirks, limit),
                      .token = parameters.value("ScrollToken", ""),
                      .question = mix(number_of(question.dump()) ^ scene.world->seed())};
  const auto page = parameters.contains("FileId")
                        ? Result<PageGiven, ApiError>(PageGiven{.tasks = tasks_of_file(scene, listing, *filter)})
                        : turn_page(listing, wish, scene.quirks);
  if (!page) return Unexpected(page.error());
  Json answer{{"TaskSet", Json::array()}, {"ScrollToken", page->token}};
  for (const Task& task : page->tasks) answer["TaskSet"].push_back(item_of(scene, listing, task));
  return answer;
}

/// How a task went, in the fields that all the per-type objects share.
Json verdict_of(const Listing& listing, const Task& task) {
  const bool failed = listing.stage(task) == Stage::ended && task.nature.outcome == Outcome::failed;
  const bool broken = failed && task.index % 2 == 0;
  return {{"ErrCode", failed ? (broken ? 60000 : 40000) : 0},
          {"ErrCodeExt", failed ? (broken ? "SourceFileError" : "InvalidParameterValue") : "SUCCESS"},
          {"Message", failed ? (broken ? "the source file is broken" : "a parameter is not valid") : "SUCCESS"},
          {"Progress", listing.stage(task) == Stage::ended ? 100 : 0}};
}

/// A procedure's own ErrCode is deprecated and 0: its subtasks tell.
Json procedure(const Scene& scene, const Listing& listing, const Task& task) {
  Json transcode = verdict_of(listing, task);
  const Stage stage = listing.stage(task);
  transcode["Status"] = stage != Stage::ended ? "PROCESSING" : transcode["ErrCode"] == 0 ? "SUCCESS" : "FAIL";
  return {{"TaskId", task_id(*scene.world, scene.owner, task.index)},
          {"Status", status_of(listing, task)},
          {"ErrCode", 0},
          {"Message", ""},
          {"FileId", file_id(*scene.world, task.index)},
          {"MediaProcessResultSet",
           Json::array(
               {{{"Type", "Transcode"}, {"TranscodeTask", std::move(transcode)}, {"SampleSnapshotTask", nullptr}}})},
          {"AiAnalysisResultSet", Json::array()}};
}

ActionResult describe_task_detail(const Scene& scene) {
  const auto id = scene.parameters.at("TaskId").get<std::string>();
  const Listing listing = scene.listing();
  const auto index = task_index(*scene.world, id);
  const bool known = index && *index < listing.born() && task_id(*scene.world, scene.owner, *index) == id &&
                     listing.shows(scene.world->task(*index));
  if (!known) return refuse("ResourceNotFound", "There is no such task.");

  const Task task = scene.world->task(*index);
  const std::string& type = scene.world->plan().types[task.nature.type].name;
  Json answer{{"TaskType", type},
              {"Status", status_of(listing, task)},
              {"ProcedureTask", nullptr},
              {"EditMediaTask", nullptr},
              {"ReviewAudioVideoTask", nullptr}};
  put_times(answer, scene, listing, task);
  if (type == "Procedure") {
    answer["ProcedureTask"] = procedure(scene, listing, task);
  } else {
    Json own = verdict_of(listing, task);
    own["TaskId"] = id;
    own["Status"] = status_of(listing, task);
    answer[type + "Task"] = std::move(own);
  }
  return answer;
}

constexpr std::array<TencentAction, 2> actions{{
    {"vod", "2018-07-17", "DescribeTasks", list_parameters, describe_tasks},
    {"vod", "2018-07-17", "DescribeTaskDetail", detail_parameters, describe_task_detail},
}};

}  // namespace

std::span<const TencentAction> vod_actions() { return actions; }

}  // namespace taskqueue::simulator
