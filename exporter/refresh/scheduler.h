// Starts refreshes when they are due, in lanes, and swaps queues on reload.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "exporter/refresh/agenda.h"
#include "exporter/refresh/executor.h"
#include "exporter/refresh/queue_plan.h"
#include "exporter/refresh/refresher.h"
#include "exporter/refresh/timetable.h"

namespace taskqueue {

/// Thread-safe.
class Scheduler {
 public:
  /// Uses, does not own, `executor` and the parts.
  Scheduler(const RefreshParts& parts, Executor& executor)
      : parts_(parts), executor_(executor), last_tick_(parts.clock.steady_now().time_since_epoch().count()) {}

  /// Makes these the queues. One whose recipe is unchanged goes on undisturbed; a refresh in flight of any other is
  /// stopped and discarded before this returns.
  void replace(std::vector<QueuePlan> plans);

  /// Starts what is due and says when to come again; `run` does nothing else.
  SteadyTime tick();

  /// Makes a queue due now, or as soon as its refresh in flight has ended. An unknown one is ignored.
  void hasten(const LedgerKey& queue);

  /// Ticks until told to stop.
  void run(const std::stop_token& stop);

  /// Stops all refreshes in flight and waits for them.
  void stop();

  /// How long ago the last tick was.
  [[nodiscard]] Milliseconds since_last_tick() const;

 private:
  struct Queue {
    Queue(QueuePlan plan, const RefreshParts& parts, SteadyTime first)
        : timetable(plan.recipe.queue.polling.interval, first), refresher(std::move(plan), parts) {}
    Timetable timetable;
    Refresher refresher;
    std::size_t number = nowhere;  // in the order of the configuration and in the agenda
  };
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  using Queues = std::vector<std::shared_ptr<Queue>>;

  struct Due {
    Queues starting;
    Queues skipped;  // still at their last refresh
  };
  Due take_due(SteadyTime now) REQUIRES(mutex_);
  void file(const Queue& queue) REQUIRES(mutex_);
  Queues clear() REQUIRES(mutex_);
  void skip(Queue& queue);
  void launch(const std::shared_ptr<Queue>& queue);
  void measure(Queue& queue);
  void leave_lane(Queue& queue);
  void stop_and_wait(const Queues& queues);

  // Constant after construction.
  const RefreshParts parts_;
  Executor& executor_;

  Mutex mutex_;
  std::condition_variable_any changed_;
  std::condition_variable_any ended_;  // a refresh
  bool has_news_ GUARDED_BY(mutex_) = false;
  Queues queues_ GUARDED_BY(mutex_);                              // by number
  std::map<QueueLabels, std::size_t> numbers_ GUARDED_BY(mutex_);
  Agenda agenda_ GUARDED_BY(mutex_);

  std::atomic<SteadyTime::rep> last_tick_;
};

}  // namespace taskqueue
