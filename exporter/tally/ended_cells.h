// Ended tasks as counts per minute and kind: what a window of millions comes down to.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "exporter/clock.h"
#include "exporter/shared.h"

namespace taskqueue {

/// A type with a status and phase, as an index into the list of those that were seen.
using CellKind = std::uint16_t;

/// Minutes since 1970.
using Minute = std::int32_t;

/// Of a task without a time: never leaves the window.
inline constexpr Minute no_minute = std::numeric_limits<Minute>::max();

[[nodiscard]] Minute minute_of(const std::optional<WallTime>& time);

class EndedCells {
 public:
  struct Cell {
    std::uint32_t count = 0;
    CellKind kind = 0;
    std::uint8_t minute = 0;  // of its hour

    bool operator==(const Cell&) const = default;
  };
  using Hour = std::vector<Cell>;  // by minute, then kind
  /// By hours since 1970; none is empty. Copies of the cells share the hours that were not changed since.
  using Hours = std::map<std::int32_t, Shared<Hour>>;

  void add(CellKind kind, Minute minute, std::uint32_t count = 1);
  /// Takes so many away, or what there is.
  void take(CellKind kind, Minute minute, std::uint32_t count = 1);
  void drop_before(Minute edge);
  /// Puts what `with` has of the minutes [from, until) in the place of what is here.
  void replace(Minute from, Minute until, const EndedCells& with);

  [[nodiscard]] std::uint32_t count(CellKind kind, Minute minute) const;
  [[nodiscard]] std::int64_t sum(CellKind kind) const;
  /// Over all kinds, the minutes [from, until).
  [[nodiscard]] std::int64_t sum(Minute from, Minute until) const;
  [[nodiscard]] std::int64_t sum() const;

  [[nodiscard]] const Hours& hours() const { return hours_; }

  bool operator==(const EndedCells& other) const { return hours_ == other.hours_; }

 private:
  void drop(Minute from, Minute until);

  Hours hours_;
  std::vector<std::int64_t> sums_;  // by kind
};

}  // namespace taskqueue
