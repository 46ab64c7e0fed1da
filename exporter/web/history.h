// The last two hours, in memory: what the page's charts and its budgets are drawn from.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/call_labels.h"
#include "exporter/refresh/shelf.h"

namespace taskqueue::web {

/// One limiter of API calls as it stands.
struct Budget {
  CallLabels key;
  double allowed = 0;       // requests a second, now
  double ceiling = 0;       // at most
  std::uint64_t taken = 0;  // requests since the start
};

/// A limiter and how much of it is used: requests a second of late, nothing where that cannot be told yet.
struct BudgetUse {
  Budget budget;
  std::optional<double> used;
};

/// One moment of a queue. Unknown is absent, as everywhere.
struct HistoryPoint {
  WallTime when{};
  std::optional<std::int64_t> queued;
  std::optional<std::int64_t> running;
  std::optional<double> ended_per_minute;  // since the point before

  bool operator==(const HistoryPoint&) const = default;
};

/// For the server's thread. Bounded: 24 bytes or so for each queue and each half minute of two hours.
class History {
 public:
  static constexpr Milliseconds step = std::chrono::seconds{30};
  static constexpr std::size_t most_points = 240;

  /// Adds a point for each queue and forgets those that are not shown any more.
  void record(const Shelf::View& view, const std::vector<Budget>& budgets, WallTime now);

  /// Oldest first; empty for a queue that is not known.
  [[nodiscard]] const std::deque<HistoryPoint>& of(const QueueLabels& queue) const;

  /// How many tasks ended in the last minutes, for each minute; nothing if that cannot be told yet.
  [[nodiscard]] std::optional<double> ended_per_minute(const QueueLabels& queue) const;

  /// Requests a second since about a minute ago.
  [[nodiscard]] BudgetUse used(const Budget& budget, WallTime now) const;

 private:
  struct Queue {
    std::deque<HistoryPoint> points;
    std::optional<std::uint64_t> ended;  // so far, at the last point
    WallTime ended_at{};
  };
  struct Reading {
    WallTime when{};
    std::uint64_t taken = 0;
  };

  std::map<QueueLabels, Queue> queues_;
  std::map<CallLabels, std::deque<Reading>> budgets_;
};

/// The tasks in this phase; nothing if that is not known.
[[nodiscard]] std::optional<std::int64_t> tasks_in(const Shown& shown, Phase phase, WallTime now);

}  // namespace taskqueue::web
