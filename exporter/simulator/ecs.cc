#include "exporter/simulator/ecs.h"

#include <charconv>
#include <cstdio>
#include <set>

#include "exporter/simulator/chance.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {
namespace {

constexpr std::size_t ids_at_most = 100;

struct Wish {
  std::int64_t page = 1;
  std::int64_t size = 10;
  std::optional<std::set<std::string>> ids{};
  std::string action{};
  Filter filter{};
};

Result<std::int64_t, ApiError> number(const AcsParameters& parameters, const char* name, std::int64_t usual) {
  const auto text = parameters.find(name);
  if (!text || text->empty()) return usual;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < 1) {
    return refuse("InvalidParameter", std::string("The specified parameter \"") + name + "\" is not valid.");
  }
  return value;
}

std::set<std::string> split(const std::string& list) {
  std::set<std::string> parts;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const auto comma = std::min(list.find(',', begin), list.size());
    if (comma > begin) parts.insert(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return parts;
}

/// Whole seconds in UTC; creation shows whole minutes, but is compared as it was.
Result<std::optional<WallTime>, ApiError> time_of(const AcsParameters& parameters, const char* name) {
  const auto text = parameters.find(name);
  if (!text || text->empty()) return std::optional<WallTime>{};
  const auto time = text->size() == 20 ? parse_utc(*text) : std::nullopt;
  if (!time) return refuse(std::string("Invalid") + name + ".Malformed", "The time must be yyyy-MM-ddTHH:mm:ssZ.");
  return std::optional(*time);
}

/// Only three words are filters; others are ignored, as the page says.
void narrow(Filter& filter, const std::string& status) {
  if (status == "Processing") filter.stages = {false, true, false};
  if (status == "Finished" || status == "Failed") {
    filter.stages = {false, false, true};
    filter.outcomes = {status == "Finished", status == "Failed", false};
  }
}

Result<Wish, ApiError> read_wish(const AcsParameters& parameters, const Quirks& quirks) {
  Wish wish;
  const auto page = number(parameters, "PageNumber", 1);
  if (!page) return Unexpected(page.error());
  const auto size = number(parameters, "PageSize", 10);
  if (!size) return Unexpected(size.error());
  if (*size > 100) return refuse("InvalidParameter", "The specified parameter \"PageSize\" is not valid.");
  wish.page = *page;
  wish.size = static_cast<std::int64_t>(page_size(quirks, *size));
  if (const auto ids = parameters.find("TaskIds"); ids && !ids->empty()) {
    wish.ids = split(*ids);
    if (wish.ids->size() > ids_at_most) return refuse("InvalidParameter", "There are more than 100 task ids.");
  }
  wish.action = parameters.find("TaskAction").value_or("");
  narrow(wish.filter, parameters.find("TaskStatus").value_or(""));
  const auto start = time_of(parameters, "StartTime");
  if (!start) return Unexpected(start.error());
  const auto end = time_of(parameters, "EndTime");
  if (!end) return Unexpected(end.error());
  if (*start) wish.filter.created.from = **start;
  if (*end) wish.filter.created.until = **end + Milliseconds{1};
  return wish;
}

std::string minutes_text(WallTime time) { return utc_text(time).substr(0, 16) + "Z"; }

const char* status_of(const Listing& listing, const Task& task) {
  switch (listing.stage(task)) {
    case Stage::waiting: return "Waiting";
    case Stage::processing: return "Processing";
    case Stage::ended: break;
  }
  switch (task.nature.outcome) {
    case Outcome::succeeded: return "Finished";
    case Outcome::failed: return "Failed";
    case Outcome::aborted: break;
  }
  return "Deleted";
}

Json item_of(const Scene& scene, const Listing& listing, const Task& task) {
  const bool ended = listing.stage(task) == Stage::ended;
  Json item{{"TaskId", ecs_task_id(*scene.world, task.index)},
            {"TaskAction", scene.world->plan().types[task.nature.type].name},
            {"TaskStatus", status_of(listing, task)},
            {"CreationTime", minutes_text(listing.wall_at(task.birth))},
            {"ResourceId", "m-" + ecs_task_id(*scene.world, task.index).substr(2)}};
  if (ended) {
    item["FinishedTime"] = minutes_text(listing.wall_at(task.end));
  } else {
    put_time(item, "FinishedTime", std::nullopt, scene.quirks.not_yet);
  }
  item["SupportCancel"] = scene.quirks.real_booleans ? Json(!ended) : Json(ended ? "false" : "true");
  if (scene.quirks.extra_fields) item["FailedReason"] = nullptr;
  return item;
}

struct Found {
  std::vector<Task> tasks;  // of the page
  std::uint64_t total = 0;
};

/// False where no task has the action that is asked for.
bool heed_action(Wish& wish, const World& world) {
  if (wish.action.empty()) return true;
  const auto& types = world.plan().types;
  const auto found = std::ranges::find(types, wish.action, &TypeShare::name);
  if (found == types.end()) return false;
  wish.filter.type = static_cast<std::size_t>(found - types.begin());
  return true;
}

/// Those of the ids that are tasks which match, in the order of the list.
std::vector<Task> tasks_with_ids(const Listing& listing, const Scene& scene, const Wish& wish) {
  std::set<std::uint64_t> indexes;
  for (const std::string& id : *wish.ids) {
    const auto index = ecs_task_index(*scene.world, id);
    if (index && *index < listing.born()) indexes.insert(*index);
  }
  std::vector<Task> tasks;
  for (const std::uint64_t index : indexes) {
    const Task task = scene.world->task(index);
    if (listing.matches(task, wish.filter)) tasks.push_back(task);
  }
  if (!scene.quirks.oldest_first) std::ranges::reverse(tasks);
  return tasks;
}

Found find(const Listing& listing, const Scene& scene, const Wish& wish) {
  const auto offset = static_cast<std::uint64_t>((wish.page - 1) * wish.size);
  const auto size = static_cast<std::size_t>(wish.size);
  const bool newest_first = !scene.quirks.oldest_first;
  Found found;
  if (wish.ids) {
    found.tasks = tasks_with_ids(listing, scene, wish);
    found.total = found.tasks.size();
    const auto begin = found.tasks.begin() + static_cast<std::ptrdiff_t>(std::min(offset, found.total));
    found.tasks.erase(found.tasks.begin(), begin);
    if (found.tasks.size() > size) found.tasks.resize(size);
    return found;
  }
  for (const auto& row : listing.count(wish.filter)) found.total += row[0] + row[1] + row[2];
  if (offset < found.total) found.tasks = listing.page_at(wish.filter, newest_first, size, offset).tasks;
  return found;
}

}  // namespace

std::string ecs_task_id(const World& world, std::uint64_t index) {
  char digits[20];
  std::snprintf(digits, sizeof digits, "t-%016llx",
                static_cast<unsigned long long>(scramble(world.seed(), index)));  // NOLINT(google-runtime-int)
  return digits;
}

std::optional<std::uint64_t> ecs_task_index(const World& world, const std::string& id) {
  std::uint64_t digits = 0;
  const char* last = id.data() + id.size();
  if (id.size() != 18 || !id.starts_with("t-")) return std::nullopt;
  const auto [end, error] = std::from_chars(id.data() + 2, last, digits, 16);
  if (error != std::errc{} || end != last) return std::nullopt;
  const std::uint64_t index = unscramble(world.seed(), digits);
  return ecs_task_id(world, index) == id ? std::optional(index) : std::nullopt;
}

ActionResult describe_ecs_tasks(const AcsParameters& parameters, const Scene& scene) {
  auto wish = read_wish(parameters, scene.quirks);
  if (!wish) return Unexpected(wish.error());
  Json tasks = Json::array();
  std::uint64_t total = 0;
  if (scene.world != nullptr) {
    const Listing listing = scene.listing();
    const bool known = heed_action(*wish, *scene.world);
    const Found found = known ? find(listing, scene, *wish) : Found{};
    total = found.total;
    for (const Task& task : found.tasks) tasks.push_back(item_of(scene, listing, task));
  }
  Json set = Json::object();
  set["Task"] = std::move(tasks);
  if (scene.quirks.array_of_objects) set = Json::array({std::move(set)});
  return Json{{"PageNumber", wish->page},
              {"PageSize", wish->size},
              {"TotalCount", total},
              {"RegionId", parameters.find("RegionId").value_or("")},
              {"TaskSet", std::move(set)}};
}

}  // namespace taskqueue::simulator
