// Durations: ours in the configuration, Go's in the web configuration.
#include <algorithm>
#include <string>

#include "exporter/config/duration.h"
#include "exporter/web/go_duration.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

const Fuzzer durations_fuzzer("durations", [](std::string_view input) {
  if (const auto duration = parse_duration(input)) {
    must(duration->count() >= 0 && *duration <= std::chrono::hours{24 * 3650}, "a duration is of 0 to 3650 days");
    const auto again = parse_duration(text(*duration));
    must(again && *again == *duration, "a duration is read back as it was written");
    must(text(*duration).size() <= std::max<std::size_t>(input.size(), 2), "no shorter text means the same");
  } else {
    must(duration.error().starts_with('"'), "the complaint begins with the text");
  }
  if (const auto duration = web::parse_go_duration(input)) {
    // Longer ones are not exact to the nanosecond.
    constexpr std::chrono::nanoseconds week = std::chrono::hours{24 * 7};
    if (*duration > -week && *duration < week) {
      must(web::parse_go_duration(std::to_string(duration->count()) + "ns") == duration, "Go's are read back");
    }
    const bool is_negative = input.starts_with('-');
    must(is_negative ? duration->count() <= 0 : duration->count() >= 0, "the sign is as it was written");
  }
});

}  // namespace
}  // namespace taskqueue::fuzz
