#include "exporter/refresh/once.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <utility>

#include "exporter/locks.h"

namespace taskqueue {
namespace {

bool collect(Refresher& refresher, const Clock& clock, SteadyTime deadline) {
  do {
    refresher.refresh();
    if (!refresher.status().last_refresh_succeeded) break;
  } while (!refresher.is_complete() && clock.steady_now() < deadline);
  refresher.publish();
  return refresher.status().last_refresh_succeeded && refresher.is_complete();
}

/// How many refreshers are still at it.
class Remaining {
 public:
  explicit Remaining(std::size_t count) : count_(count) {}

  void one_less(bool succeeded) {
    const Lock lock(mutex_);
    --count_;
    all_succeeded_ = all_succeeded_ && succeeded;
    changed_.notify_all();
  }
  /// False if the time ran out.
  bool wait_until(SteadyTime deadline) {
    Lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [this]() REQUIRES(mutex_) { return count_ == 0; });
  }
  void wait() {
    Lock lock(mutex_);
    changed_.wait(lock, [this]() REQUIRES(mutex_) { return count_ == 0; });
  }
  [[nodiscard]] bool all_succeeded() {
    const Lock lock(mutex_);
    return all_succeeded_;
  }

 private:
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t count_ GUARDED_BY(mutex_);
  bool all_succeeded_ GUARDED_BY(mutex_) = true;
};

}  // namespace

bool collect_once(std::vector<QueuePlan> plans, const RefreshParts& parts, Executor& executor, Milliseconds timeout) {
  const SteadyTime deadline = parts.clock.steady_now() + timeout;
  std::vector<QueueLabels> labels;
  std::vector<std::unique_ptr<Refresher>> refreshers;
  for (QueuePlan& plan : plans) {
    labels.push_back(plan.key.labels);
    refreshers.push_back(std::make_unique<Refresher>(std::move(plan), parts));
  }
  parts.shelf.arrange(labels);
  Remaining remaining(refreshers.size());
  for (const auto& refresher : refreshers) {
    executor.run([&, queue = refresher.get()] { remaining.one_less(collect(*queue, parts.clock, deadline)); });
  }
  if (!remaining.wait_until(deadline)) {
    for (const auto& refresher : refreshers) refresher->stop();
    remaining.wait();
  }
  return remaining.all_succeeded();
}

}  // namespace taskqueue
