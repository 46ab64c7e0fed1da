// Who is to be refreshed next: a calendar, and lanes in which the due ones wait for a place. Every step costs the
// logarithm of the number of queues, so that ten thousand of them are no more work than their refreshes.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "exporter/clock.h"

namespace taskqueue {

/// Items are numbers that the owner gives, ascending in the order in which equals have their turn. For one thread at a
/// time.
class Agenda {
 public:
  using Number = std::size_t;
  static constexpr std::size_t most_in_lane = 4;
  static constexpr std::size_t most_in_flight = 64;

  /// Puts an item into the calendar, wherever it was before.
  void file(Number item, SteadyTime due);
  /// Takes what is due out of the calendar, one at a time: the most overdue first.
  [[nodiscard]] std::optional<Number> take_due(SteadyTime now);
  /// Lets an item that is due wait for a place in its lane.
  void wait(Number item, const std::string& lane, SteadyTime due);
  /// Takes the most overdue item whose lane has a place, which is then taken until leave().
  [[nodiscard]] std::optional<Number> take_place();
  void leave(const std::string& lane);

  /// True if somebody waits who could have a place now.
  [[nodiscard]] bool has_place() const { return in_flight_ < most_in_flight && !ready_.empty(); }
  /// When the calendar's first item is due.
  [[nodiscard]] std::optional<SteadyTime> next() const;

  /// Forgets all items; places that are taken stay so.
  void clear();

 private:
  using Entry = std::pair<SteadyTime, Number>;
  struct Lane {
    std::size_t in_flight = 0;
    std::set<Entry> waiting;
    std::optional<Entry> ready;  // where it stands in ready_
  };
  using Lanes = std::map<std::string, Lane>;

  void withdraw(Number item);
  void settle(Lanes::iterator lane);

  std::set<Entry> calendar_;
  Lanes lanes_;  // those that somebody waits for or is in
  std::map<Entry, Lanes::iterator> ready_;  // of each lane with a place the first who waits
  std::map<Number, std::pair<SteadyTime, std::optional<Lanes::iterator>>> places_;  // where each item stands
  std::size_t in_flight_ = 0;
};

}  // namespace taskqueue
