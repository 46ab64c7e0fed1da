#include "exporter/simulator/listing.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace taskqueue::simulator {
namespace {

constexpr std::size_t ended = static_cast<std::size_t>(Stage::ended);
/// Sorts before every end: tasks that have none yet.
constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::min();

bool wants_type(const Filter& filter, Nature nature) { return !filter.type || *filter.type == nature.type; }

bool wants(const Filter& filter, Nature nature) {
  return filter.outcomes[static_cast<std::size_t>(nature.outcome)] && wants_type(filter, nature);
}

/// The part of a census that the filter wants, tasks having ended.
Census wanted(const Filter& filter, Census census) {
  for (std::size_t type = 0; type < census.size(); ++type) {
    for (std::size_t outcome = 0; outcome < 3; ++outcome) {
      if (!wants(filter, {type, static_cast<Outcome>(outcome)})) census[type][outcome] = 0;
    }
  }
  return census;
}

bool within(const WallRange& range, WallTime time) { return time >= range.from && time < range.until; }

}  // namespace

Listing::Listing(const World& world, Timeline timeline, WallTime now, Window window)
    : world_(world), timeline_(std::move(timeline)), now_(now), world_now_(timeline_.world_at(now)), window_(window) {}

Stage Listing::stage(const Task& task) const {
  if (world_now_ >= task.end + window_.end_delay) return Stage::ended;
  return task.begins && world_now_ >= task.begin ? Stage::processing : Stage::waiting;
}

bool Listing::shows(const Task& task) const {
  if (task.birth > world_now_) return false;
  const bool by_end = window_.by_end && stage(task) == Stage::ended;
  return wall_at(by_end ? task.end : task.birth) >= edge();
}

WallTime Listing::leaves_at(const Task& task) const {
  const bool by_end = window_.by_end && stage(task) == Stage::ended;
  return wall_at(by_end ? task.end : task.birth) + window_.length;
}

bool Listing::end_was_shown(const Task& task, Milliseconds long_enough) const {
  return wall_at(task.end + window_.end_delay) + long_enough <= leaves_at(task);
}

bool Listing::may_leave_alive(Milliseconds long_enough) const {
  return world_.longest_life() + window_.end_delay + timeline_.paused_by(now_) + long_enough > window_.length;
}

std::vector<std::uint64_t> Listing::at_edge(Milliseconds margin) const {
  std::vector<std::uint64_t> tasks(world_.plan().types.size());
  const Milliseconds before = window_.by_end ? world_.longest_life() + window_.end_delay : Milliseconds{0};
  const std::uint64_t first = world_.born_by(timeline_.world_at(edge() - margin) - before - Milliseconds{1});
  const std::uint64_t last = born_by(edge() + margin);
  for (std::uint64_t index = first; index < last; ++index) {
    const Task task = world_.task(index);
    tasks[task.nature.type] += std::chrono::abs(leaves_at(task) - now_) <= margin;
  }
  return tasks;
}

bool Listing::matches(const Task& task, const Filter& filter) const {
  const Stage now = stage(task);
  if (!filter.stages[static_cast<std::size_t>(now)] || !shows(task)) return false;
  if (!within(filter.created, wall_at(task.birth))) return false;
  if (now != Stage::ended) return !filter.ended && wants_type(filter, task.nature);
  return wants(filter, task.nature) && (!filter.ended || within(*filter.ended, wall_at(task.end)));
}

std::uint64_t Listing::born_by(WallTime time) const { return world_.born_by(timeline_.world_at(std::min(time, now_))); }

std::uint64_t Listing::born_before(WallTime time) const {
  return time == WallTime::min() ? 0 : born_by(time - Milliseconds{1});
}

std::uint64_t Listing::surely_ended() const {
  return world_.born_by(world_now_ - world_.longest_life() - window_.end_delay);
}

Listing::Bounds Listing::bounds(const Filter& filter) const {
  const Milliseconds life = world_.longest_life();
  const WallRange ends = filter.ended.value_or(WallRange{});
  const WallTime shown_from = window_.by_end ? std::max(edge(), ends.from) : ends.from;

  Bounds bounds;
  Range& possible = bounds.possible;
  possible.first = born_before(filter.created.from);
  if (!window_.by_end) possible.first = std::max(possible.first, born_before(edge()));
  if (shown_from != WallTime::min()) {
    // A task that ended after this, or has not ended, was born less than one life before.
    const std::uint64_t alive =
        world_.born_by(timeline_.world_at(std::min(shown_from, now_)) - life - Milliseconds{1} - window_.end_delay);
    possible.first = std::max(possible.first, alive);
  }
  possible.last = std::min(born(), born_before(filter.created.until));
  if (filter.ended) possible.last = std::min(possible.last, born_before(ends.until));
  possible.last = std::max(possible.first, possible.last);

  const auto inside = [&](std::uint64_t index) { return std::clamp(index, possible.first, possible.last); };
  bounds.certain.first = inside(born_before(shown_from));
  bounds.certain.last = inside(surely_ended());
  if (ends.until < now_) {
    const auto surely_before = world_.born_by(timeline_.world_at(ends.until - Milliseconds{1}) - life);
    bounds.certain.last = std::min(bounds.certain.last, inside(surely_before));
  }
  bounds.certain.last = std::max(bounds.certain.first, bounds.certain.last);
  return bounds;
}

Census Listing::count(const Filter& filter) const {
  const auto [possible, certain] = bounds(filter);
  Census sum(world_.plan().types.size());
  if (filter.stages[ended]) sum = wanted(filter, world_.census(certain.first, certain.last));
  const auto look = [&](std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t index = first; index < last; ++index) {
      const Task task = world_.task(index);
      if (matches(task, filter)) ++sum[task.nature.type][static_cast<std::size_t>(task.nature.outcome)];
    }
  };
  look(possible.first, certain.first);
  look(certain.last, possible.last);
  return sum;
}

Page Listing::page(const Filter& filter, Order order, std::size_t limit, std::optional<Cursor> from) const {
  if (order.by == OrderBy::end) return page_by_end(filter, order.descending, limit, from);
  const Bounds all = bounds(filter);
  const Range& possible = all.possible;
  const Range& certain = all.certain;
  Page page;
  const auto take = [&](std::uint64_t index) {  // false: the page is full, and this one is for the next
    const bool sure = index >= certain.first && index < certain.last;
    if (sure && !wants(filter, world_.nature(index))) return true;
    const Task task = world_.task(index);
    if (!sure && !matches(task, filter)) return true;
    if (page.tasks.size() == limit) {
      page.next = Cursor{.index = order.descending ? index + 1 : index};
      return false;
    }
    page.tasks.push_back(task);
    return true;
  };
  const bool skip = !filter.stages[ended] && certain.first < certain.last;
  if (order.descending) {
    std::uint64_t index = std::min(from ? from->index : possible.last, possible.last);
    while (index > possible.first) {
      if (skip && index > certain.first && index <= certain.last) {
        index = certain.first;
        continue;
      }
      if (!take(--index)) break;
    }
  } else {
    for (std::uint64_t index = std::max(from ? from->index : 0, possible.first); index < possible.last; ++index) {
      if (skip && index >= certain.first && index < certain.last) index = certain.last;
      if (index >= possible.last || !take(index)) break;
    }
  }
  return page;
}

Page Listing::page_at(const Filter& filter, bool descending, std::size_t limit, std::uint64_t offset) const {
  if (offset == 0) return page(filter, {.descending = descending}, limit, std::nullopt);
  const auto from = cursor_after(filter, descending, offset);
  return from ? page(filter, {.descending = descending}, limit, from) : Page{};
}

std::uint64_t Listing::count_one_by_one(const Filter& filter, Range range) const {
  std::uint64_t sum = 0;
  for (std::uint64_t index = range.first; index < range.last; ++index) sum += matches(world_.task(index), filter);
  return sum;
}

std::uint64_t Listing::count_certain(const Filter& filter, Range range) const {
  if (!filter.stages[ended]) return 0;
  std::uint64_t sum = 0;
  for (const auto& row : wanted(filter, world_.census(range.first, range.last))) sum += row[0] + row[1] + row[2];
  return sum;
}

/// Where a listing by creation goes on after `offset` matches: halves what is left, at the borders of blocks while it
/// is long. Nothing where there are no more.
std::optional<Cursor> Listing::cursor_after(const Filter& filter, bool descending, std::uint64_t offset) const {
  const auto [possible, certain] = bounds(filter);
  const auto matches_in = [&, certain = certain](Range range) {
    const Range sure{std::clamp(certain.first, range.first, range.last),
                     std::clamp(certain.last, range.first, range.last)};
    return count_one_by_one(filter, {range.first, sure.first}) + count_certain(filter, sure) +
           count_one_by_one(filter, {sure.last, range.last});
  };
  Range rest = possible;
  while (rest.last - rest.first > 1) {
    const std::uint64_t length = rest.last - rest.first;
    std::uint64_t middle = rest.first + length / 2;
    if (length > 2 * World::block_size) middle -= middle % World::block_size;
    const Range near = descending ? Range{middle, rest.last} : Range{rest.first, middle};
    const std::uint64_t found = matches_in(near);
    if (found > offset) {
      rest = near;
    } else {
      offset -= found;
      (descending ? rest.last : rest.first) = middle;
    }
  }
  if (offset > 0 || rest.first == rest.last) return std::nullopt;
  return Cursor{.index = descending ? rest.last : rest.first};
}

std::int64_t Listing::sort_key(const Task& task) const {
  return stage(task) == Stage::ended ? task.end.count() : no_end;
}

/// All matches whose sort key lies in [from, until).
void Listing::collect(std::vector<Task>& found, const Filter& filter, std::int64_t from, std::int64_t until) const {
  const Range possible = bounds(filter).possible;
  std::uint64_t first = possible.first;
  std::uint64_t last = possible.last;
  if (from == no_end) {
    first = std::max(first, surely_ended());
  } else {
    first = std::max(first, world_.born_by(Milliseconds{from - 1} - world_.longest_life()));
    last = std::min(last, world_.born_by(Milliseconds{until}));
  }
  for (std::uint64_t index = first; index < last; ++index) {
    const Task task = world_.task(index);
    const std::int64_t key = sort_key(task);
    if (key >= from && key < until && matches(task, filter)) found.push_back(task);
  }
}

/// Ends are not in the order of indexes, but never far from it: looks at stretches of time that double until the page
/// is full. Tasks without an end come first when ascending and last when descending.
Page Listing::page_by_end(const Filter& filter, bool descending, std::size_t limit, std::optional<Cursor> from) const {
  const auto place = [&](const Task& task) { return std::pair{sort_key(task), task.index}; };
  const auto after_cursor = [&](const Task& task) {
    if (!from) return true;
    const std::pair here{from->key, from->index};
    return descending ? place(task) < here : place(task) > here;
  };
  // Every end that can match lies in [lowest, highest).
  const WallRange ends = filter.ended.value_or(WallRange{});
  const WallTime begin = std::max({ends.from, filter.created.from, edge()});
  const std::int64_t lowest = timeline_.world_at(std::min(begin, now_)).count() - 1;
  const Milliseconds last_birth = timeline_.world_at(std::min(filter.created.until, now_));
  const std::int64_t highest =
      std::min({world_now_, timeline_.world_at(std::min(ends.until, now_)), last_birth + world_.longest_life()})
          .count() +
      1;

  std::vector<Task> found;
  const auto gather = [&](std::int64_t low, std::int64_t high) {
    std::vector<Task> more;
    collect(more, filter, low, high);
    std::erase_if(more, [&](const Task& task) { return !after_cursor(task); });
    std::ranges::sort(
        more, [&](const Task& a, const Task& b) { return descending ? place(a) > place(b) : place(a) < place(b); });
    found.insert(found.end(), more.begin(), more.end());
  };
  std::int64_t step = 60'000;
  if (!descending) {
    if (!from || from->key == no_end) gather(no_end, no_end + 1);
    std::int64_t low = from && from->key != no_end ? std::max(lowest, from->key) : lowest;
    for (; low < highest && found.size() <= limit; low += step, step *= 2) gather(low, std::min(highest, low + step));
  } else {
    std::int64_t high = from ? std::min(highest, from->key == no_end ? lowest : from->key + 1) : highest;
    for (; high > lowest && found.size() <= limit; high -= step, step *= 2) gather(std::max(lowest, high - step), high);
    if (found.size() <= limit) gather(no_end, no_end + 1);
  }
  Page page;
  const bool more = found.size() > limit;
  if (more) found.resize(limit);
  page.tasks = std::move(found);
  if (more) page.next = Cursor{.index = page.tasks.back().index, .key = sort_key(page.tasks.back())};
  return page;
}

}  // namespace taskqueue::simulator
