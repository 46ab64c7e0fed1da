// Whatever a cloud does, every task is counted once: over random small worlds of each service.
#include <cstdlib>
#include <string>

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

void live_through(const std::string& service, Numbers numbers) {
  for (int number = numbers.first; number <= numbers.last; ++number) {
    const SmallWorld world = drawn_world(service, number);
    if (!disagreement(world)) continue;
    const SmallWorld smallest = shrunk(world);
    FAIL_CHECK("world " << number << " is not counted right. The smallest that is not:\n"
                        << text(smallest) << "\n"
                        << disagreement(smallest).value_or("") << "from " << text(world));
  }
}

}  // namespace

TEST_CASE("every task of small MPS worlds is counted once", "[day][worlds][mps]") { live_through("mps", numbers(200)); }

TEST_CASE("every task of small VOD worlds is counted once", "[day][worlds][vod]") { live_through("vod", numbers(200)); }

TEST_CASE("every task of small ECS worlds is counted once", "[day][worlds][ecs]") { live_through("ecs", numbers(200)); }

TEST_CASE("every task of thousands of small MPS worlds is counted once", "[.full][worlds][mps]") {
  live_through("mps", numbers(10000));
}

TEST_CASE("every task of thousands of small VOD worlds is counted once", "[.full][worlds][vod]") {
  live_through("vod", numbers(10000));
}

TEST_CASE("every task of thousands of small ECS worlds is counted once", "[.full][worlds][ecs]") {
  live_through("ecs", numbers(10000));
}
