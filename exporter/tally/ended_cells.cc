#include "exporter/tally/ended_cells.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace taskqueue {
namespace {

using Cell = EndedCells::Cell;
using Hour = EndedCells::Hour;

constexpr Minute minutes_of_an_hour = 60;

struct Place {
  std::int32_t hour = 0;
  std::uint8_t minute = 0;
};

Place place_of(Minute minute) {
  return {.hour = minute / minutes_of_an_hour, .minute = static_cast<std::uint8_t>(minute % minutes_of_an_hour)};
}

std::pair<std::uint8_t, CellKind> order(const Cell& cell) { return {cell.minute, cell.kind}; }

/// The cells of [from, until), in minutes since 1970.
template <class Cells>
auto range(Cells& cells, std::int32_t hour, Minute from, Minute until) {
  const auto first = static_cast<std::int64_t>(hour) * minutes_of_an_hour;
  const auto find = [&](Minute minute) {
    return std::ranges::lower_bound(cells, minute - first, {}, [](const Cell& cell) { return cell.minute; });
  };
  return std::pair(find(from), find(until));
}

}  // namespace

Minute minute_of(const std::optional<WallTime>& time) {
  if (!time) return no_minute;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(*time).time_since_epoch().count();
  return static_cast<Minute>(std::clamp<std::int64_t>(minutes, 0, no_minute - 1));
}

void EndedCells::add(CellKind kind, Minute minute, std::uint32_t count) {
  if (count == 0) return;
  if (kind >= sums_.size()) sums_.resize(kind + std::size_t{1});
  sums_[kind] += count;
  const Place at = place_of(minute);
  Hour& cells = hours_[at.hour].own();
  const auto here = std::ranges::lower_bound(cells, std::pair(at.minute, kind), {}, order);
  if (here != cells.end() && here->minute == at.minute && here->kind == kind) {
    here->count += count;
  } else {
    cells.insert(here, {.count = count, .kind = kind, .minute = at.minute});
  }
}

void EndedCells::take(CellKind kind, Minute minute, std::uint32_t count) {
  const Place at = place_of(minute);
  const auto hour = hours_.find(at.hour);
  if (hour == hours_.end()) return;
  const auto is_it = [&](const Cell& cell) { return cell.minute == at.minute && cell.kind == kind; };
  if (count == 0 || std::ranges::none_of(*hour->second, is_it)) return;
  Hour& cells = hour->second.own();
  const auto here = std::ranges::find_if(cells, is_it);
  count = std::min(count, here->count);
  sums_[kind] -= count;
  here->count -= count;
  if (here->count == 0) cells.erase(here);
  if (cells.empty()) hours_.erase(hour);
}

void EndedCells::drop_before(Minute edge) { drop(std::numeric_limits<Minute>::min(), edge); }

void EndedCells::drop(Minute from, Minute until) {
  if (from >= until) return;
  auto hour = hours_.lower_bound(from / minutes_of_an_hour);
  while (hour != hours_.end() && hour->first <= until / minutes_of_an_hour) {
    const auto [begin, end] = range(*hour->second, hour->first, from, until);
    for (auto cell = begin; cell != end; ++cell) sums_[cell->kind] -= cell->count;
    if (begin == hour->second->begin() && end == hour->second->end()) {
      hour = hours_.erase(hour);
      continue;
    }
    if (begin != end) {
      Hour& cells = hour->second.own();
      const auto [first, last] = range(cells, hour->first, from, until);
      cells.erase(first, last);
    }
    ++hour;
  }
}

void EndedCells::replace(Minute from, Minute until, const EndedCells& with) {
  if (from >= until) return;
  drop(from, until);
  for (const auto& [hour, cells] : with.hours_) {
    const auto [begin, end] = range(*cells, hour, from, until);
    for (auto cell = begin; cell != end; ++cell) {
      add(cell->kind, hour * minutes_of_an_hour + cell->minute, cell->count);
    }
  }
}

std::uint32_t EndedCells::count(CellKind kind, Minute minute) const {
  const Place at = place_of(minute);
  const auto hour = hours_.find(at.hour);
  if (hour == hours_.end()) return 0;
  const auto here = std::ranges::lower_bound(*hour->second, std::pair(at.minute, kind), {}, order);
  return here != hour->second->end() && here->minute == at.minute && here->kind == kind ? here->count : 0;
}

std::int64_t EndedCells::sum(CellKind kind) const { return kind < sums_.size() ? sums_[kind] : 0; }

std::int64_t EndedCells::sum(Minute from, Minute until) const {
  std::int64_t sum = 0;
  auto hour = hours_.lower_bound(from / minutes_of_an_hour);
  for (; hour != hours_.end() && hour->first <= until / minutes_of_an_hour; ++hour) {
    const auto [begin, end] = range(*hour->second, hour->first, from, until);
    for (auto cell = begin; cell != end; ++cell) sum += cell->count;
  }
  return sum;
}

std::int64_t EndedCells::sum() const { return std::accumulate(sums_.begin(), sums_.end(), std::int64_t{0}); }

}  // namespace taskqueue
