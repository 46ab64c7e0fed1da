// A world of Batch jobs, computed from their numbers: jobs have tasks, which may wait for each other, tasks instances.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exporter/clock.h"
#include "exporter/locks.h"
#include "exporter/simulator/world.h"

namespace taskqueue::simulator {

/// In the order of a life; the last three are ends.
enum class BatchState : std::uint8_t {
  submitted,
  pending,
  runnable,
  starting,
  running,
  succeed,
  failed,
  failed_interrupted
};

/// SUBMITTED, PENDING, ...
[[nodiscard]] std::string_view word(BatchState state);
[[nodiscard]] constexpr bool is_end(BatchState state) { return state >= BatchState::succeed; }

struct BatchWorldPlan {
  Arrivals arrivals{.history_tasks = 20, .history = std::chrono::hours{2}, .per_second = 1.0 / 90};
  std::uint64_t least_tasks = 1;                                // per job: so many
  std::uint64_t most_tasks = 3;                                 // ... to so many
  std::uint64_t most_instances = 12;                            // per task
  Span stay{std::chrono::seconds{1}, std::chrono::seconds{8}};  // in each state before RUNNING
  Span run{std::chrono::seconds{10}, std::chrono::seconds{90}};
  double brief_share = 0;  // of jobs whose instances run for seconds
  Span brief_run{std::chrono::seconds{1}, std::chrono::seconds{10}};
  double abreast_share = 0;                                            // of jobs whose tasks do not wait for others
  double failed_share = 0.04;                                          // of instances
  double interrupted_share = 0.3;                                      // of failing jobs: machines are kept
  Span interrupted{std::chrono::minutes{2}, std::chrono::minutes{6}};  // then they are terminated: FAILED
  double retried_share = 0.3;                                          // of FAILED jobs: opened once more
  Span until_retry{std::chrono::seconds{20}, std::chrono::seconds{60}};
  Span until_deleted{std::chrono::minutes{20}, std::chrono::hours{2}};  // after the last change
};

/// From `at` on, in world time, the instance is in `state`.
struct BatchChange {
  Milliseconds at{0};
  BatchState state = BatchState::submitted;
};

struct BatchInstance {
  std::vector<BatchChange> changes{};  // in order of time

  /// The change that made it what it is at `now`; needs a time after the first.
  [[nodiscard]] const BatchChange& current(Milliseconds now) const;
  /// When it reached `state` for the last time; nothing if it has not, or was opened again since.
  [[nodiscard]] std::optional<Milliseconds> reached(BatchState state, Milliseconds now) const;
  /// When it ended, if it is at an end. The later FAILED of an interrupted one is no new end.
  [[nodiscard]] std::optional<Milliseconds> ended(Milliseconds now) const;
};

/// How many are in each state, by BatchState.
using BatchMetrics = std::array<std::uint64_t, 8>;

struct BatchTask {
  std::string name{};
  std::vector<BatchInstance> instances{};

  [[nodiscard]] BatchMetrics metrics(Milliseconds now) const;
  [[nodiscard]] BatchState state(Milliseconds now) const;
  [[nodiscard]] std::optional<Milliseconds> ended(Milliseconds now) const;
};

struct BatchJob {
  std::uint64_t index = 0;
  std::string id{};
  std::string name{};
  std::int64_t priority = 1;
  Milliseconds birth{0};
  Milliseconds deleted{0};
  bool abreast = false;            // no task waits for another
  std::vector<BatchTask> tasks{};  // else each waits for the one before

  [[nodiscard]] BatchMetrics task_metrics(Milliseconds now) const;
  [[nodiscard]] BatchMetrics instance_metrics(Milliseconds now) const;
  [[nodiscard]] BatchState state(Milliseconds now) const;
  [[nodiscard]] std::optional<Milliseconds> ended(Milliseconds now) const;
};

/// What a job or task as a whole is when its parts are so.
[[nodiscard]] BatchState state_of(const BatchMetrics& parts);

/// Thread-safe.
class BatchWorld {
 public:
  BatchWorld(const BatchWorldPlan& plan, std::uint64_t seed);

  [[nodiscard]] BatchJob job(std::uint64_t index) const;
  /// The job of an identifier, if it was born by `now` and is not deleted; else null.
  [[nodiscard]] std::shared_ptr<const BatchJob> find(std::string_view id, Milliseconds now) const;
  /// All that there are at `now`, newest first.
  [[nodiscard]] std::vector<std::shared_ptr<const BatchJob>> jobs(Milliseconds now) const;
  [[nodiscard]] std::uint64_t born_by(Milliseconds now) const { return births_.born_by(now); }

 private:
  [[nodiscard]] Milliseconds longest_life() const;
  [[nodiscard]] std::shared_ptr<const BatchJob> kept(std::uint64_t index) const;

  const BatchWorldPlan plan_;
  const std::uint64_t seed_;
  const World births_;

  // Jobs by index: a list asks for the same ones again and again. At most twice as many as can be there at a time.
  mutable Mutex mutex_;
  mutable std::unordered_map<std::uint64_t, std::shared_ptr<const BatchJob>> kept_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue::simulator
