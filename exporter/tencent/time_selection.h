// Whether an API heeds the times that a list is asked for: it may refuse them, or take them and list everything.
#pragma once

#include "exporter/api/quota.h"
#include "exporter/tally/task_reader.h"

namespace taskqueue {

/// One thread's.
class TimeSelection {
 public:
  /// True if the API is worth asking. After a refusal it is asked again once in a while: the refusal may have been a
  /// fault.
  [[nodiscard]] bool is_worth_asking();
  void refused() { refusals_left_ = asks_between; }

 private:
  static constexpr int asks_between = 50;
  int refusals_left_ = 0;
};

[[nodiscard]] constexpr Urgency urgency_of(Haste haste) { return haste == Haste::now ? Urgency::live : Urgency::sweep; }

/// True of an ended task that no reading of "from `from`, before `until`" could mean: its creation, start and end all
/// lie outside.
[[nodiscard]] bool lies_outside(const Task& task, WallTime from, WallTime until);

}  // namespace taskqueue
