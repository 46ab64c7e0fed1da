#include "tests/day/small_world.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <random>
#include <utility>
#include <variant>
#include <vector>

namespace taskqueue {
namespace {

constexpr int most_tries = 150;

struct Field {
  const char* name;
  std::variant<int SmallWorld::*, bool SmallWorld::*> place;
};

// In the order of the declaration, as designated initialisers need it.
constexpr std::array<Field, 41> fields{{
    {"seed", &SmallWorld::seed},
    {"per_minute", &SmallWorld::per_minute},
    {"burst", &SmallWorld::burst},
    {"history", &SmallWorld::history},
    {"early", &SmallWorld::early},
    {"lasting_percent", &SmallWorld::lasting_percent},
    {"failed_percent", &SmallWorld::failed_percent},
    {"aborted_percent", &SmallWorld::aborted_percent},
    {"wait", &SmallWorld::wait},
    {"run", &SmallWorld::run},
    {"tie_ms", &SmallWorld::tie_ms},
    {"types", &SmallWorld::types},
    {"interval", &SmallWorld::interval},
    {"length", &SmallWorld::length},
    {"latency_ms", &SmallWorld::latency_ms},
    {"faulty_percent", &SmallWorld::faulty_percent},
    {"slow_percent", &SmallWorld::slow_percent},
    {"offset", &SmallWorld::offset},
    {"offset_jumps", &SmallWorld::offset_jumps},
    {"skew", &SmallWorld::skew},
    {"skew_jumps", &SmallWorld::skew_jumps},
    {"not_yet", &SmallWorld::not_yet},
    {"end_delay", &SmallWorld::end_delay},
    {"stale", &SmallWorld::stale},
    {"most_in_page", &SmallWorld::most_in_page},
    {"seed_only", &SmallWorld::seed_only},
    {"ignore_new", &SmallWorld::ignore_new},
    {"by_end", &SmallWorld::by_end},
    {"oldest_first", &SmallWorld::oldest_first},
    {"token_on_last_page", &SmallWorld::token_on_last_page},
    {"total_is_remaining", &SmallWorld::total_is_remaining},
    {"duplicates", &SmallWorld::duplicates},
    {"page_shift", &SmallWorld::page_shift},
    {"extra_fields", &SmallWorld::extra_fields},
    {"aborted_filter", &SmallWorld::aborted_filter},
    {"array_of_objects", &SmallWorld::array_of_objects},
    {"real_booleans", &SmallWorld::real_booleans},
    {"window_by_end", &SmallWorld::window_by_end},
    {"total", &SmallWorld::total},
    {"zones", &SmallWorld::zones},
    {"shuffled", &SmallWorld::shuffled},
}};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  bool percent(int chance) { return between(1, 100) <= chance; }
  int between(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<std::uint64_t>(most - least + 1));
  }
  int one_of(std::initializer_list<int> values) {
    return *(values.begin() + between(0, static_cast<int>(values.size()) - 1));
  }

 private:
  std::mt19937_64 engine_;
};

void draw_tasks(SmallWorld& world, Dice& dice) {
  world.per_minute = dice.one_of({2, 6, 12, 20});
  if (dice.percent(25)) world.burst = dice.between(5, 30);
  world.history = dice.between(0, 40);
  world.failed_percent = dice.between(0, 40);
  world.wait = dice.one_of({0, 2, 10, 40, 3600});
  world.run = dice.one_of({0, 2, 10, 60, 600, 3600});
  if (dice.percent(40)) world.tie_ms = dice.one_of({1000, 1000, 2000, 5000});
  world.types = dice.between(1, 3);
  // How far back ECS shows tasks is not documented: nothing is promised of what leaves there.
  if (world.service != "ecs" && dice.percent(40)) world.early = dice.between(5, 30);
  if (world.early > 0 && dice.percent(70)) world.lasting_percent = dice.between(10, 60);
  if (world.service != "mps" && dice.percent(70)) world.aborted_percent = dice.between(1, 30);
}

void draw_troubles(SmallWorld& world, Dice& dice) {
  if (dice.percent(60)) world.latency_ms = dice.one_of({20, 100, 400});
  if (dice.percent(60)) world.faulty_percent = 10;
  if (dice.percent(30)) world.slow_percent = dice.between(1, 20);
  if (dice.percent(40)) world.offset = dice.between(-240, 240);
  if (dice.percent(30)) world.skew = dice.between(-240, 240);
  world.offset_jumps = world.offset != 0 && dice.percent(60);
  // The window's edge is told by Date: where that is off, so is the edge.
  if (world.early > 0 || world.lasting_percent > 0) world.skew = 0;
  world.skew_jumps = world.skew != 0 && dice.percent(40);
  if (dice.percent(30)) world.stale = dice.one_of({2, 10, 45});
  if (dice.percent(25)) world.end_delay = dice.one_of({1, 5, 30, 120});
}

void draw_quirks(SmallWorld& world, Dice& dice) {
  world.not_yet = dice.between(0, 4);
  if (dice.percent(60)) world.most_in_page = dice.one_of({2, 5, 10});
  world.oldest_first = dice.percent(30);
  world.duplicates = dice.percent(30);
  world.page_shift = dice.percent(40);
  world.extra_fields = dice.percent(30);
  if (world.service == "ecs") {
    world.array_of_objects = dice.percent(30);
    world.real_booleans = dice.percent(30);
    return;
  }
  world.token_on_last_page = dice.percent(30);
  world.seed_only = world.service == "mps" && dice.percent(8);
  world.ignore_new = dice.percent(8);
  world.by_end = world.service == "mps" && dice.percent(50);
  world.total_is_remaining = world.service == "mps" && dice.percent(20);
  world.aborted_filter = world.service == "vod" && dice.percent(50);
}

void draw_perversities(SmallWorld& world, Dice& dice) {
  world.zones = dice.percent(20);
  world.shuffled = dice.percent(30);
  if (world.service != "vod" && dice.percent(30)) world.total = dice.between(1, 4);
  // Pages that are too short and count themselves only look like the whole list.
  if (world.service == "ecs" && world.most_in_page > 0 && world.total == 2) world.total = 1;
  // How long an ECS task is shown is not documented; one that lives longer than the window may be shown or not.
  // Without a total nothing tells that an ECS page has shifted.
  if (world.service == "ecs" && world.page_shift && world.total == 1) world.total = 0;
  // That tasks leave by their end is told by the total, or by one that is shown minutes after it should have left.
  if (world.service == "mps" && world.early == 0) world.window_by_end = dice.percent(20);
}

/// The values to try in the place of one, the calmest first.
std::vector<SmallWorld> calmer(const SmallWorld& world, const Field& field) {
  static const SmallWorld calm;
  std::vector<SmallWorld> worlds;
  const auto with = [&](auto place, auto value) {
    SmallWorld tried = world;
    tried.*place = value;
    if (!(tried == world) && (worlds.empty() || !(tried == worlds.back()))) worlds.push_back(std::move(tried));
  };
  if (const auto* flag = std::get_if<bool SmallWorld::*>(&field.place)) {
    with(*flag, calm.*(*flag));
  } else {
    const auto place = std::get<int SmallWorld::*>(field.place);
    const int far = world.*place - calm.*place;
    with(place, calm.*place);
    if (place == &SmallWorld::most_in_page) return worlds;  // shorter pages are no calmer
    with(place, calm.*place + far / 2);
    with(place, calm.*place + far * 7 / 8);
  }
  return worlds;
}

/// A smaller world must be wrong in the same way: the word with which the first line begins.
std::string kind_of(const std::string& wrong) { return wrong.substr(0, wrong.find(' ')); }

}  // namespace

SmallWorld drawn_world(const std::string& service, int number) {
  Dice dice(static_cast<std::uint64_t>(number) * 31 + static_cast<unsigned char>(service.front()));
  SmallWorld world{.service = service, .seed = number};
  draw_tasks(world, dice);
  world.interval = dice.one_of({5, 10, 10, 15, 30});
  world.length = std::clamp(world.interval * dice.between(15, 40), 180, 600);
  draw_troubles(world, dice);
  draw_quirks(world, dice);
  draw_perversities(world, dice);
  return world;
}

SmallWorld shrunk(SmallWorld world) {
  const std::string kind = kind_of(disagreement(world).value_or(""));
  int tries = 0;
  bool smaller = true;
  while (smaller && tries < most_tries) {
    smaller = false;
    for (const Field& field : fields) {
      if (field.place == fields.front().place) continue;  // another seed is another world, not a smaller one
      for (SmallWorld& tried : calmer(world, field)) {
        if (kind.empty() || ++tries > most_tries || kind_of(disagreement(tried).value_or("")) != kind) continue;
        world = std::move(tried);
        smaller = true;
        break;
      }
    }
  }
  return world;
}

std::string text(const SmallWorld& world) {
  static const SmallWorld usual;
  std::string text = "SmallWorld{.service = \"" + world.service + "\"";
  for (const Field& field : fields) {
    const auto tell = [&](auto place) {
      if (world.*place == usual.*place) return;
      text += std::string(", .") + field.name + " = ";
      if constexpr (std::is_same_v<decltype(place), bool SmallWorld::*>) {
        text += world.*place ? "true" : "false";
      } else {
        text += std::to_string(world.*place);
      }
    };
    std::visit(tell, field.place);
  }
  return text + "}";
}

}  // namespace taskqueue
