#include "exporter/tencent/time_selection.h"

#include <chrono>

#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("a task lies outside when no reading of the times includes it", "[tencent][time_selection]") {
  const WallTime from{hours{100}}, until{hours{101}};
  Task task{.id = "1", .created = from - hours{1}, .began = from - hours{1}, .ended = from - seconds{10}};
  CHECK(lies_outside(task, from, until));
  CHECK(lies_outside(task, from, WallTime::max()));
  task.ended = from + seconds{10};
  CHECK_FALSE(lies_outside(task, from, until));
  task.created = task.began = task.ended = until + hours{1};
  CHECK(lies_outside(task, from, until));
  CHECK_FALSE(lies_outside(task, from, WallTime::max()));
  // Times are rounded: a second beside the border is not outside.
  task.created = task.began = task.ended = from - seconds{1};
  CHECK_FALSE(lies_outside(task, from, until));
  CHECK_FALSE(lies_outside(Task{.id = "1"}, from, until));
}

TEST_CASE("after a refusal an API is asked again once in a while", "[tencent][time_selection]") {
  TimeSelection selection;
  CHECK(selection.is_worth_asking());
  selection.refused();
  int refusals = 0;
  while (!selection.is_worth_asking()) ++refusals;
  CHECK(refusals > 10);
  CHECK(selection.is_worth_asking());
}
