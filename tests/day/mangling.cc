#include "tests/day/mangling.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "exporter/utc.h"

namespace taskqueue {
namespace {

using nlohmann::json;

/// The same moment as a clock in Beijing shows it.
void tell_in_another_zone(json& task) {
  static constexpr std::array names{"CreateTime", "BeginProcessTime", "FinishTime", "CreationTime", "FinishedTime"};
  for (const char* name : names) {
    const auto member = task.find(name);
    if (member == task.end() || !member->is_string()) continue;
    const auto time = parse_utc(member->get<std::string>());
    if (!time) continue;
    std::string text = utc_text(*time + std::chrono::hours{8});
    text.replace(text.size() - 1, 1, "+08:00");
    *member = text;
  }
}

void visit_tasks(json& part, const SmallWorld& world, std::mt19937_64& engine) {
  if (part.is_object() && part.contains("Task")) return visit_tasks(part["Task"], world, engine);
  if (!part.is_array()) return;
  for (json& task : part) {
    if (task.contains("Task")) {
      visit_tasks(task, world, engine);
    } else if (world.zones) {
      tell_in_another_zone(task);
    }
  }
  if (world.shuffled) std::ranges::shuffle(part.get_ref<json::array_t&>(), engine);
}

std::size_t count(const json& part) {
  if (part.is_object() && part.contains("Task")) return count(part["Task"]);
  if (!part.is_array()) return 1;
  std::size_t sum = 0;
  for (const json& each : part) sum += each.contains("Task") ? count(each) : 1;
  return sum;
}

}  // namespace

void mangle(json& answer, const SmallWorld& world, std::mt19937_64& engine) {
  json& fields = answer.contains("Response") ? answer["Response"] : answer;
  if (!fields.contains("TaskSet")) return;
  const auto total = fields.find("TotalCount");
  if (total != fields.end()) {
    switch (world.total) {
      case 1: fields.erase(total); break;
      case 2: *total = count(fields["TaskSet"]); break;
      case 3: *total = total->get<std::int64_t>() + 7; break;
      case 4: *total = total->get<std::int64_t>() + static_cast<std::int64_t>(engine() % 5) - 2; break;
      default: break;
    }
  }
  visit_tasks(fields["TaskSet"], world, engine);
}

}  // namespace taskqueue
