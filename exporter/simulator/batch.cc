// Batch as its pages "DescribeJobs", "DescribeJob" and "DescribeTask" (2017-03-12) tell it.
#include <array>
#include <cctype>

#include "exporter/simulator/batch_world.h"
#include "exporter/simulator/scene.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<Parameter, 2> filter_fields{
    {{.name = "Name", .required = true}, {.name = "Values", .kind = Kind::texts, .required = true}}};

constexpr std::array<Parameter, 4> jobs_parameters{{
    {.name = "JobIds", .kind = Kind::texts},
    {.name = "Filters", .kind = Kind::objects, .fields = filter_fields},
    {.name = "Offset", .kind = Kind::integer},
    {.name = "Limit", .kind = Kind::integer},
}};

constexpr std::array<Parameter, 1> job_parameters{{{.name = "JobId", .required = true}}};

constexpr std::array<Parameter, 5> task_parameters{{
    {.name = "JobId", .required = true},
    {.name = "TaskName", .required = true},
    {.name = "Offset", .kind = Kind::integer},
    {.name = "Limit", .kind = Kind::integer},
    {.name = "Filters", .kind = Kind::objects, .fields = filter_fields},
}};

constexpr std::array<const char*, 8> metric_names{"SubmittedCount", "PendingCount",          "RunnableCount",
                                                  "StartingCount",  "RunningCount",          "SucceedCount",
                                                  "FailedCount",    "FailedInterruptedCount"};

Json metrics_json(const BatchMetrics& metrics) {
  Json json = Json::object();
  for (std::size_t i = 0; i < metrics.size(); ++i) json[metric_names[i]] = metrics[i];
  return json;
}

/// Writes times of one scene.
class Times {
 public:
  explicit Times(const Scene& scene) : scene_(scene), now_(scene.timeline.world_at(scene.now)) {}

  [[nodiscard]] Milliseconds now() const { return now_; }
  void put(Json& item, const char* name, std::optional<Milliseconds> time) const {
    put_time(item, name, time ? std::optional(scene_.timeline.wall_at(*time)) : std::nullopt, scene_.quirks.not_yet);
  }

 private:
  const Scene& scene_;
  Milliseconds now_;
};

bool well_formed(std::string_view id) {
  return id.size() == 12 && id.starts_with("job-") &&
         std::ranges::all_of(id.substr(4), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

Unexpected<ApiError> malformed_id() {
  return refuse("InvalidParameter.JobIdMalformed", "The form of the job id is not valid.");
}

struct Slice {
  std::size_t offset = 0;
  std::size_t limit = 0;
};

struct SliceRule {
  std::int64_t usual;
  std::int64_t most;
};

Result<Slice, ApiError> read_slice(const Json& parameters, SliceRule rule) {
  const auto offset = parameters.value("Offset", std::int64_t{0});
  const auto limit = parameters.value("Limit", rule.usual);
  if (offset < 0) return refuse("InvalidParameterValue", "`Offset` must not be negative.");
  if (limit < 1 || limit > rule.most) {
    return refuse("InvalidParameterValue", "`Limit` must lie between 1 and " + std::to_string(rule.most) + ".");
  }
  return Slice{static_cast<std::size_t>(offset), static_cast<std::size_t>(limit)};
}

/// At most ten filters of at most five values.
Verdict check_filters(const Json& filters) {
  const auto too_many = [](const Json& filter) { return filter.at("Values").size() > 5; };
  if (filters.size() > 10 || std::ranges::any_of(filters, too_many)) {
    return refuse("InvalidParameterValue.LimitExceeded", "There are more filters or values than allowed.");
  }
  return Done{};
}

bool is_among(const Json& values, std::string_view text) {
  return std::ranges::any_of(values, [&](const Json& value) { return value.get<std::string>() == text; });
}

constexpr const char* project = "studio";

/// Nothing for a filter that nobody documented.
std::optional<bool> passes(const BatchJob& job, const Json& filter, const std::string& zone, Milliseconds now) {
  const auto name = filter.at("Name").get<std::string>();
  const Json& values = filter.at("Values");
  if (name == "job-id") return is_among(values, job.id);
  if (name == "job-name") return is_among(values, job.name);
  if (name == "job-state") return is_among(values, word(job.state(now)));
  if (name == "zone") return is_among(values, zone);
  if (name == "tag-key") return is_among(values, "project");
  if (name == "tag-value" || name == "tag:project") return is_among(values, project);
  if (name.starts_with("tag:")) return false;
  return std::nullopt;
}

using Jobs = std::vector<std::shared_ptr<const BatchJob>>;

Result<Jobs, ApiError> chosen_jobs(const Scene& scene, const Times& times) {
  const Json& parameters = scene.parameters;
  Jobs jobs;
  if (parameters.contains("JobIds") && !parameters.at("JobIds").empty()) {
    if (parameters.contains("Filters") && !parameters.at("Filters").empty()) {
      return refuse("InvalidParameter.InvalidParameterCombination", "`JobIds` and `Filters` exclude each other.");
    }
    if (parameters.at("JobIds").size() > 100) {
      return refuse("InvalidParameterValue.LimitExceeded", "There are more than 100 job ids.");
    }
    for (const Json& id : parameters.at("JobIds")) {
      if (!well_formed(id.get<std::string>())) return malformed_id();
      auto job = scene.batch->find(id.get<std::string>(), times.now());
      if (job) jobs.push_back(std::move(job));
    }
    return jobs;
  }
  const Json filters = parameters.value("Filters", Json::array());
  if (const auto verdict = check_filters(filters); !verdict) return Unexpected(verdict.error());
  jobs = scene.batch->jobs(times.now());
  for (const Json& filter : filters) {
    Jobs left;
    for (auto& job : jobs) {
      const auto pass = passes(*job, filter, scene.zone, times.now());
      if (!pass) return refuse("InvalidFilter", "The filter is not known.");
      if (*pass) left.push_back(std::move(job));
    }
    jobs = std::move(left);
  }
  return jobs;
}

Json tags_of(const BatchJob& job) {
  if (job.index % 3 == 0) return nullptr;
  return Json::array({{{"Key", "project"}, {"Value", project}}});
}

Json job_view(const Scene& scene, const Times& times, const BatchJob& job) {
  Json view{{"JobId", job.id},
            {"JobName", job.name},
            {"JobState", word(job.state(times.now()))},
            {"Priority", job.priority},
            {"Placement", {{"Zone", scene.zone}, {"ProjectId", 0}, {"HostIds", nullptr}}},
            {"TaskMetrics", metrics_json(job.task_metrics(times.now()))},
            {"Tags", tags_of(job)}};
  times.put(view, "CreateTime", job.birth);
  times.put(view, "EndTime", job.ended(times.now()));
  if (scene.quirks.extra_fields) view["Queue"] = {{"Weight", nullptr}};
  return view;
}

ActionResult describe_jobs(const Scene& scene) {
  const Times times(scene);
  const auto slice = read_slice(scene.parameters, {20, 100});
  if (!slice) return Unexpected(slice.error());
  const auto jobs = chosen_jobs(scene, times);
  if (!jobs) return Unexpected(jobs.error());
  Json set = Json::array();
  for (std::size_t i = slice->offset; i < jobs->size() && set.size() < slice->limit; ++i) {
    set.push_back(job_view(scene, times, *(*jobs)[i]));
  }
  return Json{{"JobSet", std::move(set)}, {"TotalCount", jobs->size()}};
}

Result<std::shared_ptr<const BatchJob>, ApiError> named_job(const Scene& scene, const Times& times) {
  const auto id = scene.parameters.at("JobId").get<std::string>();
  if (!well_formed(id)) return malformed_id();
  auto job = scene.batch->find(id, times.now());
  if (!job) return refuse("ResourceNotFound.Job", "There is no such job.");
  return job;
}

ActionResult describe_job(const Scene& scene) {
  const Times times(scene);
  const auto found = named_job(scene, times);
  if (!found) return Unexpected(found.error());
  const BatchJob* const job = found->get();
  const BatchState state = job->state(times.now());
  Json tasks = Json::array();
  Json dependences = Json::array();
  for (std::size_t i = 0; i < job->tasks.size(); ++i) {
    const BatchTask& task = job->tasks[i];
    Json view{{"TaskName", task.name}, {"TaskState", word(task.state(times.now()))}};
    times.put(view, "CreateTime", job->birth);
    times.put(view, "EndTime", task.ended(times.now()));
    tasks.push_back(std::move(view));
    if (i > 0 && !job->abreast) dependences.push_back({{"StartTask", job->tasks[i - 1].name}, {"EndTask", task.name}});
  }
  Json answer{{"JobId", job->id},
              {"JobName", job->name},
              {"Zone", scene.zone},
              {"Priority", job->priority},
              {"JobState", word(state)},
              {"TaskSet", std::move(tasks)},
              {"DependenceSet", std::move(dependences)},
              {"TaskMetrics", metrics_json(job->task_metrics(times.now()))},
              {"TaskInstanceMetrics", metrics_json(job->instance_metrics(times.now()))},
              {"StateReason", state == BatchState::failed ? "a task failed" : ""},
              {"Tags", tags_of(*job)},
              {"NextAction", ""}};
  times.put(answer, "CreateTime", job->birth);
  times.put(answer, "EndTime", job->ended(times.now()));
  return answer;
}

Json instance_view(const Times& times, const BatchInstance& instance, std::size_t index) {
  const Milliseconds now = times.now();
  const BatchState state = instance.current(now).state;
  const bool has_machine =
      state == BatchState::starting || state == BatchState::running || state == BatchState::failed_interrupted;
  const bool failed = state == BatchState::failed || state == BatchState::failed_interrupted;
  Json view{{"TaskInstanceIndex", index},
            {"TaskInstanceState", word(state)},
            {"ExitCode", failed ? 1 : 0},
            {"StateReason", failed ? "the command failed" : ""},
            {"StateDetailedReason", ""},
            {"ComputeNodeInstanceId", has_machine ? Json("ins-" + std::to_string(10000000 + index)) : Json(nullptr)},
            {"RedirectInfo", nullptr}};
  times.put(view, "CreateTime", instance.changes.front().at);
  times.put(view, "LaunchTime", instance.reached(BatchState::starting, now));
  times.put(view, "RunningTime", instance.reached(BatchState::running, now));
  times.put(view, "EndTime", instance.ended(now));
  return view;
}

/// Which instances a filter by state lets through.
Result<std::vector<std::size_t>, ApiError> chosen_instances(const Json& filters, const BatchTask& task,
                                                            Milliseconds now) {
  if (const auto verdict = check_filters(filters); !verdict) return Unexpected(verdict.error());
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < task.instances.size(); ++i) {
    bool pass = true;
    for (const Json& filter : filters) {
      if (filter.at("Name") != "task-instance-state") return refuse("InvalidFilter", "The filter is not known.");
      pass = pass && is_among(filter.at("Values"), word(task.instances[i].current(now).state));
    }
    if (pass) chosen.push_back(i);
  }
  return chosen;
}

ActionResult describe_task(const Scene& scene) {
  const Times times(scene);
  const auto slice = read_slice(scene.parameters, {100, 1000});
  if (!slice) return Unexpected(slice.error());
  const auto found = named_job(scene, times);
  if (!found) return Unexpected(found.error());
  const BatchJob* const job = found->get();
  const auto task = std::ranges::find(job->tasks, scene.parameters.at("TaskName").get<std::string>(), &BatchTask::name);
  if (task == job->tasks.end()) return refuse("ResourceNotFound.Task", "The job has no such task.");
  const auto chosen = chosen_instances(scene.parameters.value("Filters", Json::array()), *task, times.now());
  if (!chosen) return Unexpected(chosen.error());

  Json set = Json::array();
  BatchMetrics shown{};
  for (std::size_t i = slice->offset; i < chosen->size() && set.size() < slice->limit; ++i) {
    const BatchInstance& instance = task->instances[(*chosen)[i]];
    ++shown[static_cast<std::size_t>(instance.current(times.now()).state)];
    set.push_back(instance_view(times, instance, (*chosen)[i]));
  }
  Json answer{{"JobId", job->id},
              {"TaskName", task->name},
              {"TaskState", word(task->state(times.now()))},
              {"TaskInstanceTotalCount", task->instances.size()},
              {"TaskInstanceSet", std::move(set)},
              {"TaskInstanceMetrics", metrics_json(scene.quirks.half_metrics ? shown : task->metrics(times.now()))}};
  times.put(answer, "CreateTime", job->birth);
  times.put(answer, "EndTime", task->ended(times.now()));
  return answer;
}

constexpr std::array<TencentAction, 3> actions{{
    {"batch", "2017-03-12", "DescribeJobs", jobs_parameters, describe_jobs},
    {"batch", "2017-03-12", "DescribeJob", job_parameters, describe_job},
    {"batch", "2017-03-12", "DescribeTask", task_parameters, describe_task},
}};

}  // namespace

std::span<const TencentAction> batch_actions() { return actions; }

}  // namespace taskqueue::simulator
