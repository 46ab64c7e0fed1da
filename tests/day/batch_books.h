// What a Batch queue shows beside what its cloud holds.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>

#include "exporter/metrics/snapshot.h"

namespace taskqueue {

/// Everything that is counted since a beginning: "jobs/failed", "A/arrived", "A/succeeded", "instances/failed", ...
using Books = std::map<std::string, std::int64_t>;

inline Books true_books(const nlohmann::json& truth) {
  Books books;
  const auto add = [&](const std::string& what, const nlohmann::json& outcomes) {
    for (const auto& [outcome, count] : outcomes.items()) books[what + "/" + outcome] = count.get<std::int64_t>();
  };
  add("jobs", truth["finished_jobs"]);
  add("instances", truth["finished_instances"]);
  for (const auto& [task, outcomes] : truth["finished"].items()) add(task, outcomes);
  for (const auto& [task, count] : truth["arrived"].items()) books[task + "/arrived"] = count.get<std::int64_t>();
  return books;
}

inline Books shown_books(const Snapshot& snapshot) {
  Books books;
  const auto add = [&](const std::string& what, const auto& outcomes) {
    for (const auto& [outcome, count] : outcomes) {
      books[what + "/" + std::string(word(outcome))] = static_cast<std::int64_t>(count);
    }
  };
  add("jobs", snapshot.jobs_finished);
  add("instances", snapshot.instances_finished);
  for (const auto& [type, counters] : snapshot.counters) {
    add(type, counters.finished);
    books[type + "/arrived"] = static_cast<std::int64_t>(counters.arrived);
  }
  return books;
}

/// What came into the books between two readings, without what did not change.
inline Books growth(const Books& before, const Books& after) {
  Books rise;
  for (const auto& [what, count] : after) {
    const auto known = before.find(what);
    const std::int64_t by = count - (known == before.end() ? 0 : known->second);
    if (by != 0) rise[what] = by;
  }
  return rise;
}

/// Instances by job, task and status; jobs by status: zeros left out.
struct Gauges {
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> instances;
  std::map<std::string, std::int64_t> jobs;

  bool operator==(const Gauges&) const = default;
};

inline Gauges shown_gauges(const Snapshot& snapshot) {
  Gauges gauges;
  for (const InstanceCount& row : snapshot.instances) {
    if (row.count != 0) gauges.instances[{row.job_id, row.task, row.status}] = row.count;
  }
  for (const JobCount& row : snapshot.jobs) {
    if (row.count != 0) gauges.jobs[row.status] = row.count;
  }
  return gauges;
}

/// Of the jobs that live and those of which the exporter shows instances: others ended too long ago.
inline Gauges true_gauges(const nlohmann::json& truth, const Snapshot& snapshot) {
  std::set<std::string> jobs;
  for (const InstanceCount& row : snapshot.instances) jobs.insert(row.job_id);
  for (const auto& row : truth["instances"]) {
    if (row["phase"] == "queued" || row["phase"] == "running") jobs.insert(row["job_id"].get<std::string>());
  }
  Gauges gauges;
  for (const auto& row : truth["instances"]) {
    const auto job = row["job_id"].get<std::string>();
    if (jobs.contains(job)) {
      gauges.instances[{job, row["task"].get<std::string>(), row["status"].get<std::string>()}] =
          row["count"].get<std::int64_t>();
    }
  }
  for (const auto& row : truth["jobs"])
    gauges.jobs[row["status"].get<std::string>()] = row["count"].get<std::int64_t>();
  return gauges;
}

/// The first rows in which they differ; empty if they do not.
inline std::string difference(const Gauges& shown, const Gauges& truth) {
  std::string text;
  const auto compare = [&](const auto& left, const auto& right, const std::string& mark, const auto& name) {
    for (const auto& [row, count] : left) {
      const auto other = right.find(row);
      if (other != right.end() && other->second == count) continue;
      if (text.size() < 500) text += mark + name(row) + " " + std::to_string(count) + "; ";
    }
  };
  const auto status = [](const std::string& row) { return row; };
  const auto instance = [](const auto& row) {
    return std::get<0>(row) + "/" + std::get<1>(row) + " " + std::get<2>(row);
  };
  compare(shown.jobs, truth.jobs, "shown ", status);
  compare(truth.jobs, shown.jobs, "true ", status);
  compare(shown.instances, truth.instances, "shown ", instance);
  compare(truth.instances, shown.instances, "true ", instance);
  return text;
}

/// How many tasks there are by type: taskqueue_tasks beside the tasks that have instance series.
inline bool tasks_add_up(const Snapshot& snapshot) {
  std::map<std::string, std::int64_t> tasks;
  for (const TaskCount& row : snapshot.tasks) tasks[row.type] += row.count;
  std::set<std::pair<std::string, std::string>> series;
  for (const InstanceCount& row : snapshot.instances) {
    if (series.emplace(row.job_id, row.task).second) --tasks[row.task];
  }
  return std::ranges::all_of(tasks, [](const auto& entry) { return entry.second == 0; });
}

}  // namespace taskqueue
