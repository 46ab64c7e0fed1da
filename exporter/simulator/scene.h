// What an action of an API gets to answer from, and the tables that say which actions there are.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "exporter/simulator/api_error.h"
#include "exporter/simulator/json.h"
#include "exporter/simulator/listing.h"
#include "exporter/simulator/parameters.h"
#include "exporter/simulator/quirks.h"
#include "exporter/simulator/timeline.h"
#include "exporter/simulator/world.h"

namespace taskqueue::simulator {

class BatchWorld;

/// One authenticated call with checked parameters, at one moment.
struct Scene {
  const Json& parameters;
  Timeline timeline;
  WallTime now;
  Quirks quirks;
  Milliseconds lag{0};                // this answer shows the tasks as they were so long ago
  std::string owner{};                // the number that begins task ids
  const World* world = nullptr;       // of mps, vod and ecs
  const BatchWorld* batch = nullptr;  // of batch
  std::string zone{};                 // of batch

  [[nodiscard]] Listing listing() const {
    return {*world, timeline, now - lag, {world->plan().window, quirks.window_by_end, quirks.end_delay}};
  }
};

using ActionResult = Result<Json, ApiError>;

struct TencentAction {
  std::string_view service;
  std::string_view version;
  std::string_view name;
  std::span<const Parameter> parameters;
  ActionResult (*answer)(const Scene&) = nullptr;
};

[[nodiscard]] std::span<const TencentAction> mps_actions();
[[nodiscard]] std::span<const TencentAction> vod_actions();
[[nodiscard]] std::span<const TencentAction> batch_actions();

/// The identifier of a task, and the index it leads back to: nothing where it is not one of this world's.
[[nodiscard]] std::string task_id(const World& world, const std::string& owner, std::uint64_t index);
[[nodiscard]] std::optional<std::uint64_t> task_index(const World& world, std::string_view id);

/// How many tasks a page takes at most, of which `asked` are asked for.
[[nodiscard]] inline std::size_t page_size(const Quirks& quirks, std::int64_t asked) {
  return static_cast<std::size_t>(quirks.most_in_page > 0 ? std::min(asked, quirks.most_in_page) : asked);
}

/// Writes a time into `item`, or the API's spelling of "not yet".
void put_time(Json& item, const char* name, std::optional<WallTime> time, NotYet not_yet);

/// Reads a time parameter; InvalidParameterValue where it is none.
[[nodiscard]] Result<WallTime, ApiError> time_parameter(const Json& parameters, const char* name);

}  // namespace taskqueue::simulator
