#include "exporter/config/duration.h"

#include "tests/catch.h"

using namespace std::chrono_literals;
using taskqueue::Milliseconds;
using taskqueue::parse_duration;

TEST_CASE("a duration is a number with a unit, or several from the larger to the smaller", "[config][duration]") {
  const auto [text, duration] = GENERATE(table<std::string, Milliseconds>({{"500ms", 500ms},
                                                                           {"30s", 30s},
                                                                           {"5m", 5min},
                                                                           {"24h", 24h},
                                                                           {"7d", 168h},
                                                                           {"1h30m", 90min},
                                                                           {"1d1h1m1s1ms", 90061001ms},
                                                                           {"90m", 90min},
                                                                           {"0s", 0s},
                                                                           {"007s", 7s},
                                                                           {"3650d", 87600h}}));
  CAPTURE(text);
  const auto read = parse_duration(text);
  REQUIRE(read);
  CHECK(*read == duration);
}

TEST_CASE("what is no duration is refused with advice", "[config][duration]") {
  const auto text = GENERATE(as<std::string>(), "", "s", "-5s", "+5s", "1.5h", "30 s", " 30s", "30s ", "30S", "30sec",
                             "30m1h", "1h1h", "1s1m", "5m30", "1y", "1w", "1h-1m", "١s");
  CAPTURE(text);
  const auto read = parse_duration(text);
  REQUIRE_FALSE(read);
  CHECK(read.error() == '"' + text + "\" is no duration: write a number and a unit (ms, s, m, h, d), such as \"30s\" " +
                            "or \"1h30m\"");
}

TEST_CASE("a number alone is told to take a unit", "[config][duration]") {
  const auto read = parse_duration("30");
  REQUIRE_FALSE(read);
  CHECK(read.error() == "\"30\" has no unit: write \"30s\" if you mean seconds");
}

TEST_CASE("a duration beyond ten years is refused, however it is written", "[config][duration]") {
  const auto text =
      GENERATE(as<std::string>(), "3651d", "3650d1ms", "87601h", "9223372036854775807ms", "9223372036854775807d");
  CAPTURE(text);
  const auto read = parse_duration(text);
  REQUIRE_FALSE(read);
  CHECK(read.error().find("too long") != std::string::npos);
}

TEST_CASE("a number with more digits than any duration is refused", "[config][duration]") {
  CHECK_FALSE(parse_duration("99999999999999999999999999s"));
}

TEST_CASE("a duration is printed in its shortest form", "[config][duration]") {
  const auto [duration, text] = GENERATE(table<Milliseconds, std::string>({{0s, "0s"},
                                                                           {1ms, "1ms"},
                                                                           {1500ms, "1500ms"},
                                                                           {30s, "30s"},
                                                                           {60s, "1m"},
                                                                           {90s, "90s"},
                                                                           {3600s, "1h"},
                                                                           {24h, "1d"},
                                                                           {25h, "25h"},
                                                                           {168h, "7d"},
                                                                           {86400001ms, "1d1ms"}}));
  CHECK(taskqueue::text(duration) == text);
}

TEST_CASE("what is printed reads as the same duration", "[config][duration]") {
  for (std::int64_t milliseconds = 1; milliseconds < 300000000; milliseconds = milliseconds * 3 + 7) {
    CAPTURE(milliseconds);
    const auto read = parse_duration(taskqueue::text(Milliseconds{milliseconds}));
    REQUIRE(read);
    CHECK(*read == Milliseconds{milliseconds});
  }
}
