#include "exporter/refresh/timetable.h"

#include <chrono>

#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {
constexpr SteadyTime start = SteadyTime{} + std::chrono::hours{1};
}

TEST_CASE("refreshes are due on a grid, whatever they take", "[refresh][timetable]") {
  Timetable table(seconds{30}, start);
  CHECK(table.is_due(start));
  table.start(start + Milliseconds{5});
  CHECK(table.due() == start + seconds{30});
  table.measure(start + seconds{12});
  table.end(start + seconds{12});
  CHECK_FALSE(table.is_due(start + seconds{29}));
  CHECK(table.is_due(start + seconds{30}));
  CHECK(table.in_force() == seconds{30});
}

TEST_CASE("a refresh that takes longer stretches the interval in force by whole rounds", "[refresh][timetable]") {
  Timetable table(seconds{30}, start);
  table.start(start);
  table.skip(start + seconds{30});
  CHECK(table.due() == start + seconds{60});
  CHECK(table.in_force() == seconds{30});
  table.skip(start + seconds{60});
  CHECK(table.in_force() == seconds{60});
  table.measure(start + seconds{70});
  table.end(start + seconds{70});
  CHECK(table.in_force() == seconds{90});
  CHECK(table.is_due(start + seconds{90}));
  table.start(start + seconds{90});
  table.measure(start + seconds{91});
  CHECK(table.in_force() == seconds{30});
}

TEST_CASE("after a long sleep of the machine one refresh is due, not all that were missed", "[refresh][timetable]") {
  Timetable table(seconds{30}, start);
  table.start(start + seconds{1000});
  CHECK(table.due() == start + seconds{1030});
}

TEST_CASE("what is hastened is due at once, or when the refresh in flight has ended", "[refresh][timetable]") {
  Timetable table(seconds{30}, start);
  table.start(start);
  table.end(start + seconds{1});
  table.hasten(start + seconds{5});
  CHECK(table.is_due(start + seconds{5}));

  table.start(start + seconds{5});
  table.hasten(start + seconds{6});
  CHECK_FALSE(table.is_due(start + seconds{6}));
  table.end(start + seconds{8});
  CHECK(table.is_due(start + seconds{8}));
  table.start(start + seconds{8});
  table.end(start + seconds{9});
  CHECK_FALSE(table.is_due(start + seconds{9}));
}
