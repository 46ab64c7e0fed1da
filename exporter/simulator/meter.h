// Counts the requests that came in, and says when there were too many in a second.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "exporter/clock.h"
#include "exporter/locks.h"

namespace taskqueue::simulator {

/// What a limit counts together. Empty fields where nobody could be made out.
struct MeterKey {
  std::string account;
  std::string service;
  std::string action;
  std::string region;

  auto operator<=>(const MeterKey&) const = default;
};

struct MeterReading {
  std::uint64_t total = 0;
  std::map<std::string, std::uint64_t> by_code;  // OK, or the error's code, or the fault's kind
  std::uint64_t most_in_any_second = 0;          // sliding
};

/// Thread-safe.
class Meter {
 public:
  /// Records an arrival. False where it is beyond `per_second` within this second of the wall clock; a limit below one
  /// lets one pass in 1 / per_second seconds; zero or less: no limit. ECS then refuses everything until the minute
  /// ends.
  [[nodiscard]] bool arrive(const MeterKey& key, double per_second, const Clock& clock);

  /// Records how an arrival was answered.
  void answered(const MeterKey& key, const std::string& code);

  [[nodiscard]] std::map<MeterKey, MeterReading> readings() const;
  void reset();

 private:
  struct State {
    MeterReading reading;
    std::int64_t window = 0;  // the number of the current window of the wall clock
    double passed = 0;        // in it
    std::int64_t refused_minute = -1;
    std::deque<SteadyTime> recent;  // arrivals of the last second
  };

  mutable Mutex mutex_;
  std::map<MeterKey, State> states_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue::simulator
