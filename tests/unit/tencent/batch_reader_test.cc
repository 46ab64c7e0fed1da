#include "exporter/tencent/batch_reader.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "exporter/tally/batch_tally.h"
#include "exporter/tencent/tencent_dialect.h"
#include "tests/catch.h"
#include "tests/unit/scripted_cloud.h"

using namespace taskqueue;

namespace {

/// Batch's end of the wire: answers by action and parameters.
struct Desk {
  using Answerer = std::function<Json(const std::string& action, const Json& parameters)>;
  explicit Desk(Answerer answerer) : answer(std::move(answerer)) {}

  static Json refusal(const std::string& code) { return {{"Error", {{"Code", code}, {"Message", "no"}}}}; }
  static std::string action_of(const HttpRequest& request) {
    for (const Header& each : request.headers) {
      if (each.name == "X-TC-Action") return each.value;
    }
    return "";
  }
  /// What was asked for, one call a line.
  [[nodiscard]] std::vector<std::string> calls() const {
    std::vector<std::string> all;
    for (const HttpRequest& request : cloud.requests) all.push_back(action_of(request) + " " + request.body);
    return all;
  }

  Answerer answer;
  ScriptedCloud cloud{[this](const HttpRequest& request) {
    Json response = answer(action_of(request), Json::parse(request.body));
    response["RequestId"] = "r";
    return cloud.says(Json{{"Response", response}}.dump());
  }};
  TencentBatchReader reader{cloud.client(std::make_unique<TencentDialect>(TencentDialect::Product{
                                             .service = "batch", .version = "2017-03-12", .region = "ap-guangzhou"}),
                                         {"DescribeJobs", "DescribeJob", "DescribeTask"})};
};

const std::vector<std::string_view> active{"SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"};

// The document's own example of DescribeTask.
const char* const example = R"({"TaskInstanceSet":[{"TaskInstanceIndex":1,"TaskInstanceState":"SUCCEED","ExitCode":0,
  "ComputeNodeInstanceId":null},{"TaskInstanceIndex":0,"TaskInstanceState":"SUCCEED","ExitCode":0}],
  "TaskState":"SUCCEED","JobId":"job-97zcl3wt","TaskInstanceMetrics":{"PendingCount":0,"FailedCount":0,
  "StartingCount":0,"SucceedCount":2,"FailedInterruptedCount":0,"SubmittedCount":0,"RunnableCount":0,"RunningCount":0},
  "TaskInstanceTotalCount":2,"TaskName":"A","EndTime":"2018-02-07T09:30:31Z","CreateTime":"2018-02-07T09:29:09Z"})";

Json view(const std::string& id, const std::string& state) {
  return {{"JobId", id}, {"JobName", "n"}, {"JobState", state}, {"CreateTime", "2026-03-01T09:00:00Z"}};
}

}  // namespace

TEST_CASE("the document's example gives two that succeeded and seven zeros", "[tencent][batch_reader]") {
  Desk desk([](const std::string&, const Json&) { return Json::parse(example); });
  BatchTally tally(std::make_unique<TencentBatchReader>(
                       desk.cloud.client(std::make_unique<TencentDialect>(TencentDialect::Product{
                                             .service = "batch", .version = "2017-03-12", .region = "ap-guangzhou"}),
                                         {"DescribeTask"})),
                   {.named = {{"job-97zcl3wt", {"A"}}}});
  const auto counted = tally.refresh({}, nullptr);
  REQUIRE(counted);
  std::map<std::string, std::int64_t> counts;
  for (const InstanceCount& row : counted->snapshot.instances) {
    CHECK(row.job_id == "job-97zcl3wt");
    CHECK(row.job_name.empty());
    CHECK(row.task == "A");
    counts[row.status] = row.count;
  }
  CHECK(counts == std::map<std::string, std::int64_t>{{"SUBMITTED", 0},
                                                      {"PENDING", 0},
                                                      {"RUNNABLE", 0},
                                                      {"STARTING", 0},
                                                      {"RUNNING", 0},
                                                      {"SUCCEED", 2},
                                                      {"FAILED", 0},
                                                      {"FAILED_INTERRUPTED", 0}});
  CHECK(desk.calls() == std::vector<std::string>{R"(DescribeTask {"JobId":"job-97zcl3wt","Limit":1,"TaskName":"A"})"});
}

TEST_CASE("jobs are listed by their states in one filter", "[tencent][batch_reader]") {
  Desk desk([](const std::string&, const Json&) {
    return Json{{"JobSet", {view("job-1", "RUNNING"), view("job-2", "PENDING")}}, {"TotalCount", 2}};
  });
  const auto listing = desk.reader.jobs_in(active, {});
  REQUIRE(listing);
  CHECK(listing->whole);
  CHECK_FALSE(listing->unfiltered);
  CHECK(listing->total == 2);
  CHECK(listing->as_of == *parse_utc("2026-03-01T10:00:00Z"));
  CHECK(listing->jobs.size() == 2);
  CHECK(desk.calls() ==
        std::vector<std::string>{
            R"(DescribeJobs {"Filters":[{"Name":"job-state","Values":["SUBMITTED","PENDING","RUNNABLE",)"
            R"("STARTING","RUNNING"]}],"Limit":100,"Offset":0})"});
}

TEST_CASE("a filter that is too much is asked for state by state, then not at all", "[tencent][batch_reader]") {
  std::size_t allowed = 1;
  Desk desk([&](const std::string&, const Json& parameters) -> Json {
    const auto filters = parameters.find("Filters");
    const std::size_t values = filters == parameters.end() ? 0 : filters->at(0).at("Values").size();
    if (values > allowed) return Desk::refusal("InvalidParameterValue.LimitExceeded");
    if (values == 0) return {{"JobSet", {view("job-1", "RUNNING"), view("job-2", "FAILED")}}, {"TotalCount", 2}};
    const auto state = filters->at(0).at("Values").at(0).get<std::string>();
    return {{"JobSet", {view("job-" + state, state)}}, {"TotalCount", 1}};
  });
  const auto by_state = desk.reader.jobs_in(active, {});
  REQUIRE(by_state);
  CHECK(by_state->jobs.size() == 5);
  CHECK(by_state->total == 5);
  CHECK(by_state->whole);
  CHECK_FALSE(by_state->unfiltered);
  CHECK(desk.calls().size() == 6);
  REQUIRE(desk.reader.jobs_in({"SUCCEED", "FAILED"}, {}));
  CHECK(desk.calls().size() == 8);  // it is remembered that two are too many

  allowed = 0;
  const auto all = desk.reader.jobs_in(active, {});
  REQUIRE(all);
  CHECK(all->unfiltered);
  CHECK(all->jobs.size() == 2);
  CHECK(desk.calls().size() == 10);
  REQUIRE(desk.reader.jobs_in(active, {}));
  CHECK(desk.calls().size() == 11);
}

TEST_CASE("states that are asked for one by one are read no further than is enough", "[tencent][batch_reader]") {
  Desk desk([&](const std::string&, const Json& parameters) -> Json {
    const Json& values = parameters.at("Filters").at(0).at("Values");
    if (values.size() > 1) return Desk::refusal("InvalidParameterValue.LimitExceeded");
    Json jobs = Json::array();
    for (int i = 0; i < 100; ++i) {
      const int number = parameters.at("Offset").get<int>() + i;
      const auto state = values.at(0).get<std::string>();
      jobs.push_back(view("job-" + state + std::to_string(number), state));
    }
    return {{"JobSet", jobs}, {"TotalCount", 300}};
  });
  bool was_told_total = false;
  const EnoughJobs enough = [&](const JobListing& so_far) {
    was_told_total |= so_far.total.has_value();
    return so_far.jobs.size() >= 100;
  };
  REQUIRE(desk.reader.jobs_in({"SUCCEED", "FAILED"}, enough));
  CHECK_FALSE(was_told_total);
  CHECK(desk.calls().size() == 3);
}

TEST_CASE("other refusals are failures, throttling above all", "[tencent][batch_reader]") {
  const auto code = GENERATE(values<std::string>({"RequestLimitExceeded", "InvalidFilter", "UnauthorizedOperation"}));
  Desk desk([&](const std::string&, const Json&) { return Desk::refusal(code); });
  const auto listing = desk.reader.jobs_in(active, {});
  REQUIRE_FALSE(listing);
  CHECK(listing.error().code == code);
}

TEST_CASE("jobs are asked for by id a hundred at a time", "[tencent][batch_reader]") {
  Desk desk([](const std::string&, const Json& parameters) {
    Json jobs = Json::array();
    for (const Json& id : parameters.at("JobIds")) jobs.push_back(view(id.get<std::string>(), "RUNNING"));
    return Json{{"JobSet", jobs}, {"TotalCount", jobs.size()}};
  });
  std::vector<std::string> ids;
  for (int i = 0; i < 250; ++i) ids.push_back("job-" + std::to_string(i));
  const auto listing = desk.reader.jobs_by_id(ids);
  REQUIRE(listing);
  CHECK(listing->jobs.size() == 250);
  CHECK(desk.cloud.requests.size() == 3);
  CHECK(desk.calls()[0].find("\"Limit\":100") != std::string::npos);
  CHECK(desk.calls()[0].find("Filters") == std::string::npos);
}

TEST_CASE("a deleted job shortens the answer or spoils it: the others are found", "[tencent][batch_reader]") {
  const bool spoils = GENERATE(true, false);
  Desk desk([&](const std::string&, const Json& parameters) -> Json {
    Json jobs = Json::array();
    for (const Json& id : parameters.at("JobIds")) {
      if (id != "job-3") {
        jobs.push_back(view(id.get<std::string>(), "RUNNING"));
      } else if (spoils) {
        return Desk::refusal("ResourceNotFound.Job");
      }
    }
    return {{"JobSet", jobs}, {"TotalCount", jobs.size()}};
  });
  const auto listing = desk.reader.jobs_by_id({"job-1", "job-2", "job-3", "job-4", "job-5"});
  REQUIRE(listing);
  std::set<std::string> ids;
  for (const BatchJob& job : listing->jobs) ids.insert(job.id);
  CHECK(ids == std::set<std::string>{"job-1", "job-2", "job-4", "job-5"});
}

TEST_CASE("a job's tasks and the counts of all its instances are read", "[tencent][batch_reader]") {
  Desk desk([](const std::string&, const Json&) {
    return Json::parse(R"({"JobId":"job-1","JobName":"n","JobState":"RUNNING","EndTime":null,
      "TaskSet":[{"TaskName":"A","TaskState":"SUCCEED","EndTime":"2026-03-01T09:30:00Z"},{"TaskName":"B","TaskState":"RUNNING"}],
      "TaskMetrics":{"RunningCount":1,"SucceedCount":1},"TaskInstanceMetrics":{"RunningCount":4,"SucceedCount":5},"New":{}})");
  });
  const auto detail = desk.reader.job("job-1", Purpose::live);
  REQUIRE(detail);
  CHECK(detail->job.state == "RUNNING");
  CHECK(detail->job.tasks == StateCounts{0, 0, 0, 0, 1, 0, 1, 0});
  CHECK(detail->instances == StateCounts{0, 0, 0, 0, 4, 0, 5, 0});
  REQUIRE(detail->tasks.size() == 2);
  CHECK(detail->tasks[0].ended == parse_utc("2026-03-01T09:30:00Z"));
  CHECK(detail->tasks[1].name == "B");
  CHECK(desk.calls() == std::vector<std::string>{R"(DescribeJob {"JobId":"job-1"})"});
}

TEST_CASE("what is not there or not told is a failure", "[tencent][batch_reader]") {
  Desk gone([](const std::string& action, const Json&) {
    return Desk::refusal(action == "DescribeJob" ? "ResourceNotFound.Job" : "ResourceNotFound.Task");
  });
  CHECK(gone.reader.job("job-1", Purpose::live).error().kind == FailureKind::not_found);
  CHECK(gone.reader.task({"job-1", "A"}, Purpose::live).error().kind == FailureKind::not_found);
  Desk empty([](const std::string&, const Json&) { return Json::object(); });
  CHECK(empty.reader.job("job-1", Purpose::live).error().kind == FailureKind::answer);
  CHECK(empty.reader.task({"job-1", "A"}, Purpose::live).error().kind == FailureKind::answer);
}

TEST_CASE("counts that do not add up are asked for again, and counted by hand at last", "[tencent][batch_reader]") {
  // Metrics of the page, of the page and then of the task, missing, or never right.
  const auto kind = GENERATE(values<std::string>({"page", "missing", "wrong"}));
  Desk desk([&](const std::string&, const Json& parameters) {
    const auto limit = parameters.at("Limit").get<int>();
    Json set = Json::array();
    for (int i = 0; i < std::min(limit, 3); ++i) set.push_back({{"TaskInstanceState", i == 0 ? "FAILED" : "RUNNING"}});
    Json answer{{"TaskName", "A"}, {"TaskState", "RUNNING"}, {"TaskInstanceTotalCount", 3}, {"TaskInstanceSet", set}};
    if (kind == "page") answer["TaskInstanceMetrics"] = {{"FailedCount", 1}, {"RunningCount", limit == 1 ? 0 : 2}};
    if (kind == "wrong") answer["TaskInstanceMetrics"] = {{"FailedCount", 7}};
    return answer;
  });
  const auto detail = desk.reader.task({"job-1", "A"}, Purpose::live);
  REQUIRE(detail);
  CHECK(detail->instances == StateCounts{0, 0, 0, 0, 2, 0, 0, 1});
  REQUIRE(desk.calls().size() == 2);
  CHECK(desk.calls()[1] == R"(DescribeTask {"JobId":"job-1","Limit":1000,"TaskName":"A"})");
}

TEST_CASE("instances are counted by hand page by page, each once", "[tencent][batch_reader]") {
  // The API's metrics are the page's; its pages shift by one, or it stops giving more than it has given.
  const auto shift = GENERATE(0, 1);
  const auto shown = GENERATE(2500, 1700);
  Desk desk([&](const std::string&, const Json& parameters) {
    const auto limit = parameters.at("Limit").get<int>();
    const int offset = parameters.value("Offset", 0);
    Json set = Json::array();
    for (int i = std::max(0, offset - shift); i < shown && static_cast<int>(set.size()) < limit; ++i) {
      set.push_back({{"TaskInstanceIndex", i}, {"TaskInstanceState", i < 1600 ? "SUCCEED" : "RUNNING"}});
    }
    return Json{
        {"TaskName", "A"}, {"TaskState", "RUNNING"}, {"TaskInstanceTotalCount", 2500}, {"TaskInstanceSet", set}};
  });
  const auto detail = desk.reader.task({"job-1", "A"}, Purpose::live);
  REQUIRE(detail);
  CHECK(detail->instances == StateCounts{0, 0, 0, 0, shown - 1600, 0, 1600, 0});
  CHECK(desk.calls().size() <= 6);
  CHECK(desk.calls()[2] == R"(DescribeTask {"JobId":"job-1","Limit":1000,"Offset":1000,"TaskName":"A"})");
}

TEST_CASE("counting by hand ends, whatever the API gives", "[tencent][batch_reader]") {
  Desk desk([&](const std::string&, const Json& parameters) {
    Json set = Json::array();
    const int offset = parameters.value("Offset", 0);
    set.push_back({{"TaskInstanceIndex", offset}, {"TaskInstanceState", "RUNNING"}});
    return Json{{"TaskName", "A"}, {"TaskInstanceTotalCount", 1000000000}, {"TaskInstanceSet", set}};
  });
  REQUIRE(desk.reader.task({"job-1", "A"}, Purpose::live));
  CHECK(desk.calls().size() <= 120);
}

TEST_CASE("an item without an id is no job", "[tencent][batch_reader]") {
  Desk desk([](const std::string&, const Json&) {
    return Json{{"JobSet", {view("job-1", "RUNNING"), {{"JobState", "RUNNING"}}, nullptr}}, {"TotalCount", 3}};
  });
  const auto listing = desk.reader.jobs_by_id({"job-1", "job-2"});
  REQUIRE(listing);
  REQUIRE(listing->jobs.size() == 1);
  CHECK(listing->jobs[0].id == "job-1");
}
