#include "exporter/tally/ended_cells.h"

#include <algorithm>

namespace taskqueue {

Minute minute_of(const std::optional<WallTime>& time) {
  if (!time) return no_minute;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(*time).time_since_epoch().count();
  return static_cast<Minute>(std::clamp<std::int64_t>(minutes, 0, no_minute - 1));
}

EndedCells::Column::iterator EndedCells::place(Column& column, Minute minute) {
  return std::ranges::lower_bound(column, minute, {}, &Cell::minute);
}

void EndedCells::add(CellKind kind, Minute minute, std::uint32_t count) {
  if (kind >= columns_.size()) columns_.resize(kind + std::size_t{1});
  Column& column = columns_[kind];
  const auto here = place(column, minute);
  if (here != column.end() && here->minute == minute) {
    here->count += count;
  } else {
    column.insert(here, {minute, count});
  }
}

void EndedCells::take(CellKind kind, Minute minute) {
  if (kind >= columns_.size()) return;
  Column& column = columns_[kind];
  const auto here = place(column, minute);
  if (here == column.end() || here->minute != minute) return;
  if (--here->count == 0) column.erase(here);
}

void EndedCells::drop_before(Minute edge) {
  for (Column& column : columns_) column.erase(column.begin(), place(column, edge));
}

void EndedCells::replace(Minute from, Minute until, const EndedCells& with) {
  for (Column& column : columns_) column.erase(place(column, from), place(column, until));
  for (std::size_t kind = 0; kind < with.columns_.size(); ++kind) {
    for (const Cell& cell : with.columns_[kind]) {
      if (cell.minute >= from && cell.minute < until) add(static_cast<CellKind>(kind), cell.minute, cell.count);
    }
  }
}

std::int64_t EndedCells::sum(CellKind kind) const {
  std::int64_t sum = 0;
  if (kind >= columns_.size()) return sum;
  for (const Cell& cell : columns_[kind]) sum += cell.count;
  return sum;
}

std::int64_t EndedCells::sum(Minute from, Minute until) const {
  std::int64_t sum = 0;
  for (const Column& column : columns_) {
    auto cell = std::ranges::lower_bound(column, from, {}, &Cell::minute);
    for (; cell != column.end() && cell->minute < until; ++cell) sum += cell->count;
  }
  return sum;
}

std::int64_t EndedCells::sum() const {
  std::int64_t all = 0;
  for (std::size_t kind = 0; kind < columns_.size(); ++kind) all += sum(static_cast<CellKind>(kind));
  return all;
}

}  // namespace taskqueue
