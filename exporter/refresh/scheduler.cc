#include "exporter/refresh/scheduler.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace taskqueue {
namespace {

constexpr auto longest_nap = std::chrono::seconds{5};
// Queues do not all begin at the same moment, nor does the last one wait long for its first data.
constexpr Milliseconds first_spacing{50};

}  // namespace

void Scheduler::file(const Queue& queue) { agenda_.file(queue.number, queue.timetable.due()); }

/// From here on nothing starts.
Scheduler::Queues Scheduler::clear() {
  agenda_.clear();
  numbers_.clear();
  for (const auto& queue : queues_) queue->number = nowhere;
  return std::exchange(queues_, {});
}

void Scheduler::replace(std::vector<QueuePlan> plans) {
  Queues arriving;
  std::vector<std::pair<std::shared_ptr<Queue>, std::shared_ptr<Queue>>> changed;  // new and old
  std::map<QueueLabels, std::shared_ptr<Queue>> leaving;
  std::vector<QueueLabels> labels;
  SteadyTime first = parts_.clock.steady_now();
  {
    const Lock lock(mutex_);
    for (auto& queue : clear()) leaving.emplace(queue->refresher.plan().key.labels, queue);
  }
  const auto all = static_cast<Milliseconds::rep>(plans.size());
  for (QueuePlan& plan : plans) {
    labels.push_back(plan.key.labels);
    const auto kept = leaving.find(plan.key.labels);
    if (kept != leaving.end() && kept->second->refresher.plan().recipe == plan.recipe) {
      arriving.push_back(kept->second);
      leaving.erase(kept);
    } else {
      arriving.push_back(std::make_shared<Queue>(std::move(plan), parts_, first));
      if (kept != leaving.end()) changed.emplace_back(arriving.back(), kept->second);
      const Milliseconds interval = arriving.back()->refresher.plan().recipe.queue.polling.interval;
      first += std::min({SteadyTime::duration{first_spacing}, SteadyTime::duration{interval} / 10,
                         SteadyTime::duration{interval} / all});
    }
  }
  Queues ending;
  for (auto& [name, queue] : leaving) ending.push_back(std::move(queue));
  stop_and_wait(ending);
  for (const auto& [queue, before] : changed) {
    queue->timetable.go_on_from(before->timetable);
    queue->refresher.go_on_from(before->refresher);
  }
  parts_.shelf.arrange(labels);
  for (const auto& queue : arriving) queue->refresher.introduce();
  const Lock lock(mutex_);
  queues_ = std::move(arriving);
  for (std::size_t number = 0; number < queues_.size(); ++number) {
    queues_[number]->number = number;
    numbers_.emplace(labels[number], number);
    file(*queues_[number]);
  }
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
  return std::min<SteadyTime>(now + longest_nap, agenda_.next().value_or(SteadyTime::max()));
}

Scheduler::Due Scheduler::take_due(SteadyTime now) {
  Due taken;
  while (const auto number = agenda_.take_due(now)) {
    const auto& queue = queues_[*number];
    if (queue->timetable.is_running()) {
      queue->timetable.skip(now);
      taken.skipped.push_back(queue);
      file(*queue);
    } else {
      // Without a place in its lane it starts when a refresh ends.
      agenda_.wait(*number, queue->refresher.plan().lane, queue->timetable.due());
    }
  }
  while (const auto number = agenda_.take_place()) {
    const auto& queue = queues_[*number];
    queue->timetable.start(now);
    file(*queue);
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
  const SteadyTime due = queue.timetable.due();
  queue.timetable.end(parts_.clock.steady_now());
  agenda_.leave(queue.refresher.plan().lane);
  const bool is_earlier = queue.number != nowhere && queue.timetable.due() < due;
  if (is_earlier) file(queue);
  ended_.notify_all();
  if (!is_earlier && !agenda_.has_place()) return;
  has_news_ = true;
  changed_.notify_all();
}

void Scheduler::hasten(const LedgerKey& queue) {
  const Lock lock(mutex_);
  const auto found = numbers_.find(queue.labels);
  if (found == numbers_.end()) return;
  Queue& known = *queues_[found->second];
  if (known.refresher.plan().key != queue) return;
  known.timetable.hasten(parts_.clock.steady_now());
  if (!known.timetable.is_running()) file(known);
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
  ended_.wait(lock, [&]() REQUIRES(mutex_) {
    return std::ranges::none_of(queues, [](const auto& queue) { return queue->timetable.is_running(); });
  });
}

void Scheduler::stop() {
  Queues queues;
  {
    const Lock lock(mutex_);
    queues = clear();
  }
  stop_and_wait(queues);
}

Milliseconds Scheduler::since_last_tick() const {
  const SteadyTime last{SteadyTime::duration{last_tick_.load()}};
  return std::chrono::floor<Milliseconds>(parts_.clock.steady_now() - last);
}

}  // namespace taskqueue
