#include "exporter/web/go_duration.h"

#include "tests/catch.h"

using namespace taskqueue::web;
using namespace std::chrono_literals;

TEST_CASE("durations are read as Go writes them", "[web][go_duration]") {
  CHECK(parse_go_duration("1s") == 1s);
  CHECK(parse_go_duration("100ms") == 100ms);
  CHECK(parse_go_duration("1h30m") == 90min);
  CHECK(parse_go_duration("1.5s") == 1500ms);
  CHECK(parse_go_duration("2us3ns") == 2003ns);
  CHECK(parse_go_duration("4\u00b5s") == 4us);
  CHECK(parse_go_duration("0") == 0ns);
  CHECK(parse_go_duration("-2m") == -2min);
  CHECK(parse_go_duration("7") == 7ns);
}

TEST_CASE("what is no duration is none", "[web][go_duration]") {
  for (const char* text :
       {"", "s", "1 s", "1d", "soon", "1s-1s", "--1s", "1e999h", "9999999h", "nan", "infs", "1.s.", "1s2"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_go_duration(text));
  }
}
