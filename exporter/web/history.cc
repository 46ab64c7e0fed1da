#include "exporter/web/history.h"

#include <chrono>
#include <utility>

namespace taskqueue::web {
namespace {

// Budgets are looked at over about a minute.
constexpr std::size_t most_readings = 3;
constexpr std::size_t points_of_a_rate = 4;

double minutes_between(WallTime from, WallTime to) {
  return std::chrono::duration<double, std::ratio<60>>(to - from).count();
}

/// Tasks that ended since counting began; nothing before the first data.
std::optional<std::uint64_t> ended_so_far(const Shown& shown) {
  if (!shown.snapshot) return std::nullopt;
  std::uint64_t sum = 0;
  for (const auto& [type, counters] : shown.snapshot->counters) {
    for (const auto& [outcome, count] : counters.finished) sum += count;
  }
  return sum;
}

}  // namespace

std::optional<std::int64_t> tasks_in(const Shown& shown, Phase phase, WallTime now) {
  if (!shown.snapshot || (shown.status.drops_stale && is_stale(shown.status, now))) return std::nullopt;
  std::int64_t sum = 0;
  for (const TaskCount& row : shown.snapshot->tasks) sum += row.phase == phase ? row.count : 0;
  return sum;
}

void History::record(const Shelf::View& view, const std::vector<Budget>& budgets, WallTime now) {
  std::map<QueueLabels, Queue> still;
  for (const auto& shown : view) {
    Queue queue = std::move(queues_[shown->labels]);
    HistoryPoint point{.when = now,
                       .queued = tasks_in(*shown, Phase::queued, now),
                       .running = tasks_in(*shown, Phase::running, now),
                       .ended_per_minute = std::nullopt};
    const auto ended = ended_so_far(*shown);
    // Fewer than before: counting has begun anew.
    if (ended && queue.ended && *ended >= *queue.ended && now > queue.ended_at) {
      point.ended_per_minute = static_cast<double>(*ended - *queue.ended) / minutes_between(queue.ended_at, now);
    }
    queue.ended = ended;
    queue.ended_at = now;
    queue.points.push_back(point);
    if (queue.points.size() > most_points) queue.points.pop_front();
    still.emplace(shown->labels, std::move(queue));
  }
  queues_ = std::move(still);

  std::map<CallLabels, std::deque<Reading>> readings;
  for (const Budget& budget : budgets) {
    auto& own = readings[budget.key] = std::move(budgets_[budget.key]);
    own.push_back({now, budget.taken});
    if (own.size() > most_readings) own.pop_front();
  }
  budgets_ = std::move(readings);
}

const std::deque<HistoryPoint>& History::of(const QueueLabels& queue) const {
  static const std::deque<HistoryPoint> none;
  const auto found = queues_.find(queue);
  return found == queues_.end() ? none : found->second.points;
}

std::optional<double> History::ended_per_minute(const QueueLabels& queue) const {
  const auto& points = of(queue);
  double sum = 0;
  std::size_t count = 0;
  for (auto point = points.rbegin(); point != points.rend() && count < points_of_a_rate; ++point) {
    if (!point->ended_per_minute) break;
    sum += *point->ended_per_minute;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

BudgetUse History::used(const Budget& budget, WallTime now) const {
  const auto found = budgets_.find(budget.key);
  if (found == budgets_.end() || found->second.empty()) return {budget, std::nullopt};
  const Reading& oldest = found->second.front();
  if (now <= oldest.when || budget.taken < oldest.taken) return {budget, std::nullopt};
  return {budget, static_cast<double>(budget.taken - oldest.taken) / (minutes_between(oldest.when, now) * 60)};
}

}  // namespace taskqueue::web
