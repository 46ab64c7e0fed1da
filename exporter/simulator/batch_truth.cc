#include "exporter/simulator/batch_truth.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace taskqueue::simulator {
namespace {

const char* phase_of(BatchState state) {
  if (state == BatchState::succeed) return "succeeded";
  if (is_end(state)) return "failed";
  return state >= BatchState::starting ? "running" : "queued";
}

Json row_of(BatchState state, std::uint64_t count) {
  return {{"status", word(state)}, {"phase", phase_of(state)}, {"count", count}};
}

/// Counts ended things by outcome.
struct Outcomes {
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;

  void add(BatchState state) { ++(state == BatchState::succeed ? succeeded : failed); }
  [[nodiscard]] Json json() const { return {{"succeeded", succeeded}, {"failed", failed}}; }
};

/// Everything that ended up to now in one job: each moment in which something of it changed is looked at.
struct Ends {
  Outcomes jobs;
  std::map<std::string, Outcomes> tasks;
  Outcomes instances;

  void add(const BatchJob& job, Milliseconds now) {
    std::set<Milliseconds> moments;
    for (const BatchTask& task : job.tasks) {
      for (const BatchInstance& instance : task.instances) {
        bool interrupted = false;
        for (const BatchChange& change : instance.changes) {
          if (change.at > now) break;
          if (is_end(change.state)) moments.insert(change.at);
          if (is_end(change.state) && !interrupted) instances.add(change.state);
          interrupted = change.state == BatchState::failed_interrupted;
        }
      }
    }
    for (const Milliseconds moment : moments) {
      if (job.ended(moment) == moment) jobs.add(job.state(moment));
      for (const BatchTask& task : job.tasks) {
        if (task.ended(moment) == moment) tasks[task.name].add(task.state(moment));
      }
    }
  }
};

}  // namespace

Json batch_truth(const BatchWorld& world, const Timeline& timeline, WallTime now_on_wall) {
  const Milliseconds now = timeline.world_at(now_on_wall);
  std::map<BatchState, std::uint64_t> jobs;
  std::map<std::pair<std::string, BatchState>, std::uint64_t> tasks;
  Json instances = Json::array();
  for (const auto& shown : world.jobs(now)) {
    const BatchJob& job = *shown;
    ++jobs[job.state(now)];
    for (const BatchTask& task : job.tasks) {
      ++tasks[{task.name, task.state(now)}];
      const BatchMetrics metrics = task.metrics(now);
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        if (metrics[i] == 0) continue;
        Json row = row_of(static_cast<BatchState>(i), metrics[i]);
        row["job_id"] = job.id;
        row["job_name"] = job.name;
        row["task"] = task.name;
        instances.push_back(std::move(row));
      }
    }
  }
  Ends ends;
  std::map<std::string, std::uint64_t> arrived;
  const std::uint64_t born = world.born_by(now);
  for (std::uint64_t index = 0; index < born; ++index) {
    const BatchJob job = world.job(index);
    for (const BatchTask& task : job.tasks) ++arrived[task.name];
    ends.add(job, now);
  }
  Json truth{{"jobs", Json::array()}, {"tasks", Json::array()}, {"instances", std::move(instances)}};
  for (const auto& [state, count] : jobs) truth["jobs"].push_back(row_of(state, count));
  for (const auto& [key, count] : tasks) {
    Json row = row_of(key.second, count);
    row["type"] = key.first;
    truth["tasks"].push_back(std::move(row));
  }
  truth["arrived_jobs"] = born;
  truth["finished_jobs"] = ends.jobs.json();
  truth["arrived"] = arrived;
  truth["finished"] = Json::object();
  for (const auto& [task, outcomes] : ends.tasks) truth["finished"][task] = outcomes.json();
  truth["finished_instances"] = ends.instances.json();
  return truth;
}

}  // namespace taskqueue::simulator
