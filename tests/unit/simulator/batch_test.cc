// Batch through the whole cloud.
#include <set>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;

struct BatchFixture {
  ManualClock clock{noon};
  Cloud cloud{small_cloud(), clock};

  BatchFixture() { clock.advance(minutes{40}); }
  Json ask(const std::string& action, const Json& parameters) {
    return simulator::ask(cloud, clock, batch(action), parameters);
  }
  std::vector<Json> jobs(Json parameters) {
    std::vector<Json> all;
    parameters["Limit"] = 7;
    while (true) {
      parameters["Offset"] = all.size();
      const Json answer = ask("DescribeJobs", parameters);
      for (const Json& job : answer.at("JobSet")) all.push_back(job);
      if (answer.at("JobSet").empty() || all.size() >= answer.at("TotalCount").get<std::size_t>()) return all;
    }
  }
};

Json state_filter(const std::vector<std::string>& states) {
  return {{"Filters", {{{"Name", "job-state"}, {"Values", states}}}}};
}

std::uint64_t sum(const Json& metrics) {
  std::uint64_t total = 0;
  for (const Json& count : metrics) total += count.get<std::uint64_t>();
  return total;
}

}  // namespace

TEST_CASE("the jobs listed by state are those of the truth", "[simulator][batch]") {
  BatchFixture f;
  std::map<std::string, std::size_t> expected;
  const Json truth = truth_of(f.cloud, "batch");
  for (const Json& row : truth.at("jobs"))
    expected[row.at("status").get<std::string>()] = row.at("count").get<std::size_t>();
  std::map<std::string, std::size_t> listed;
  for (const Json& job : f.jobs(Json::object())) ++listed[job.at("JobState").get<std::string>()];
  CHECK(listed == expected);
  CHECK(listed.size() > 1);
  for (const auto& [state, count] : expected) CHECK(f.jobs(state_filter({state})).size() == count);
}

TEST_CASE("tasks and instances, read job by job, are those of the truth", "[simulator][batch]") {
  BatchFixture f;
  std::map<std::string, std::uint64_t> tasks;
  std::map<std::string, std::uint64_t> instances;
  for (const Json& job : f.jobs(Json::object())) {
    const Json detail = f.ask("DescribeJob", {{"JobId", job.at("JobId")}});
    CHECK(detail.at("TaskMetrics") == job.at("TaskMetrics"));
    CHECK(detail.at("EndTime") == job.at("EndTime"));
    Json whole = Json::object();
    for (const Json& task : detail.at("TaskSet")) {
      ++tasks[task.at("TaskName").get<std::string>() + task.at("TaskState").get<std::string>()];
      const Json one = f.ask("DescribeTask", {{"JobId", job.at("JobId")}, {"TaskName", task.at("TaskName")}});
      CHECK(one.at("TaskState") == task.at("TaskState"));
      CHECK(one.at("EndTime") == task.at("EndTime"));
      CHECK(sum(one.at("TaskInstanceMetrics")) == one.at("TaskInstanceTotalCount"));
      for (const auto& [name, count] : one.at("TaskInstanceMetrics").items()) {
        whole[name] = whole.value(name, std::uint64_t{0}) + count.get<std::uint64_t>();
      }
      for (const Json& instance : one.at("TaskInstanceSet"))
        ++instances[instance.at("TaskInstanceState").get<std::string>()];
    }
    CHECK(whole == detail.at("TaskInstanceMetrics"));
  }
  std::map<std::string, std::uint64_t> true_tasks;
  std::map<std::string, std::uint64_t> true_instances;
  const Json truth = truth_of(f.cloud, "batch");
  for (const Json& row : truth.at("tasks")) {
    true_tasks[row.at("type").get<std::string>() + row.at("status").get<std::string>()] +=
        row.at("count").get<std::uint64_t>();
  }
  for (const Json& row : truth.at("instances")) {
    true_instances[row.at("status").get<std::string>()] += row.at("count").get<std::uint64_t>();
  }
  CHECK(tasks == true_tasks);
  CHECK(instances == true_instances);
}

TEST_CASE("Limit does not change the metrics of a task, unless that is switched", "[simulator][batch]") {
  BatchFixture f;
  Json big;
  for (const Json& job : f.jobs(Json::object())) {
    const Json parameters{{"JobId", job.at("JobId")}, {"TaskName", "A"}, {"Limit", 1}};
    if (f.ask("DescribeTask", parameters).at("TaskInstanceTotalCount") > 3) big = parameters;
  }
  REQUIRE_FALSE(big.is_null());
  CHECK(sum(f.ask("DescribeTask", big).at("TaskInstanceMetrics")) > 3);
  CHECK(f.ask("DescribeTask", big).at("TaskInstanceSet").size() == 1);
  control(f.cloud, "POST", "quirks", R"({"service": "batch", "half_metrics": true})");
  CHECK(sum(f.ask("DescribeTask", big).at("TaskInstanceMetrics")) == 1);
}

TEST_CASE("batch errors have the codes of the pages", "[simulator][batch]") {
  BatchFixture f;
  const auto code = [&](const std::string& action, const Json& parameters) {
    return error_code(f.ask(action, parameters));
  };
  const Json id = f.jobs(Json::object()).front().at("JobId");
  CHECK(code("DescribeJob", {{"JobId", "job-00000000"}}) == "ResourceNotFound.Job");
  CHECK(code("DescribeJob", {{"JobId", "render"}}) == "InvalidParameter.JobIdMalformed");
  CHECK(code("DescribeTask", {{"JobId", id}, {"TaskName", "Z"}}) == "ResourceNotFound.Task");
  CHECK(code("DescribeTask", {{"JobId", id}}) == "MissingParameter");
  CHECK(code("DescribeTask", {{"JobId", id}, {"TaskName", "A"}, {"Limit", 1001}}) == "InvalidParameterValue");
  CHECK(code("DescribeTask", {{"JobId", id},
                              {"TaskName", "A"},
                              {"Filters", {{{"Name", "task-instance-type"}, {"Values", {"RUNNING"}}}}}}) ==
        "InvalidFilter");
  CHECK(code("DescribeJobs", {{"Limit", 101}}) == "InvalidParameterValue");
  CHECK(code("DescribeJobs", state_filter({"A", "B", "C", "D", "E", "F"})) == "InvalidParameterValue.LimitExceeded");
  CHECK(code("DescribeJobs", {{"Filters", {{{"Name", "colour"}, {"Values", {"red"}}}}}}) == "InvalidFilter");
  Json both = state_filter({"RUNNING"});
  both["JobIds"] = Json::array({id});
  CHECK(code("DescribeJobs", both) == "InvalidParameter.InvalidParameterCombination");
  TencentCall call = batch("DescribeJobs");
  call.region = "";
  CHECK(error_code(simulator::ask(f.cloud, f.clock, call, Json::object())) == "MissingParameter");
  call.region = "mars-1";
  CHECK(error_code(simulator::ask(f.cloud, f.clock, call, Json::object())) == "UnsupportedRegion");
  call.region = "ap-shanghai";
  CHECK(simulator::ask(f.cloud, f.clock, call, Json::object()).at("TotalCount") == 0);
}

TEST_CASE("jobs can be asked for by id, and filters combine", "[simulator][batch]") {
  BatchFixture f;
  const auto all = f.jobs(Json::object());
  REQUIRE(all.size() > 3);
  const Json two{{"JobIds", {all[0].at("JobId"), all[2].at("JobId"), "job-00000000"}}};
  CHECK(f.ask("DescribeJobs", two).at("TotalCount") == 2);
  const Json named{{"Filters",
                    {{{"Name", "job-name"}, {"Values", {all[1].at("JobName")}}},
                     {{"Name", "job-state"}, {"Values", {all[1].at("JobState")}}}}}};
  for (const Json& job : f.jobs(named)) {
    CHECK(job.at("JobName") == all[1].at("JobName"));
    CHECK(job.at("JobState") == all[1].at("JobState"));
  }
  CHECK_FALSE(f.jobs(named).empty());
}

}  // namespace taskqueue::simulator
