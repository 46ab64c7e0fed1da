// Times, in the forms that clouds and HTTP write them.
#include "exporter/utc.h"

#include "exporter/web/answer_head.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

const Fuzzer utc_fuzzer("utc", [](std::string_view input) {
  if (const auto time = parse_utc(input)) {
    must(*time >= WallTime{}, "no time lies before 1970");
    must(parse_utc(utc_text(*time)) == time, "a time is read back as it was written");
    must(parse_utc(utc_seconds(*time)) == std::chrono::floor<std::chrono::seconds>(*time), "so are its whole seconds");
  }
  if (const auto date = parse_http_date(input)) {
    must(*date >= WallTime{}, "no date lies before 1970");
    must(parse_http_date(web::http_date(*date)) == date, "a date is read back as it was written");
  }
});

}  // namespace
}  // namespace taskqueue::fuzz
