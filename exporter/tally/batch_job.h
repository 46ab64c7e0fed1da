// Jobs and tasks of Batch as its API shows them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/phase.h"

namespace taskqueue {

/// The states that jobs, tasks and task instances share, in the order of a life.
inline constexpr std::array<std::string_view, 8> batch_states{
    "SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "FAILED_INTERRUPTED", "SUCCEED", "FAILED"};

/// Where states that counting tells apart stand in batch_states.
namespace batch_state {
inline constexpr std::size_t runnable = 2;
inline constexpr std::size_t interrupted = 5;
inline constexpr std::size_t succeed = 6;
inline constexpr std::size_t failed = 7;
static_assert(batch_states[runnable] == "RUNNABLE" && batch_states[interrupted] == "FAILED_INTERRUPTED" &&
              batch_states[succeed] == "SUCCEED" && batch_states[failed] == "FAILED");
}  // namespace batch_state

/// How many are in each state, in the order of batch_states.
using StateCounts = std::array<std::int64_t, batch_states.size()>;

/// Failed, its machine kept for a look at it, and still billed: it rests, but may yet become FAILED.
[[nodiscard]] inline bool is_interrupted(std::string_view state) { return state == "FAILED_INTERRUPTED"; }

/// SUCCEED and FAILED: nothing moves any more unless the job is retried.
[[nodiscard]] inline bool is_over(std::string_view state) {
  return is_terminal(phase_of(state)) && !is_interrupted(state);
}

struct BatchJob {
  std::string id;
  std::string name;
  std::string state;
  std::optional<WallTime> created;
  std::optional<WallTime> ended;
  std::optional<StateCounts> tasks;  // by their states; nothing where the API left it out

  bool operator==(const BatchJob&) const = default;
};

struct BatchTask {
  std::string name;
  std::string state;
  std::optional<WallTime> created;
  std::optional<WallTime> ended;

  bool operator==(const BatchTask&) const = default;
};

/// All that DescribeJob tells.
struct JobDetail {
  WallTime as_of{};  // cloud time of the answer
  BatchJob job;
  std::vector<BatchTask> tasks;
  std::optional<StateCounts> instances;  // of all its tasks together
};

/// All that DescribeTask tells.
struct TaskDetail {
  WallTime as_of{};
  BatchTask task;
  StateCounts instances{};
};

}  // namespace taskqueue
