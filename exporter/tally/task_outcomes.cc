#include "exporter/tally/task_outcomes.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "exporter/tally/task_questions.h"

namespace taskqueue {
namespace {

using std::chrono::seconds;

// So long an outcome may take to be told.
constexpr std::chrono::minutes patience_for_outcomes{10};
// Then no more outcomes are asked for in this refresh.
constexpr int most_failures = 3;
constexpr int most_strangers = 20;
// What waits must be listed again while it does: lateness wanes before it is used.
constexpr std::chrono::minutes listed_for = patience_for_outcomes + std::chrono::minutes{2};

bool concerns_every_question(FailureKind kind) {
  return kind == FailureKind::permission || kind == FailureKind::credentials;
}

std::vector<Task> untold_of(const TaskState& state, const Sighting& sighting) {
  std::vector<Task> untold;
  for (const auto& [id, task] : sighting.tasks()) {
    const auto time = stamp(task);
    const bool is_new = time && *time >= std::max(*state.counting_since, state.forgotten_before);
    if (task.phase == Phase::ended && is_new && !state.ended.contains(id)) untold.push_back(task);
  }
  return untold;
}

}  // namespace

Result<std::optional<Failure>, Failure> tell_outcomes(TaskReader& reader, TaskState& state, Sighting& sighting,
                                                      WallTime as_of) {
  std::optional<Failure> met_by_all;
  if (!reader.abilities().has_outcomes || !state.counting_since) return met_by_all;
  int failures = 0;
  int strangers = 0;  // not found, which says nothing of others
  for (const Task& task : untold_of(state, sighting)) {
    Result<std::optional<Phase>, Failure> told = std::optional<Phase>{};
    const bool may_ask = failures < most_failures && strangers < most_strangers && !met_by_all;
    if (may_ask) told = reader.outcome(task.id);
    if (!told && told.error().kind == FailureKind::stopped) return Unexpected(told.error());
    if (!told && concerns_every_question(told.error().kind)) met_by_all = told.error();
    if (!told) ++(told.error().kind == FailureKind::not_found ? strangers : failures);
    const WallTime ended = *stamp(task);
    if (told && *told) {
      sighting.tell(task.id, **told);
    } else if (ended + patience_for_outcomes > as_of) {
      sighting.leave_out(task.id);
      // The next refresh must list it again.
      const auto late = std::chrono::ceil<seconds>(as_of - ended) + seconds{60};
      state.lateness = std::max(state.lateness, std::min<seconds>(late, listed_for));
    }
  }
  return met_by_all;
}

}  // namespace taskqueue
