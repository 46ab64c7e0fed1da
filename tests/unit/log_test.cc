#include "exporter/log.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "exporter/manual_clock.h"
#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;

namespace {

std::string written(StreamLog::Style style, LogLevel level, Log::Fields fields) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = ::open_memstream(&text, &size);
  const ManualClock clock(*parse_utc("2026-03-01T10:00:00.250Z"));
  StreamLog log(stream, clock, style);
  if (log.shows(level)) log.write(level, "refresh", "queue is down", fields);
  std::fclose(stream);
  std::string result(text, size);
  std::free(text);
  return result;
}

}  // namespace

TEST_CASE("logfmt quotes what needs it and keeps a line a line", "[stones][log]") {
  CHECK(written({}, LogLevel::warn, {{"queue", "a"}, {"why", "no \"route\"\nto = host\\"}, {"code", "a b"}}) ==
        "time=2026-03-01T10:00:00.250Z level=warn room=refresh event=\"queue is down\" queue=a "
        "why=\"no \\\"route\\\"\\nto = host\\\\\" code=\"a b\"\n");
}

TEST_CASE("a field without a value is left out", "[stones][log]") {
  CHECK(written({}, LogLevel::info, {{"queue", "a"}, {"cloud_region", ""}, {"code", "x"}}) ==
        "time=2026-03-01T10:00:00.250Z level=info room=refresh event=\"queue is down\" queue=a code=x\n");
}

TEST_CASE("json is one object a line", "[stones][log]") {
  CHECK(written({.level = LogLevel::info, .format = LogFormat::json}, LogLevel::error, {{"why", "a\tb\x01"}}) ==
        "{\"time\":\"2026-03-01T10:00:00.250Z\",\"level\":\"error\",\"room\":\"refresh\",\"event\":\"queue is down\","
        "\"why\":\"a\\tb\\u0001\"}\n");
}

TEST_CASE("lines below the level are not written", "[stones][log]") {
  CHECK(written({.level = LogLevel::warn, .format = LogFormat::logfmt}, LogLevel::info, {}).empty());
}
