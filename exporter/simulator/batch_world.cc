#include "exporter/simulator/batch_world.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "exporter/simulator/batch_life.h"
#include "exporter/simulator/chance.h"

namespace taskqueue::simulator {
namespace {

constexpr std::uint64_t mask = (std::uint64_t{1} << 40U) - 1;  // identifiers are 40 bits: eight digits to the base 36
constexpr std::uint64_t factor = 0x9e3779b97fU;
constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";

std::string id_of(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t number = ((index ^ (seed >> 24U)) * factor) & mask;
  std::string id = "job-00000000";
  for (std::size_t i = id.size(); i > 4; number /= 36) id[--i] = digits[number % 36];
  return id;
}

std::optional<std::uint64_t> index_of(std::uint64_t seed, std::string_view id) {
  std::uint64_t number = 0;
  for (const char c : id.substr(4)) number = number * 36 + digits.find(c);
  if (number > mask) return std::nullopt;
  std::uint64_t inverse = factor;
  for (int i = 0; i < 6; ++i) inverse *= 2 - factor * inverse;
  return ((number * inverse) ^ (seed >> 24U)) & mask;
}

WorldPlan births_plan(const Arrivals& arrivals) { return {.arrivals = arrivals, .types = {{"job"}}}; }

std::uint64_t sum_of(const BatchMetrics& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
}

}  // namespace

std::string_view word(BatchState state) {
  static constexpr std::array<std::string_view, 8> words{"SUBMITTED", "PENDING", "RUNNABLE", "STARTING",
                                                         "RUNNING",   "SUCCEED", "FAILED",   "FAILED_INTERRUPTED"};
  return words[static_cast<std::size_t>(state)];
}

const BatchChange& BatchInstance::current(Milliseconds now) const {
  const auto after = std::ranges::upper_bound(changes, now, {}, &BatchChange::at);
  return after == changes.begin() ? *after : *std::prev(after);
}

std::optional<Milliseconds> BatchInstance::reached(BatchState state, Milliseconds now) const {
  std::optional<Milliseconds> when;
  for (const BatchChange& change : changes) {
    if (change.at > now) break;
    if (change.state == BatchState::submitted) when.reset();
    if (change.state == state) when = change.at;
  }
  return when;
}

std::optional<Milliseconds> BatchInstance::ended(Milliseconds now) const {
  if (!is_end(current(now).state)) return std::nullopt;
  if (const auto interrupted = reached(BatchState::failed_interrupted, now)) return interrupted;
  return current(now).at;
}

BatchMetrics BatchTask::metrics(Milliseconds now) const {
  BatchMetrics counts{};
  for (const BatchInstance& instance : instances) ++counts[static_cast<std::size_t>(instance.current(now).state)];
  return counts;
}

BatchState BatchTask::state(Milliseconds now) const { return state_of(metrics(now)); }

std::optional<Milliseconds> BatchTask::ended(Milliseconds now) const {
  std::optional<Milliseconds> last;
  for (const BatchInstance& instance : instances) {
    const auto end = instance.ended(now);
    if (!end) return std::nullopt;
    last = std::max(last, end);
  }
  return last;
}

BatchMetrics BatchJob::task_metrics(Milliseconds now) const {
  BatchMetrics counts{};
  for (const BatchTask& task : tasks) ++counts[static_cast<std::size_t>(task.state(now))];
  return counts;
}

BatchMetrics BatchJob::instance_metrics(Milliseconds now) const {
  BatchMetrics sum{};
  for (const BatchTask& task : tasks) {
    const BatchMetrics counts = task.metrics(now);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += counts[i];
  }
  return sum;
}

BatchState BatchJob::state(Milliseconds now) const { return state_of(task_metrics(now)); }

std::optional<Milliseconds> BatchJob::ended(Milliseconds now) const {
  std::optional<Milliseconds> last;
  for (const BatchTask& task : tasks) {
    const auto end = task.ended(now);
    if (!end) return std::nullopt;
    last = std::max(last, end);
  }
  return last;
}

BatchState state_of(const BatchMetrics& parts) {
  const auto count = [&](BatchState state) { return parts[static_cast<std::size_t>(state)]; };
  const std::uint64_t all = sum_of(parts);
  const std::uint64_t interrupted = count(BatchState::failed_interrupted);
  const std::uint64_t ended = count(BatchState::succeed) + count(BatchState::failed) + interrupted;
  if (count(BatchState::succeed) == all) return BatchState::succeed;
  if (ended == all) return interrupted > 0 ? BatchState::failed_interrupted : BatchState::failed;
  if (ended > 0) return BatchState::running;
  for (const BatchState state :
       {BatchState::running, BatchState::starting, BatchState::runnable, BatchState::pending}) {
    if (count(state) > 0) return state;
  }
  return BatchState::submitted;
}

BatchWorld::BatchWorld(const BatchWorldPlan& plan, std::uint64_t seed)
    : plan_(plan), seed_(seed), births_(births_plan(plan_.arrivals), seed) {}

std::shared_ptr<const BatchJob> BatchWorld::kept(std::uint64_t index) const {
  const Lock lock(mutex_);
  auto& kept = kept_[index];
  if (!kept) kept = std::make_shared<const BatchJob>(job(index));
  return kept;
}

BatchJob BatchWorld::job(std::uint64_t index) const {
  static constexpr std::array<const char*, 3> names{"render-", "encode-", "stitch-"};
  const std::uint64_t bits = draw(seed_, index, 42);
  BatchJob job{.index = index, .id = id_of(seed_, index)};
  job.name = names[bits % names.size()] + std::to_string((bits >> 8U) % 20);
  job.priority = static_cast<std::int64_t>(1 + (bits >> 16U) % 10);
  job.birth = births_.task(index).birth;
  job.abreast = share(draw(seed_, index, 39)) < plan_.abreast_share;
  const std::uint64_t tasks = plan_.least_tasks + (bits >> 24U) % (plan_.most_tasks - plan_.least_tasks + 1);
  for (std::uint64_t i = 0; i < tasks; ++i) {
    const std::uint64_t instances = 1 + draw(seed_, index, 43 + i) % plan_.most_instances;
    job.tasks.push_back(
        {.name = std::string(1, static_cast<char>('A' + i)), .instances = std::vector<BatchInstance>(instances)});
  }
  live(job, plan_, draw(seed_, index, 40));
  return job;
}

std::shared_ptr<const BatchJob> BatchWorld::find(std::string_view id, Milliseconds now) const {
  const auto index = index_of(seed_, id);
  if (!index || *index >= births_.born_by(now)) return nullptr;
  auto found = kept(*index);
  return found->id == id && found->deleted > now ? found : nullptr;
}

std::vector<std::shared_ptr<const BatchJob>> BatchWorld::jobs(Milliseconds now) const {
  const std::uint64_t first = births_.born_by(now - longest_life());
  std::vector<std::shared_ptr<const BatchJob>> found;
  const std::uint64_t born = births_.born_by(now);
  {
    const Lock lock(mutex_);
    if (kept_.size() > 2 * (born - first) + 100) kept_.clear();
  }
  for (std::uint64_t index = born; index > first; --index) {
    auto next = kept(index - 1);
    if (next->deleted > now) found.push_back(std::move(next));
  }
  return found;
}

Milliseconds BatchWorld::longest_life() const {
  const auto tasks = static_cast<std::int64_t>(plan_.most_tasks);
  const Milliseconds attempt = plan_.stay.most + Milliseconds{500} + (plan_.stay.most * 2 + plan_.run.most) * tasks;
  return attempt * 2 + plan_.interrupted.most + plan_.until_retry.most + plan_.until_deleted.most;
}

}  // namespace taskqueue::simulator
