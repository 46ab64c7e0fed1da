// Small worlds in which everything may go wrong at once: drawn at random, lived through in a fraction of a second, and
// made as small as possible where the exporter's counts are not the truth.
#pragma once

#include <optional>
#include <string>

namespace taskqueue {

/// All that happens follows from these values; the defaults are a quiet world. Times are seconds but where the name
/// says otherwise.
struct SmallWorld {
  std::string service = "vod";
  int seed = 1;

  // The tasks.
  int per_minute = 2;       // births
  int burst = 0;            // so many births at once, every four minutes
  int history = 0;          // tasks that ended before counting begins
  int early = 0;            // tasks that leave the window meanwhile
  int lasting_percent = 0;  // of all tasks: these live about as long as the window
  int failed_percent = 0;
  int aborted_percent = 0;
  int wait = 0;    // at most
  int run = 5;     // at most
  int tie_ms = 0;  // births, begins and ends fall on its multiples
  int types = 1;

  // The polling.
  int interval = 10;
  int length = 60;
  int latency_ms = 0;

  // What goes wrong.
  int faulty_percent = 0;     // of the calls: errors, hangs, cuts, nonsense
  int slow_percent = 0;       // of the calls: late
  int offset = 0;             // the exporter's clock is so far ahead ...
  bool offset_jumps = false;  // ... or anything up to it, to either side, changing every minute
  int skew = 0;               // the cloud's Date is so far ahead of the times of its tasks ...
  bool skew_jumps = false;

  // What the documents leave open.
  int not_yet = 0;  // how "not yet" is spelt, 0 to 4
  int end_delay = 0;
  int stale = 0;
  int most_in_page = 0;
  bool seed_only = false;
  bool ignore_new = false;
  bool by_end = false;
  bool oldest_first = false;
  bool token_on_last_page = false;
  bool total_is_remaining = false;
  bool duplicates = false;
  bool page_shift = false;
  bool extra_fields = false;
  bool aborted_filter = false;
  bool array_of_objects = false;
  bool real_booleans = false;
  bool window_by_end = false;

  // What no document suggests.
  int total = 0;  // 1: absent, 2: of the page, 3: too high, 4: wrong in another way each time
  bool zones = false;
  bool shuffled = false;

  bool operator==(const SmallWorld&) const = default;
};

/// The world that belongs to a number.
[[nodiscard]] SmallWorld drawn_world(const std::string& service, int number);

/// Lives through it: counting begins while life stands still, so that what is counted is known exactly; then life goes
/// on with everything that goes wrong; then it stands still again until what was missed has been read. Where a gauge is
/// not the truth, or a counter has not grown by what the truth has grown by: what is wrong, as lines.
[[nodiscard]] std::optional<std::string> disagreement(const SmallWorld& world);

/// The smallest world that still disagrees in the same way, found by taking away one thing after another.
[[nodiscard]] SmallWorld shrunk(SmallWorld world);

/// As C++ that makes the same world: only what is not the default.
[[nodiscard]] std::string text(const SmallWorld& world);

}  // namespace taskqueue
