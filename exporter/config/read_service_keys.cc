#include <algorithm>
#include <array>
#include <string_view>

#include "exporter/config/duration.h"
#include "exporter/config/read_tables.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

constexpr std::array<std::string_view, 2> outcomes_words{"list", "detail"};
constexpr std::array<std::string_view, 2> instances_by_words{"job", "job_name"};
constexpr std::string_view instead_of_no_names = "name at least one, or remove it to discover every job";

NamedJob read_job(const TomlValue& table, Complaints& complaints) {
  NamedJob job;
  TableReader reader(table, "jobs", complaints);
  job.id = reader.text("id").value_or("");
  job.tasks = reader.texts("tasks", "name at least one task, or remove it to read all of the job's")
                  .value_or(std::vector<std::string>());
  reader.require("id", "add the id of the job");
  reader.finish(table.place);
  return job;
}

void read_jobs(TableReader& reader, Complaints& complaints, QueueConfig& queue) {
  const TomlValue* list = reader.list("jobs");
  if (list == nullptr) return;
  if (list->items.empty()) reader.complain("jobs", "jobs is an empty list: " + std::string(instead_of_no_names));
  for (const TomlValue& item : list->items) {
    if (item.kind != TomlKind::table) {
      complaints.add(item.place, "each job is a table, but this is " + std::string(kind_name(item.kind)) +
                                     ": write { id = \"job-...\" }");
      continue;
    }
    NamedJob job = read_job(item, complaints);
    if (job.id.empty()) continue;
    if (std::ranges::find(queue.jobs, job.id, &NamedJob::id) != queue.jobs.end()) {
      complaints.add(item.place, in_quotes(job.id) + " stands twice in jobs: put all of its tasks into one item");
    } else {
      queue.jobs.push_back(std::move(job));
    }
  }
}

void read_job_names(TableReader& reader, QueueConfig& queue) {
  queue.job_names = reader.texts("job_names", instead_of_no_names).value_or(std::vector<std::string>());
  if (reader.has("jobs")) {
    reader.refuse("job_names", "job_names filters what is discovered, but jobs names the jobs: keep one of the two");
  }
}

/// What each key of a service means. A key that a service may have but that is not here is a bug of the catalogue.
void read_service_key(TableReader& reader, std::string_view key, Complaints& complaints, QueueConfig& queue) {
  if (key == "sub_app_id") queue.sub_app_id = reader.integer(key, 1);
  if (key == "outcomes") queue.outcomes_from_detail = reader.choice(key, outcomes_words) == 1U;
  if (key == "jobs") read_jobs(reader, complaints, queue);
  if (key == "job_names") read_job_names(reader, queue);
  if (key == "keep_ended") queue.keep_ended = reader.duration(key).value_or(queue.keep_ended);
  if (key == "instances_by") queue.instances_by_job_name = reader.choice(key, instances_by_words) == 1U;
}

/// The services that have this key, for people: "vod".
std::string services_with(std::string_view key, std::span<const ServiceRules> services) {
  std::vector<std::string_view> names;
  for (const ServiceRules& service : services) {
    if (std::ranges::find(service.keys, key) != service.keys.end()) names.push_back(service.name);
  }
  return enumerated(names);
}

}  // namespace

void read_service_keys(TableReader& reader, const ReadingContext& context, QueueConfig& queue) {
  std::vector<std::string_view> seen;
  for (const ServiceRules& service : context.services) {
    for (const std::string_view key : service.keys) {
      if (std::ranges::find(seen, key) != seen.end()) continue;
      seen.push_back(key);
      const std::string owners = services_with(key, context.services);
      const auto ours = std::ranges::find(context.services, queue.service, &ServiceRules::name);
      const bool is_ours = ours == context.services.end() || std::ranges::find(ours->keys, key) != ours->keys.end();
      if (is_ours) {
        read_service_key(reader, key, context.complaints, queue);
      } else {
        reader.refuse(key, std::string(key) + " is a key for " + owners + " only: remove it from this " +
                               queue.service + " queue");
      }
    }
  }
}

Expectation read_expectation(const TomlValue& table, std::string_view queue, Complaints& complaints) {
  Expectation expect;
  TableReader reader(table, table_title("queues", queue, "expect"), complaints);
  expect.queued = reader.integer("queued", 0).value_or(expect.queued);
  expect.running = reader.integer("running", 0).value_or(expect.running);
  expect.jobs = reader.integer("jobs", 0).value_or(expect.jobs);
  expect.tasks_per_job = reader.integer("tasks_per_job", 1).value_or(expect.tasks_per_job);
  expect.ended_per_hour = reader.number("ended_per_hour").value_or(expect.ended_per_hour);
  if (expect.ended_per_hour < 0) reader.complain("ended_per_hour", "ended_per_hour is negative: write 0 or more");
  reader.finish(table.place);
  return expect;
}

}  // namespace taskqueue
