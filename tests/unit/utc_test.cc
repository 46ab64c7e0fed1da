#include "exporter/utc.h"

#include <chrono>

#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::sys_days;
using std::chrono::year;

TEST_CASE("times are read with and without seconds, fractions and offsets", "[stones][utc]") {
  const WallTime noon = sys_days{year{2018} / 12 / 27} + std::chrono::hours{12};
  CHECK(parse_utc("2018-12-27T12:00:00Z") == noon);
  CHECK(parse_utc("2018-12-27T12:00Z") == noon);
  CHECK(parse_utc("2018-12-27T12:00:00.0425Z") == noon + Milliseconds{42});
  CHECK(parse_utc("2018-12-27T20:00:00+08:00") == noon);
  CHECK(parse_utc("2018-12-27T07:30:00-0430") == noon);
}

TEST_CASE("every spelling of not yet, and what is no time, is nothing", "[stones][utc]") {
  const auto text =
      GENERATE(as<std::string>{}, "", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "2018-02-30T00:00:00Z",
               "2018-13-01T00:00:00Z", "2018-12-27", "2018-12-27T25:00:00Z", "2018-12-27T12:60:00Z",
               "2018-12-27T12:00:00", "2018-12-27T12:00:00Zx", "2018-12-27 12:00:00Z", "-018-12-27T12:00:00Z",
               "2018-12-27T12:00:00.Z", "null", "2018-12-27T-1:00:00Z");
  CAPTURE(text);
  CHECK_FALSE(parse_utc(text));
}

TEST_CASE("an offset leads neither before 1970 nor beyond the year 9999", "[stones][utc]") {
  CHECK(parse_utc("1970-01-01T08:00:00+08:00") == WallTime{});
  CHECK_FALSE(parse_utc("1970-01-01T00:00:00+08:00"));
  CHECK(parse_utc("9999-12-31T15:59:59.999-08:00") == last_utc);
  CHECK_FALSE(parse_utc("9999-12-31T23:59:59-08:00"));
  CHECK_FALSE(parse_utc("9999-12-31T23:59:60Z"));
  CHECK_FALSE(parse_http_date("Fri, 31 Dec 9999 23:59:60 GMT"));
}

TEST_CASE("what is written is read back", "[stones][utc]") {
  for (const std::int64_t ms : {0LL, 951782400000LL, 1551139199999LL, 4102444800123LL}) {
    const WallTime time{Milliseconds{ms}};
    CHECK(parse_utc(utc_text(time)) == time);
    CHECK(parse_utc(utc_seconds(time)) == std::chrono::floor<std::chrono::seconds>(time));
  }
  CHECK(utc_date(WallTime{Milliseconds{1551139199999}}) == "2019-02-25");
}

TEST_CASE("an HTTP date is read, anything else is not", "[stones][utc]") {
  CHECK(parse_http_date("Thu, 27 Dec 2018 13:57:15 GMT") == parse_utc("2018-12-27T13:57:15Z"));
  for (const char* text :
       {"", "Thu, 27 Dec 2018 13:57:15 UTC", "27 Dec 2018 13:57:15 GMT", "Thu, 27 Xxx 2018 13:57:15 GMT",
        "Thu, 99 Dec 2018 13:57:15 GMT", "Thursday, 27-Dec-18 13:57:15 GMT"}) {
    CHECK_FALSE(parse_http_date(text));
  }
}
