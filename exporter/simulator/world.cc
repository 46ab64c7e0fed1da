#include "exporter/simulator/world.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "exporter/simulator/chance.h"

namespace taskqueue::simulator {
namespace {

// Tasks computed last that are remembered.
constexpr std::size_t least_recent = 64;
constexpr std::size_t most_recent = 16384;
constexpr std::uint64_t no_index = std::numeric_limits<std::uint64_t>::max();
constexpr Milliseconds never = std::chrono::hours{24 * 365 * 100};

enum Purpose : std::uint64_t { for_birth = 1, for_type, for_wait, for_run, for_outcome, for_abort, for_lasting };

double in_seconds(Milliseconds time) { return static_cast<double>(time.count()) / 1000.0; }

Milliseconds from_seconds(double seconds) {
  return Milliseconds{static_cast<std::int64_t>(std::floor(seconds * 1000))};
}

Milliseconds sample(const Span& span, std::uint64_t bits) {
  const double x = share(bits);
  return span.least + Milliseconds{std::llround(static_cast<double>((span.most - span.least).count()) * x * x)};
}

/// Bursts begun since the start, the one under way as a fraction. They come in the middle of their periods.
double bursts(const Arrivals& plan, double seconds) {
  const double period = in_seconds(plan.burst_period);
  const double whole = std::floor(seconds / period);
  const double into = (seconds - whole * period - period / 2) / std::max(0.001, in_seconds(plan.burst_length));
  return whole + std::clamp(into, 0.0, 1.0);
}

}  // namespace

World::World(WorldPlan plan, std::uint64_t seed) : plan_(std::move(plan)), seed_(seed) {
  for (const TypeShare& type : plan_.types) weights_ += type.weight;
  recent_.assign(least_recent, {.index = no_index});
}

/// Room for what the window shows and no more: else a world grows in memory as its indexes do.
std::size_t World::most_remembered() const {
  const double shown = std::max(plan_.arrivals.history_tasks + plan_.arrivals.early_tasks,
                                mean_rate() * in_seconds(plan_.window));
  return std::bit_ceil(static_cast<std::size_t>(std::clamp<double>(shown, least_recent, most_recent)));
}

Nature World::nature(std::uint64_t index) const {
  Nature nature;
  double pick = share(draw(seed_, index, for_type)) * weights_;
  while (nature.type + 1 < plan_.types.size() && pick >= plan_.types[nature.type].weight) {
    pick -= plan_.types[nature.type++].weight;
  }
  const double luck = share(draw(seed_, index, for_outcome));
  if (luck < plan_.failed_share) {
    nature.outcome = Outcome::failed;
  } else if (luck < plan_.failed_share + plan_.aborted_share) {
    nature.outcome = Outcome::aborted;
  }
  return nature;
}

Task World::task(std::uint64_t index) const {
  {
    const Lock lock(mutex_);
    if (const Task& known = recent_[index % recent_.size()]; known.index == index) return known;
    if (const std::size_t most = most_remembered(); index >= recent_.size() && recent_.size() < most) {
      recent_.resize(std::min(most, std::bit_ceil(static_cast<std::size_t>(index) + 1)), {.index = no_index});
    }
  }
  const Task task = compute(index);
  const Lock lock(mutex_);
  recent_[index % recent_.size()] = task;
  return task;
}

Task World::compute(std::uint64_t index) const {
  Task task{.index = index, .nature = nature(index)};
  task.birth = reached(static_cast<double>(index) + share(draw(seed_, index, for_birth)));
  task.begin = earliest_begin(task.birth + sample(plan_.wait, draw(seed_, index, for_wait)));
  const bool lasts = plan_.lasting_share > 0 && share(draw(seed_, index, for_lasting)) < plan_.lasting_share;
  task.end = task.begin + sample(lasts ? plan_.lasting : plan_.run, draw(seed_, index, for_run));
  if (task.nature.outcome == Outcome::aborted) {
    const std::uint64_t bits = draw(seed_, index, for_abort);
    task.begins = (bits & 1U) != 0;
    const Milliseconds from = task.begins ? task.begin : task.birth;
    const Milliseconds until = task.begins ? task.end : task.begin;
    task.end = from + Milliseconds{std::llround(static_cast<double>((until - from).count()) * share(bits))};
  }
  task.birth = tied(task.birth);
  task.begin = tied(task.begin);
  task.end = tied(task.end);
  return task;
}

Milliseconds World::tied(Milliseconds time) const {
  if (plan_.tie.count() == 0) return time;
  const Milliseconds into = time % plan_.tie;
  return time - into - (into.count() < 0 ? plan_.tie : Milliseconds{0});
}

std::uint64_t World::born_by(Milliseconds time) const {
  const Milliseconds last = plan_.tie.count() == 0 ? time : tied(time) + plan_.tie - Milliseconds{1};
  const double births = expected_births(last);
  const auto whole = static_cast<std::uint64_t>(births);
  const bool next_too = births >= static_cast<double>(whole) + share(draw(seed_, whole, for_birth));
  return whole + (next_too ? 1 : 0);
}

Milliseconds World::longest_life() const {
  const auto stopped =
      plan_.stoppage.period.count() == 0 ? 0.0 : in_seconds(plan_.stoppage.closed) * (1 + plan_.stoppage.drain);
  const Milliseconds run = plan_.lasting_share > 0 ? std::max(plan_.run.most, plan_.lasting.most) : plan_.run.most;
  return plan_.wait.most + run + from_seconds(stopped) + plan_.tie + Milliseconds{2};
}

double World::expected_births(Milliseconds time) const {
  const Arrivals& plan = plan_.arrivals;
  if (time < -plan.history) return 0;
  if (time.count() < 0) {
    const auto since = static_cast<double>((time + plan.history).count());
    const double early =
        plan.early_tasks > 0 ? plan.early_tasks * std::min(1.0, since / static_cast<double>(plan.early.count())) : 0;
    return early + plan.history_tasks * since / static_cast<double>(plan.history.count());
  }
  const double seconds = in_seconds(time);
  const double angle = 2 * std::numbers::pi / in_seconds(plan.wave_period);
  const double wave = plan.wave_per_second > 0 ? plan.wave_per_second / angle * (1 - std::cos(angle * seconds)) : 0;
  const double burst = plan.burst_tasks > 0 ? plan.burst_tasks * bursts(plan, seconds) : 0;
  return plan.history_tasks + plan.early_tasks + plan.per_second * seconds + wave + burst;
}

double World::mean_rate() const {
  const Arrivals& plan = plan_.arrivals;
  return plan.per_second + (plan.burst_tasks > 0 ? plan.burst_tasks / in_seconds(plan.burst_period) : 0.0);
}

/// The first millisecond by which so many births are expected: found between two times that surely enclose it.
Milliseconds World::reached(double births) const {
  const Arrivals& plan = plan_.arrivals;
  const double before = plan.history_tasks + plan.early_tasks;
  Milliseconds low = -plan.history - Milliseconds{1};
  Milliseconds high{0};
  if (births > before) {
    const double mean = mean_rate();
    if (mean <= 0) return never;
    const double waves =
        plan.wave_per_second > 0 ? plan.wave_per_second * in_seconds(plan.wave_period) / std::numbers::pi : 0;
    const double swing = plan.burst_tasks + waves;
    low = std::max(Milliseconds{-1}, from_seconds((births - before - swing) / mean) - Milliseconds{1});
    high = from_seconds((births - before + swing) / mean) + Milliseconds{2};
  } else if (plan.early_tasks == 0) {
    const double part = births / plan.history_tasks;
    const Milliseconds guess = from_seconds(in_seconds(plan.history) * (part - 1));
    low = std::max(low, guess - Milliseconds{5});
    high = std::min(high, guess + Milliseconds{5});
  }
  while (high - low > Milliseconds{1}) {
    const Milliseconds middle = low + (high - low) / 2;
    (expected_births(middle) >= births ? high : low) = middle;
  }
  return high;
}

Milliseconds World::earliest_begin(Milliseconds ready) const {
  const Stoppage& stop = plan_.stoppage;
  if (stop.period.count() == 0 || ready.count() < 0) return ready;
  const Milliseconds into = ready % stop.period;
  if (into >= stop.closed) return ready;
  const Milliseconds opens = ready - into + stop.closed;
  return opens + Milliseconds{std::llround(static_cast<double>(into.count()) * stop.drain)};
}

void World::count(Census& sum, std::uint64_t first, std::uint64_t last) const {
  for (std::uint64_t index = first; index < last; ++index) {
    const Nature what = nature(index);
    ++sum[what.type][static_cast<std::size_t>(what.outcome)];
  }
}

/// Of the tasks before a block. Counts what nobody asked for before.
Census World::up_to(std::uint64_t block) const {
  const std::size_t types = plan_.types.size();
  if (totals_.empty()) totals_.resize(3 * types);
  for (std::uint64_t known = totals_.size() / (3 * types) - 1; known < block; ++known) {
    Census sum(types);
    count(sum, known * block_size, (known + 1) * block_size);
    for (std::size_t i = 0; i < 3 * types; ++i) {
      totals_.push_back(totals_[known * 3 * types + i] + static_cast<std::uint32_t>(sum[i / 3][i % 3]));
    }
  }
  Census sum(types);
  for (std::size_t i = 0; i < 3 * types; ++i) sum[i / 3][i % 3] = totals_[block * 3 * types + i];
  return sum;
}

Census World::census(std::uint64_t first, std::uint64_t last) const {
  Census sum(plan_.types.size());
  const std::uint64_t begin = (first + block_size - 1) / block_size;
  const std::uint64_t end = last / block_size;
  if (begin >= end) {
    count(sum, first, last);
    return sum;
  }
  {
    const Lock lock(mutex_);
    sum = up_to(end);
    const Census before = up_to(begin);
    for (std::size_t i = 0; i < 3 * sum.size(); ++i) sum[i / 3][i % 3] -= before[i / 3][i % 3];
  }
  count(sum, first, begin * block_size);
  count(sum, end * block_size, last);
  return sum;
}

}  // namespace taskqueue::simulator
