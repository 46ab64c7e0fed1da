#include "exporter/tally/sighting.h"

#include <utility>

namespace taskqueue {
namespace {

/// How far along a life a phase is.
int progress(Phase phase) {
  switch (phase) {
    case Phase::unknown: return 0;
    case Phase::queued: return 1;
    case Phase::held: return 2;
    case Phase::running: return 3;
    case Phase::ended: return 4;
    case Phase::succeeded:
    case Phase::failed:
    case Phase::cancelled: return 5;
  }
  return 0;
}

}  // namespace

void Sighting::add(Task task) {
  const auto [place, is_new] = tasks_.try_emplace(task.id);
  Task& known = place->second;
  if (is_new) {
    known = std::move(task);
    return;
  }
  const int before = progress(known.phase);
  const int now = progress(task.phase);
  if (now > before) {
    known = std::move(task);
  } else if (now == before && now == 5 && task.phase != known.phase) {
    known.phase = Phase::ended;
  }
}

}  // namespace taskqueue
