#include "exporter/refresh/agenda.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

SteadyTime at(int second) { return SteadyTime{seconds{second}}; }

std::vector<std::size_t> all_due(Agenda& agenda, SteadyTime now) {
  std::vector<std::size_t> items;
  while (const auto item = agenda.take_due(now)) items.push_back(*item);
  return items;
}

std::vector<std::size_t> all_places(Agenda& agenda) {
  std::vector<std::size_t> items;
  while (const auto item = agenda.take_place()) items.push_back(*item);
  return items;
}

}  // namespace

TEST_CASE("what is due comes out in the order of its time, equals in that of their numbers", "[refresh][agenda]") {
  Agenda agenda;
  CHECK_FALSE(agenda.next());
  agenda.file(0, at(20));
  agenda.file(1, at(10));
  agenda.file(2, at(10));
  agenda.file(3, at(30));
  agenda.file(3, at(5));  // its time has changed
  CHECK(agenda.next() == at(5));
  CHECK(all_due(agenda, at(4)).empty());
  CHECK(all_due(agenda, at(20)) == std::vector<std::size_t>{3, 1, 2, 0});
  CHECK_FALSE(agenda.next());
}

TEST_CASE("a lane has four places, which those who wait longest have first", "[refresh][agenda]") {
  Agenda agenda;
  for (std::size_t item = 0; item < 6; ++item) agenda.wait(item, "busy", at(10 - static_cast<int>(item)));
  agenda.wait(6, "calm", at(7));
  CHECK(all_places(agenda) == std::vector<std::size_t>{5, 4, 3, 6, 2});
  CHECK_FALSE(agenda.has_place());
  agenda.leave("busy");
  CHECK(agenda.has_place());
  CHECK(all_places(agenda) == std::vector<std::size_t>{1});
}

TEST_CASE("sixty-four places are there in all", "[refresh][agenda]") {
  Agenda agenda;
  for (std::size_t item = 0; item < 100; ++item) agenda.wait(item, "lane " + std::to_string(item), at(1));
  CHECK(all_places(agenda).size() == 64);
  agenda.leave("lane 7");
  CHECK(all_places(agenda) == std::vector<std::size_t>{64});
}

TEST_CASE("who waits is forgotten with all the others, a place that is taken is not", "[refresh][agenda]") {
  Agenda agenda;
  for (std::size_t item = 0; item < 5; ++item) agenda.wait(item, "lane", at(1));
  CHECK(all_places(agenda).size() == 4);
  agenda.file(7, at(1));
  agenda.clear();
  CHECK_FALSE(agenda.next());
  CHECK_FALSE(agenda.has_place());
  agenda.wait(9, "lane", at(1));
  CHECK_FALSE(agenda.has_place());
  agenda.leave("lane");
  CHECK(all_places(agenda) == std::vector<std::size_t>{9});
}

TEST_CASE("it does what a walk over all items would do", "[refresh][agenda]") {
  struct Item {
    SteadyTime due;
    bool waits = false;
  };
  std::mt19937 random(7);
  const auto pick = [&](int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); };
  Agenda agenda;
  std::map<std::size_t, Item> items;
  std::map<std::string, std::vector<std::size_t>> in_flight;
  const auto lane_of = [](std::size_t item) { return "lane " + std::to_string(item % 3); };
  for (int step = 0; step < 5000; ++step) {
    const auto item = static_cast<std::size_t>(pick(40));
    const bool is_gone = std::ranges::count(in_flight[lane_of(item)], item) > 0;
    if (pick(2) == 0 && !is_gone) {
      items[item] = {at(pick(100)), pick(2) == 0};
      items[item].waits ? agenda.wait(item, lane_of(item), items[item].due) : agenda.file(item, items[item].due);
    } else if (auto& lane = in_flight[lane_of(item)]; !lane.empty()) {
      lane.pop_back();
      agenda.leave(lane_of(item));
    }
    const Item* best = nullptr;
    std::size_t expected = 0;
    for (const auto& [number, each] : items) {
      if (!each.waits || in_flight[lane_of(number)].size() >= Agenda::most_in_lane) continue;
      if (best == nullptr || each.due < best->due) {
        best = &each;
        expected = number;
      }
    }
    REQUIRE(agenda.has_place() == (best != nullptr));
    if (best == nullptr || pick(2) == 0) continue;
    REQUIRE(agenda.take_place() == expected);
    items.erase(expected);
    in_flight[lane_of(expected)].push_back(expected);
  }
}
