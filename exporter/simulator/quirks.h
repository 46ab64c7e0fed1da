// How a service behaves where its documents are silent or contradict themselves. One set per service.
#pragma once

#include <cstdint>
#include <string>

#include "exporter/clock.h"

namespace taskqueue::simulator {

/// How an API writes a time that is not yet.
enum class NotYet : std::uint8_t { zero_year, first_year, empty, null, absent };

struct Quirks {
  NotYet not_yet = NotYet::zero_year;
  bool seed_only = false;           // knows the parameters of the first version of its page only
  bool ignore_new = false;          // takes newer parameters and does not heed them
  bool by_end = false;              // mps: StartTime and EndTime mean the end, not the creation
  bool window_by_end = false;       // ended tasks leave the window by their end
  bool oldest_first = false;        // order where none is asked for
  bool token_on_last_page = false;  // the last page has a token too; it leads to an empty page and to itself
  bool total_is_remaining = false;  // TotalCount counts from the page on
  bool duplicates = false;          // a page begins with the last task of the page before
  bool page_shift = false;          // pages are cut by position: what arrives in between shifts them
  bool extra_fields = false;        // fields nobody documented, and null for optional ones
  bool aborted_filter = false;      // vod: Status=ABORTED is a filter
  bool half_metrics = false;        // batch: TaskInstanceMetrics heeds Limit and Filters
  bool array_of_objects = false;    // ecs: TaskSet is an array of objects as in the first sample
  bool real_booleans = false;       // ecs: SupportCancel is true, not "true"
  Milliseconds end_delay{0};        // an end shows so much later than it happened
  std::int64_t most_in_page = 0;    // not batch: so many tasks a page at most, whatever Limit says; 0: as it says
  Milliseconds stale{0};            // not batch: each answer shows the world as it was up to so long before

  bool operator==(const Quirks&) const = default;
};

/// The quirks' names with which they are switched: as the fields; not_yet by the names of its values, end_delay as
/// end_delay_seconds, stale as stale_seconds. What the JSON object does not name stays; `"reset": true` first puts back
/// what `initial` says. Throws std::invalid_argument for a name or value that is not known.
[[nodiscard]] Quirks switched(Quirks quirks, const Quirks& initial, const std::string& json);

/// All quirks as a JSON object.
[[nodiscard]] std::string quirks_text(const Quirks& quirks);

}  // namespace taskqueue::simulator
