#include "exporter/tally/task_cells.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace taskqueue {
namespace {

/// The kind of those of which only the end is known, for a kind of those of which the outcome is; nothing where there
/// is none.
std::optional<CellKind> untold_kind(const std::vector<TypeRow>& kinds, const TypeRow& told) {
  if (told.row.phase == Phase::ended || !is_terminal(told.row.phase)) return std::nullopt;
  const auto untold = std::ranges::find(kinds, TypeRow{told.type, {told.row.status, Phase::ended}});
  if (untold == kinds.end()) return std::nullopt;
  return static_cast<CellKind>(untold - kinds.begin());
}

}  // namespace

EndedCells with_told_outcomes(EndedCells listed, const EndedCells& before, const std::vector<TypeRow>& kinds) {
  for (const auto& [hour, cells] : before.hours()) {
    const auto there = listed.hours().find(hour);
    if (there == listed.hours().end() || there->second.shares_with(cells)) continue;
    for (const EndedCells::Cell& told : *cells) {
      const auto untold = untold_kind(kinds, kinds.at(told.kind));
      if (!untold) continue;
      const Minute minute = hour * 60 + told.minute;
      const std::uint32_t kept = listed.count(told.kind, minute);
      const std::uint32_t back = std::min(told.count - std::min(told.count, kept), listed.count(*untold, minute));
      listed.take(*untold, minute, back);
      listed.add(told.kind, minute, back);
    }
  }
  return listed;
}

CellPlace TaskCells::place(const Task& task, const std::string& type) {
  const auto is_its_kind = [&](const TypeRow& kind) {
    return kind.type == type && kind.row.phase == task.phase && kind.row.status == task.status;
  };
  auto kind = std::ranges::find_if(state_.kinds, is_its_kind);
  if (kind == state_.kinds.end()) kind = state_.kinds.insert(kind, {type, {task.status, task.phase}});
  const auto time = state_.edge == WindowEdge::end ? stamp(task) : task.created;
  return {static_cast<CellKind>(kind - state_.kinds.begin()), minute_of(time)};
}

void TaskCells::add(const CellPlace& place) {
  state_.cells.add(place.kind, place.minute);
  if (state_.sweep) state_.sweep->cells.add(place.kind, place.minute);
}

void TaskCells::take(const CellPlace& place) {
  state_.cells.take(place.kind, place.minute);
  if (state_.sweep) state_.sweep->cells.take(place.kind, place.minute);
}

}  // namespace taskqueue
