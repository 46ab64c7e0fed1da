// Where a task is in its life, whatever the API calls it.
#pragma once

#include <string_view>

namespace taskqueue {

enum class Phase { queued, held, running, succeeded, failed, cancelled, ended, unknown };

/// The label's value: `queued`, `held`, ...
[[nodiscard]] std::string_view word(Phase phase);

/// succeeded, failed, cancelled and ended: nothing follows.
[[nodiscard]] constexpr bool is_terminal(Phase phase) {
  return phase == Phase::succeeded || phase == Phase::failed || phase == Phase::cancelled || phase == Phase::ended;
}

/// The phase of a state as any of the four APIs spells it; FINISH is `ended`, since it does not tell how. Others:
/// `unknown`.
[[nodiscard]] Phase phase_of(std::string_view status);

}  // namespace taskqueue
