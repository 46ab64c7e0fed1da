#include "exporter/refresh/scheduler.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taskqueue {
namespace {

constexpr std::size_t most_in_lane = 4;
constexpr std::size_t most_in_flight = 64;
constexpr auto longest_nap = std::chrono::seconds{5};
// Queues do not all begin at the same moment, nor does the last one wait long for its first data.
constexpr Milliseconds first_spacing{50};

}  // namespace

void Scheduler::replace(std::vector<QueuePlan> plans) {
  Queues arriving;
  Queues leaving;
  std::vector<QueueLabels> labels;
  SteadyTime first = parts_.clock.steady_now();
  {
    const Lock lock(mutex_);
    leaving = queues_;
    for (QueuePlan& plan : plans) {
      labels.push_back(plan.key.labels);
      const auto kept = std::ranges::find_if(
          leaving, [&](const auto& queue) { return queue->refresher.plan().recipe == plan.recipe; });
      if (kept != leaving.end()) {
        arriving.push_back(*kept);
        leaving.erase(kept);
      } else {
        arriving.push_back(std::make_shared<Queue>(std::move(plan), parts_, first));
        first += std::min(first_spacing, arriving.back()->refresher.plan().recipe.queue.polling.interval / 10);
      }
    }
    queues_.clear();  // nothing starts while the leaving ones end
  }
  stop_and_wait(leaving);
  parts_.shelf.arrange(labels);
  for (const auto& queue : arriving) queue->refresher.introduce();
  const Lock lock(mutex_);
  queues_ = std::move(arriving);
  has_news_ = true;
  changed_.notify_all();
}

SteadyTime Scheduler::tick() {
  const SteadyTime now = parts_.clock.steady_now();
  last_tick_ = now.time_since_epoch().count();
  Due due;
  {
    const Lock lock(mutex_);
    due = take_due(now);
  }
  for (const auto& queue : due.starting) launch(queue);
  for (const auto& queue : due.skipped) skip(*queue);

  const Lock lock(mutex_);
  SteadyTime next = now + longest_nap;
  for (const auto& queue : queues_) {
    // One that is due but found no place in its lane starts when a refresh ends.
    if (queue->timetable.due() > now) next = std::min(next, queue->timetable.due());
  }
  return next;
}

Scheduler::Due Scheduler::take_due(SteadyTime now) {
  Due taken;
  Queues due;
  std::ranges::copy_if(queues_, std::back_inserter(due),
                       [&](const auto& queue) { return queue->timetable.is_due(now); });
  std::ranges::stable_sort(due, {}, [](const auto& queue) { return queue->timetable.due(); });  // most overdue first
  for (const auto& queue : due) {
    if (queue->timetable.is_running()) {
      queue->timetable.skip(now);
      taken.skipped.push_back(queue);
      continue;
    }
    std::size_t& in_lane = in_lane_[queue->refresher.plan().lane];
    if (in_lane >= most_in_lane || in_flight_ >= most_in_flight) continue;
    ++in_lane;
    ++in_flight_;
    queue->timetable.start(now);
    taken.starting.push_back(queue);
  }
  return taken;
}

void Scheduler::skip(Queue& queue) {
  Milliseconds in_force{0};
  {
    const Lock lock(mutex_);
    in_force = queue.timetable.in_force();
  }
  queue.refresher.count_skip(in_force);
}

void Scheduler::launch(const std::shared_ptr<Queue>& queue) {
  executor_.run([this, queue] {
    queue->refresher.refresh();
    measure(*queue);
    queue->refresher.publish();
    leave_lane(*queue);
  });
}

void Scheduler::measure(Queue& queue) {
  const Lock lock(mutex_);
  queue.timetable.measure(parts_.clock.steady_now());
  queue.refresher.set_interval(queue.timetable.in_force());
}

void Scheduler::leave_lane(Queue& queue) {
  const Lock lock(mutex_);
  queue.timetable.end(parts_.clock.steady_now());
  --in_lane_[queue.refresher.plan().lane];
  --in_flight_;
  has_news_ = true;
  changed_.notify_all();
}

void Scheduler::hasten(const LedgerKey& queue) {
  const Lock lock(mutex_);
  const auto found =
      std::ranges::find_if(queues_, [&](const auto& each) { return each->refresher.plan().key == queue; });
  if (found == queues_.end()) return;
  (*found)->timetable.hasten(parts_.clock.steady_now());
  has_news_ = true;
  changed_.notify_all();
}

void Scheduler::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const SteadyTime next = tick();
    Lock lock(mutex_);
    changed_.wait_until(lock, stop, next, [this]() REQUIRES(mutex_) { return std::exchange(has_news_, false); });
  }
}

void Scheduler::stop_and_wait(const Queues& queues) {
  for (const auto& queue : queues) queue->refresher.stop();
  Lock lock(mutex_);
  changed_.wait(lock, [&]() REQUIRES(mutex_) {
    return std::ranges::none_of(queues, [](const auto& queue) { return queue->timetable.is_running(); });
  });
}

void Scheduler::stop() {
  Queues queues;
  {
    const Lock lock(mutex_);
    queues.swap(queues_);
  }
  stop_and_wait(queues);
}

Milliseconds Scheduler::since_last_tick() const {
  const SteadyTime last{SteadyTime::duration{last_tick_.load()}};
  return std::chrono::floor<Milliseconds>(parts_.clock.steady_now() - last);
}

}  // namespace taskqueue
