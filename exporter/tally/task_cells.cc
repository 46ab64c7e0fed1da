#include "exporter/tally/task_cells.h"

#include <algorithm>
#include <utility>

namespace taskqueue {

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
