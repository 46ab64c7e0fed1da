#include "exporter/simulator/world.h"

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {

using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("births follow the index, and born_by counts exactly them", "[simulator][world]") {
  const World world(small_world(), 5);
  for (std::uint64_t i = 0; i < 1500; ++i) {
    const Task task = world.task(i);
    CAPTURE(i);
    REQUIRE(task.birth <= world.task(i + 1).birth);
    REQUIRE(world.born_by(task.birth) > i);
    REQUIRE(world.born_by(task.birth - Milliseconds{1}) <= i);
  }
}

TEST_CASE("the history is as long as planned, and life goes at the planned rate", "[simulator][world]") {
  const World world(small_world(), 5);
  CHECK(world.born_by(Milliseconds{0}) == Approx(200).margin(1));
  // Half a task a second, and fifteen more every four minutes.
  CHECK(world.born_by(minutes{60}) == Approx(200 + 1800 + 15 * 15).margin(40));
}

TEST_CASE("no life is out of order or longer than the longest", "[simulator][world]") {
  WorldPlan plan = small_world();
  plan.aborted_share = 0.3;
  plan.stoppage = {.period = minutes{5}, .closed = minutes{2}, .drain = 0.1};
  const World world(plan, 9);
  bool some_never_begin = false;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Task task = world.task(i);
    CAPTURE(i);
    REQUIRE(task.birth <= task.end);
    REQUIRE(task.end - task.birth < world.longest_life());
    if (task.begins) REQUIRE((task.birth <= task.begin && task.begin <= task.end));
    some_never_begin = some_never_begin || !task.begins;
  }
  CHECK(some_never_begin);
}

TEST_CASE("with ties births, begins and ends fall on the same moments, and born_by counts exactly them",
          "[simulator][world]") {
  WorldPlan plan = small_world();
  plan.tie = seconds{3};
  const World world(plan, 5);
  bool some_share = false;
  for (std::uint64_t i = 0; i < 1500; ++i) {
    const Task task = world.task(i);
    CAPTURE(i);
    REQUIRE((task.birth % seconds{3}).count() == 0);
    REQUIRE((task.begin % seconds{3}).count() == 0);
    REQUIRE((task.end % seconds{3}).count() == 0);
    REQUIRE(task.birth <= world.task(i + 1).birth);
    REQUIRE(world.born_by(task.birth) > i);
    REQUIRE(world.born_by(task.birth - Milliseconds{1}) <= i);
    some_share = some_share || task.birth == world.task(i + 1).birth;
  }
  CHECK(some_share);
}

TEST_CASE("early tasks are born at the beginning of the history, lasting ones live for long", "[simulator][world]") {
  WorldPlan plan = small_world();
  plan.arrivals.early_tasks = 400;
  plan.arrivals.early = minutes{10};
  plan.lasting_share = 0.2;
  plan.lasting = {minutes{200}, minutes{300}};
  const World world(plan, 5);
  CHECK(world.born_by(-plan.arrivals.history + minutes{10}) == Approx(400 + 200.0 / 18).margin(2));
  CHECK(world.born_by(Milliseconds{0}) == Approx(600).margin(1));
  int lasting = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Task task = world.task(i);
    CAPTURE(i);
    REQUIRE(world.born_by(task.birth) > i);
    REQUIRE(world.born_by(task.birth - Milliseconds{1}) <= i);
    REQUIRE(task.end - task.birth < world.longest_life());
    lasting += task.end - task.begin >= minutes{200};
  }
  CHECK(lasting == Approx(200).margin(60));
}

TEST_CASE("nothing begins while the world is stopped", "[simulator][world]") {
  WorldPlan plan = small_world();
  plan.stoppage = {.period = minutes{5}, .closed = minutes{2}, .drain = 0.1};
  const World world(plan, 9);
  for (std::uint64_t i = 300; i < 2000; ++i) {
    const Milliseconds begin = world.task(i).begin;
    CAPTURE(i);
    REQUIRE(begin % minutes{5} >= minutes{2});
  }
}

TEST_CASE("a census counts what the natures say, blocks or not", "[simulator][world]") {
  const World world(small_world(), 5);
  for (const auto& [first, last] : {std::pair{0, 10}, {100, 9000}, {4096, 8192}, {5, 5}, {4000, 4200}}) {
    Census expected(2);
    for (int i = first; i < last; ++i) {
      const Nature nature = world.nature(static_cast<std::uint64_t>(i));
      ++expected[nature.type][static_cast<std::size_t>(nature.outcome)];
    }
    const auto from = static_cast<std::uint64_t>(first);
    const auto to = static_cast<std::uint64_t>(last);
    CHECK(world.census(from, to) == expected);
    CHECK(world.census(from, to) == expected);
  }
}

TEST_CASE("the same seed makes the same world, another seed another", "[simulator][world]") {
  CHECK(World(small_world(), 5).task(77) == World(small_world(), 5).task(77));
  CHECK_FALSE(World(small_world(), 5).task(77) == World(small_world(), 6).task(77));
}

TEST_CASE("a world without births stays empty", "[simulator][world]") {
  const World world({.arrivals = {.history_tasks = 0, .per_second = 0}, .types = {{"a"}}}, 1);
  CHECK(world.born_by(std::chrono::hours{1000}) == 0);
}

}  // namespace taskqueue::simulator
