// Whatever a cloud does, every task is counted once: over random small worlds of each service.
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/day/small_world.h"

using namespace taskqueue;

namespace {

/// The numbers of the worlds to live through; WORLDS=from-to chooses others.
struct Numbers {
  int first = 1;
  int last = 0;
};

Numbers numbers(int usual) {
  Numbers numbers{.first = 1, .last = usual};
  if (const char* wish = std::getenv("WORLDS")) {
    const std::string text = wish;
    numbers.first = std::stoi(text);
    const auto dash = text.find('-');
    numbers.last = dash == std::string::npos ? numbers.first : std::stoi(text.substr(dash + 1));
  }
  return numbers;
}

void live_through(const SmallWorld& world) {
  const auto wrong = disagreement(world);
  if (!wrong) return;
  const SmallWorld smallest = shrunk(world);
  FAIL_CHECK("this world is not counted right:\n"
             << text(world) << "\n"
             << *wrong << "and the smallest like it:\n"
             << text(smallest) << "\n"
             << disagreement(smallest).value_or(""));
}

void live_through(const std::string& service, Numbers numbers) {
  for (int number = numbers.first; number <= numbers.last; ++number) live_through(drawn_world(service, number));
}

/// Two tasks a second that live for up to two hours, with everything going wrong; each service, MPS in both readings.
std::vector<SmallWorld> troubled(int length) {
  SmallWorld world{.seed = 2,
                   .per_minute = 120,
                   .history = 500,
                   .early = 300,
                   .lasting_percent = 5,
                   .failed_percent = 10,
                   .wait = 3600,
                   .run = 3600,
                   .tie_ms = 1000,
                   .types = 2,
                   .interval = 30,
                   .length = length,
                   .latency_ms = 50,
                   .faulty_percent = 10,
                   .slow_percent = 2,
                   .offset = 240,
                   .offset_jumps = true,
                   .stale = 10,
                   .page_shift = true};
  std::vector<SmallWorld> worlds(4, world);
  worlds[0].aborted_percent = 2;
  worlds[1].service = "mps";
  worlds[2].service = "mps";
  worlds[2].by_end = true;
  worlds[3].service = "ecs";
  worlds[3].early = 0;
  worlds[3].lasting_percent = 0;
  return worlds;
}

}  // namespace

TEST_CASE("every task of small MPS worlds is counted once", "[day][worlds][mps]") { live_through("mps", numbers(200)); }

TEST_CASE("every task of small VOD worlds is counted once", "[day][worlds][vod]") { live_through("vod", numbers(200)); }

TEST_CASE("every task of small ECS worlds is counted once", "[day][worlds][ecs]") { live_through("ecs", numbers(200)); }

TEST_CASE("every task of ten troubled minutes is counted once", "[day][hour]") {
  for (const SmallWorld& world : troubled(600)) live_through(world);
}

TEST_CASE("every task of a troubled hour is counted once", "[.full][hour]") {
  for (const SmallWorld& world : troubled(3600)) live_through(world);
}

TEST_CASE("every task of thousands of small MPS worlds is counted once", "[.full][worlds][mps]") {
  live_through("mps", numbers(10000));
}

TEST_CASE("every task of thousands of small VOD worlds is counted once", "[.full][worlds][vod]") {
  live_through("vod", numbers(10000));
}

TEST_CASE("every task of thousands of small ECS worlds is counted once", "[.full][worlds][ecs]") {
  live_through("ecs", numbers(10000));
}
