// How reading a queue is going, apart from the data that were read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "exporter/clock.h"
#include "exporter/failure.h"

namespace taskqueue {

struct QueueStatus {
  bool tried = false;  // at least one refresh has ended, or a replica waits on standby
  bool last_refresh_succeeded = false;
  std::optional<WallTime> last_success;  // when the last successful refresh began, our clock
  std::optional<Milliseconds> last_duration;
  Milliseconds interval{0};                        // in force now
  Milliseconds stale_after{0};                     // in force now
  bool drops_stale = true;                         // on_stale = "drop": stale gauges end
  std::map<std::string, std::uint64_t> refreshes;  // by result: success, partial, throttled, ...
  std::map<std::string, std::uint64_t> skipped;    // by reason
  bool leader = true;
  std::optional<Failure> last_failure;  // of the newest refresh that was not a success
  std::optional<WallTime> last_failure_at;

  bool operator==(const QueueStatus&) const = default;
};

/// True when the data are older than they may be shown as true.
[[nodiscard]] bool is_stale(const QueueStatus& status, WallTime now);

/// taskqueue_up: the last refresh succeeded and the data are young enough.
[[nodiscard]] bool is_up(const QueueStatus& status, WallTime now);

}  // namespace taskqueue
