// Faults that are to happen: which calls they hit, how often, and what they look like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/locks.h"

namespace taskqueue::simulator {

/// What goes wrong. `slow` answers rightly, but late.
enum class FaultKind : std::uint8_t { error, http, hang, close, cut, drip, garbage, html, slow };

struct Fault {
  std::string service;  // empty: any
  std::string action;   // empty: any
  std::string account;  // empty: any
  FaultKind kind = FaultKind::error;
  std::string code = "InternalError";       // of kind error
  std::string message = "made by a fault";  // of kind error
  int status = 0;                           // 0: what fits the kind
  double share = 1;                         // of the calls it could hit
  std::optional<std::uint64_t> times;       // then it is over
  Milliseconds after{1000};                 // slow: how late
  std::optional<Milliseconds> retry_after;  // the header x-acs-retry-after
};

/// The word of a kind: error, http, hang, ...
[[nodiscard]] std::string word(FaultKind kind);

/// Reads a JSON list of objects with the fields above (`after_seconds`, `retry_after_ms`). Throws
/// std::invalid_argument with what is wrong.
[[nodiscard]] std::vector<Fault> read_faults(const std::string& json);

/// Thread-safe.
class Faults {
 public:
  explicit Faults(std::uint64_t seed) : seed_(seed) {}

  void replace(std::vector<Fault> faults);

  struct Call {
    std::string service;
    std::string action;
    std::string account;
  };
  /// The fault that hits this call, the first of the list that does; counts it as used.
  [[nodiscard]] std::optional<Fault> strike(const Call& call);

 private:
  const std::uint64_t seed_;
  Mutex mutex_;
  std::vector<Fault> faults_ GUARDED_BY(mutex_);
  std::uint64_t calls_ GUARDED_BY(mutex_) = 0;
};

}  // namespace taskqueue::simulator
