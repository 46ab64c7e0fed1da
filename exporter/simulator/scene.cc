#include "exporter/simulator/scene.h"

#include <charconv>
#include <cstdio>

#include "exporter/simulator/chance.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {

std::string task_id(const World& world, const std::string& owner, std::uint64_t index) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx",
                static_cast<unsigned long long>(scramble(world.seed(), index)));  // NOLINT(google-runtime-int)
  return owner + "-" + world.plan().types[world.nature(index).type].name + "-" + digits;
}

std::optional<std::uint64_t> task_index(const World& world, std::string_view id) {
  const auto dash = id.rfind('-');
  if (dash == std::string_view::npos || id.size() - dash != 17) return std::nullopt;
  std::uint64_t digits = 0;
  const char* last = id.data() + id.size();
  const auto [end, error] = std::from_chars(id.data() + dash + 1, last, digits, 16);
  if (error != std::errc{} || end != last) return std::nullopt;
  return unscramble(world.seed(), digits);
}

void put_time(Json& item, const char* name, std::optional<WallTime> time, NotYet not_yet) {
  if (time) {
    item[name] = utc_seconds(*time);
    return;
  }
  switch (not_yet) {
    case NotYet::zero_year: item[name] = "0000-00-00T00:00:00Z"; break;
    case NotYet::first_year: item[name] = "0001-01-01T00:00:00Z"; break;
    case NotYet::empty: item[name] = ""; break;
    case NotYet::null: item[name] = nullptr; break;
    case NotYet::absent: break;
  }
}

Result<WallTime, ApiError> time_parameter(const Json& parameters, const char* name) {
  const auto time = parse_utc(parameters.at(name).get<std::string>());
  if (!time) return refuse("InvalidParameterValue", std::string("The value of `") + name + "` is not a time.");
  return *time;
}

}  // namespace taskqueue::simulator
