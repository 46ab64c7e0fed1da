// What an API lists of a world at one moment: filtered, sorted, in pages that resume without a rescan.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "exporter/simulator/timeline.h"
#include "exporter/simulator/world.h"

namespace taskqueue::simulator {

/// Wall times from `from` up to, not including, `until`.
struct WallRange {
  WallTime from = WallTime::min();
  WallTime until = WallTime::max();
};

struct Filter {
  std::array<bool, 3> stages{true, true, true};    // waiting, processing, ended
  std::array<bool, 3> outcomes{true, true, true};  // of ended ones: succeeded, failed, aborted
  std::optional<std::size_t> type{};               // into WorldPlan::types
  WallRange created{};
  std::optional<WallRange> ended{};  // given: only ended tasks match
};

/// What the provider's documents leave open about the window.
struct Window {
  Milliseconds length{0};
  bool by_end = false;        // an ended task leaves by its end, not by its creation
  Milliseconds end_delay{0};  // an end shows so much later than it happened
};

enum class OrderBy : std::uint8_t { creation, end };

struct Order {
  OrderBy by = OrderBy::creation;
  bool descending = true;
};

/// Where a listing goes on. By creation: the index alone; by end: the end of the last task given as well.
struct Cursor {
  std::uint64_t index = 0;
  std::int64_t key = 0;

  bool operator==(const Cursor&) const = default;
};

struct Page {
  std::vector<Task> tasks{};
  std::optional<Cursor> next{};  // nothing: that was all
};

/// One world at one moment. Uses the world, which outlives it; nothing else is shared.
class Listing {
 public:
  Listing(const World& world, Timeline timeline, WallTime now, Window window);

  [[nodiscard]] Page page(const Filter& filter, Order order, std::size_t limit, std::optional<Cursor> from) const;

  /// The same by creation, but skipping `offset` matches: what is new in between shifts the pages.
  [[nodiscard]] Page page_at(const Filter& filter, bool descending, std::size_t limit, std::uint64_t offset) const;

  /// How many tasks match; by type and outcome.
  [[nodiscard]] Census count(const Filter& filter) const;

  [[nodiscard]] Stage stage(const Task& task) const;
  /// True where the API shows the task at all.
  [[nodiscard]] bool shows(const Task& task) const;
  [[nodiscard]] bool matches(const Task& task, const Filter& filter) const;
  [[nodiscard]] WallTime wall_at(Milliseconds world) const { return timeline_.wall_at(world); }

  /// When the API ceases to show the task, if it stays what it is.
  [[nodiscard]] WallTime leaves_at(const Task& task) const;
  /// True where the end of an ended task could be seen for at least `long_enough`: it had not left the window alive.
  [[nodiscard]] bool end_was_shown(const Task& task, Milliseconds long_enough) const;
  /// False where end_was_shown() is true of every ended task.
  [[nodiscard]] bool may_leave_alive(Milliseconds long_enough) const;
  /// How many tasks leave, or left, within `margin` of now; by type.
  [[nodiscard]] std::vector<std::uint64_t> at_edge(Milliseconds margin) const;

  /// The tasks born so far: [0, born).
  [[nodiscard]] std::uint64_t born() const { return born_by(now_); }
  /// Every task with a smaller index has ended, and it shows.
  [[nodiscard]] std::uint64_t surely_ended() const;

 private:
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  /// The indexes that can match, and those among them of which only the outcome is in question.
  struct Bounds {
    Range possible;
    Range certain;
  };
  [[nodiscard]] Bounds bounds(const Filter& filter) const;
  [[nodiscard]] std::uint64_t born_by(WallTime time) const;
  [[nodiscard]] std::uint64_t born_before(WallTime time) const;
  [[nodiscard]] WallTime edge() const { return now_ - window_.length; }
  [[nodiscard]] std::uint64_t count_one_by_one(const Filter& filter, Range range) const;
  [[nodiscard]] std::uint64_t count_certain(const Filter& filter, Range range) const;
  [[nodiscard]] std::optional<Cursor> cursor_after(const Filter& filter, bool descending, std::uint64_t offset) const;
  [[nodiscard]] std::int64_t sort_key(const Task& task) const;
  [[nodiscard]] Page page_by_end(const Filter& filter, bool descending, std::size_t limit,
                                 std::optional<Cursor> from) const;
  void collect(std::vector<Task>& found, const Filter& filter, std::int64_t from, std::int64_t until) const;

  const World& world_;
  Timeline timeline_;
  WallTime now_;
  Milliseconds world_now_;
  Window window_;
};

}  // namespace taskqueue::simulator
