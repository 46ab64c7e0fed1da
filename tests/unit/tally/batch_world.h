// A pretend Batch: jobs that live, fail, are interrupted, retried and deleted, and a reader of them that counts calls.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "exporter/tally/batch_reader.h"

namespace taskqueue {

inline constexpr std::size_t world_running = 4;
inline constexpr std::size_t world_interrupted = 5;
inline constexpr std::size_t world_succeed = 6;
inline constexpr std::size_t world_failed = 7;

struct WorldTask {
  std::string name;
  WallTime created{};
  std::optional<WallTime> ended{};
  std::vector<std::size_t> instances{};  // indices into batch_states
  std::optional<std::size_t> told{};     // the task's state, where its instances follow later

  [[nodiscard]] StateCounts counts() const {
    StateCounts counts{};
    for (const std::size_t state : instances) ++counts[state];
    return counts;
  }
  /// The furthest of those that still move, else how the whole went.
  [[nodiscard]] std::size_t state() const { return told.value_or(state_of(counts())); }

  static std::size_t state_of(const StateCounts& counts) {
    for (std::size_t i = world_running + 1; i-- > 0;) {
      if (counts[i] > 0) return i;
    }
    for (const std::size_t i : {world_interrupted, world_failed}) {
      if (counts[i] > 0) return i;
    }
    return world_succeed;
  }
};

struct WorldJob {
  std::string id, name;
  WallTime created{};
  std::optional<WallTime> ended{};
  std::vector<WorldTask> tasks{};
  bool seen_over = false;  // by a refresh
  bool has_metrics = true;

  [[nodiscard]] StateCounts task_counts() const {
    StateCounts counts{};
    for (const WorldTask& task : tasks) ++counts[task.state()];
    return counts;
  }
  [[nodiscard]] std::size_t state() const { return WorldTask::state_of(task_counts()); }
  [[nodiscard]] BatchJob view() const {
    return {id,      name,  std::string(batch_states[state()]),
            created, ended, has_metrics ? std::optional(task_counts()) : std::nullopt};
  }
};

struct World {
  WallTime now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
  std::map<std::string, WorldJob> jobs;
  std::size_t page_size = 100;
  bool unfiltered = false;
  std::int64_t odd_total = 0;  // so many more are counted than listed
  bool youngest_first = true;  // the order of lists; else by their ids
  std::function<std::optional<Failure>(const std::string& action, const std::string& what)> fails;
  std::function<void()> before_call;

  // Calls of one kind leave so far from each other; a reader's clock goes on only while a call waits to leave.
  std::map<std::string, Milliseconds> pace{};  // by action
  SteadyTime steady{};
  std::map<std::string, SteadyTime> free_at{};

  // What the reader was asked.
  std::vector<std::string> calls;  // "DescribeJob job-1", "DescribeTask job-1/A", ...

  [[nodiscard]] long count(const std::string& action) const {
    return std::ranges::count_if(calls, [&](const auto& call) { return call.starts_with(action + " "); });
  }

  [[nodiscard]] std::int64_t count_jobs(std::size_t state) const {
    return std::ranges::count_if(jobs, [&](const auto& entry) { return entry.second.state() == state; });
  }

  /// A job whose tasks have these instances, all in `state`.
  WorldJob& add(const std::string& id, const std::map<std::string, int>& tasks, std::size_t state) {
    WorldJob job{.id = id, .name = "name-" + id, .created = now};
    for (const auto& [name, instances] : tasks) {
      job.tasks.push_back({.name = name,
                           .created = now,
                           .instances = std::vector<std::size_t>(static_cast<std::size_t>(instances), state)});
    }
    WorldJob& added = jobs[id] = std::move(job);
    settle(added);
    return added;
  }
  /// Puts all instances of a task, or of all tasks, into `state`.
  void set(const std::string& id, std::size_t state, const std::string& task = "") {
    WorldJob& job = jobs.at(id);
    for (WorldTask& each : job.tasks) {
      if (task.empty() || each.name == task) std::ranges::fill(each.instances, state);
    }
    settle(job);
  }
  /// Gives ends to what is over, takes them from what lives again.
  void settle(WorldJob& job) const {
    const auto stamp = [&](std::optional<WallTime>& ended, std::size_t state) {
      if (state < world_succeed) ended.reset();
      if (state >= world_succeed && !ended) ended = now;
    };
    for (WorldTask& task : job.tasks) stamp(task.ended, task.state());
    stamp(job.ended, job.state());
  }
};

class WorldReader final : public BatchReader {
 public:
  explicit WorldReader(World& world) : world_(world) {}

  Result<JobListing, Failure> jobs_in(const std::vector<std::string_view>& states, const EnoughJobs& enough) override {
    JobListing listing;
    std::set<std::string> seen;
    for (std::size_t offset = 0;;) {
      if (auto failure = call("DescribeJobs", std::string(states.front()))) return Unexpected(*failure);
      if (listing.jobs.empty()) listing.as_of = world_.now;
      const std::vector<BatchJob> matching = list(states);
      listing.total = static_cast<std::int64_t>(matching.size()) + world_.odd_total;
      listing.unfiltered = world_.unfiltered;
      const std::size_t end = std::min(offset + world_.page_size, matching.size());
      for (; offset < end; ++offset) {
        if (seen.insert(matching[offset].id).second) listing.jobs.push_back(matching[offset]);
      }
      listing.whole = offset >= matching.size();
      if (listing.whole || (enough && enough(listing))) return listing;
    }
  }

  Result<JobListing, Failure> jobs_page(const std::vector<std::string_view>& states, std::int64_t offset) override {
    if (auto failure = call("DescribeJobs", "page " + std::string(states.front()))) return Unexpected(*failure);
    const std::vector<BatchJob> matching = list(states);
    const std::size_t begin = std::min(static_cast<std::size_t>(offset), matching.size());
    const std::size_t end = std::min(begin + world_.page_size, matching.size());
    return JobListing{.as_of = world_.now,
                      .total = static_cast<std::int64_t>(matching.size()) + world_.odd_total,
                      .whole = end == matching.size(),
                      .unfiltered = false,
                      .jobs = {matching.begin() + static_cast<std::ptrdiff_t>(begin),
                               matching.begin() + static_cast<std::ptrdiff_t>(end)}};
  }

  Result<JobListing, Failure> jobs_by_id(const std::vector<std::string>& ids) override {
    if (auto failure = call("DescribeJobsById", ids.front())) return Unexpected(*failure);
    JobListing listing{.as_of = world_.now, .total = {}, .whole = true, .unfiltered = false, .jobs = {}};
    for (const std::string& id : ids) {
      if (const auto job = world_.jobs.find(id); job != world_.jobs.end()) listing.jobs.push_back(job->second.view());
    }
    return listing;
  }

  Result<JobDetail, Failure> job(const std::string& id, Purpose) override {
    if (auto failure = call("DescribeJob", id)) return Unexpected(*failure);
    const auto found = world_.jobs.find(id);
    if (found == world_.jobs.end()) return Unexpected(missing("ResourceNotFound.Job"));
    JobDetail detail{.as_of = world_.now, .job = found->second.view(), .tasks = {}, .instances = StateCounts{}};
    for (const WorldTask& task : found->second.tasks) {
      detail.tasks.push_back(view(task));
      std::ranges::transform(*detail.instances, task.counts(), detail.instances->begin(), std::plus<>{});
    }
    return detail;
  }

  Result<TaskDetail, Failure> task(const TaskKey& key, Purpose) override {
    if (auto failure = call("DescribeTask", key.job_id + "/" + key.task)) return Unexpected(*failure);
    const auto found = world_.jobs.find(key.job_id);
    if (found == world_.jobs.end()) return Unexpected(missing("ResourceNotFound.Task"));
    for (const WorldTask& task : found->second.tasks) {
      if (task.name == key.task) return TaskDetail{.as_of = world_.now, .task = view(task), .instances = task.counts()};
    }
    return Unexpected(missing("ResourceNotFound.Task"));
  }

  [[nodiscard]] Readiness readiness(Purpose) const override {
    const auto ready = [this](const std::string& action) { return std::max(world_.steady, world_.free_at[action]); };
    return {world_.steady, ready("DescribeJobs"), ready("DescribeJob"), ready("DescribeTask")};
  }

 private:
  [[nodiscard]] std::vector<BatchJob> list(const std::vector<std::string_view>& states) const {
    std::vector<BatchJob> matching;
    for (const auto& [id, job] : world_.jobs) {
      const bool fits = world_.unfiltered || std::ranges::find(states, batch_states[job.state()]) != states.end();
      if (fits) matching.push_back(job.view());
    }
    if (world_.youngest_first) std::ranges::stable_sort(matching, std::ranges::greater{}, &BatchJob::created);
    return matching;
  }
  static BatchTask view(const WorldTask& task) {
    return {task.name, std::string(batch_states[task.state()]), task.created, task.ended};
  }
  static Failure missing(std::string code) { return {.kind = FailureKind::not_found, .code = std::move(code)}; }

  std::optional<Failure> call(const std::string& action, const std::string& what) {
    world_.calls.push_back(action + " " + what);
    const std::string line = action == "DescribeJobsById" ? "DescribeJobs" : action;
    world_.steady = std::max(world_.steady, world_.free_at[line]);
    world_.free_at[line] = world_.steady + world_.pace[line];
    if (world_.before_call) world_.before_call();
    return world_.fails ? world_.fails(action, what) : std::nullopt;
  }
  World& world_;
};

}  // namespace taskqueue
