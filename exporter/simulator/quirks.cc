#include "exporter/simulator/quirks.h"

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "exporter/simulator/json.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<std::pair<std::string_view, bool Quirks::*>, 14> switches{{
    {"seed_only", &Quirks::seed_only},
    {"ignore_new", &Quirks::ignore_new},
    {"by_end", &Quirks::by_end},
    {"window_by_end", &Quirks::window_by_end},
    {"oldest_first", &Quirks::oldest_first},
    {"token_on_last_page", &Quirks::token_on_last_page},
    {"total_is_remaining", &Quirks::total_is_remaining},
    {"duplicates", &Quirks::duplicates},
    {"page_shift", &Quirks::page_shift},
    {"extra_fields", &Quirks::extra_fields},
    {"aborted_filter", &Quirks::aborted_filter},
    {"half_metrics", &Quirks::half_metrics},
    {"array_of_objects", &Quirks::array_of_objects},
    {"real_booleans", &Quirks::real_booleans},
}};

constexpr std::array<std::pair<std::string_view, NotYet>, 5> spellings{{
    {"zero_year", NotYet::zero_year},
    {"first_year", NotYet::first_year},
    {"empty", NotYet::empty},
    {"null", NotYet::null},
    {"absent", NotYet::absent},
}};

template <class Table>
auto known(const Table& table, std::string_view name) {
  for (const auto& [word, value] : table) {
    if (word == name) return value;
  }
  throw std::invalid_argument("no quirk is called " + std::string(name));
}

void set(Quirks& quirks, const std::string& name, const Json& value) {
  if (name == "not_yet") {
    quirks.not_yet = known(spellings, value.get<std::string>());
  } else if (name == "end_delay_seconds") {
    quirks.end_delay = Milliseconds{static_cast<std::int64_t>(value.get<double>() * 1000)};
  } else if (name == "most_in_page") {
    quirks.most_in_page = value.get<std::int64_t>();
  } else if (name == "stale_seconds") {
    quirks.stale = Milliseconds{static_cast<std::int64_t>(value.get<double>() * 1000)};
  } else {
    quirks.*known(switches, name) = value.get<bool>();
  }
}

}  // namespace

Quirks switched(Quirks quirks, const Quirks& initial, const std::string& json) {
  try {
    const Json wishes = Json::parse(json);
    if (wishes.value("reset", false)) quirks = initial;
    for (const auto& [name, value] : wishes.items()) {
      if (name != "reset" && name != "service") set(quirks, name, value);
    }
  } catch (const Json::exception& error) {
    throw std::invalid_argument(error.what());
  }
  return quirks;
}

std::string quirks_text(const Quirks& quirks) {
  Json text = Json::object();
  for (const auto& [name, field] : switches) text[std::string(name)] = quirks.*field;
  for (const auto& [name, value] : spellings) {
    if (quirks.not_yet == value) text["not_yet"] = name;
  }
  text["end_delay_seconds"] = static_cast<double>(quirks.end_delay.count()) / 1000.0;
  text["most_in_page"] = quirks.most_in_page;
  text["stale_seconds"] = static_cast<double>(quirks.stale.count()) / 1000.0;
  return text.dump();
}

}  // namespace taskqueue::simulator
