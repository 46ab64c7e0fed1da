// VOD through the whole cloud: what its DescribeTasks lists and its DescribeTaskDetail tells.
#include <set>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;

struct VodFixture {
  ManualClock clock{noon};
  Cloud cloud{small_cloud(), clock};

  VodFixture() { clock.advance(minutes{9}); }
  Json ask(Json parameters) {
    parameters.emplace("SubAppId", 7);
    return simulator::ask(cloud, clock, vod(), parameters);
  }
  std::vector<Json> all(Json parameters) {
    parameters.emplace("SubAppId", 7);
    parameters.emplace("Limit", 41);
    return scroll(cloud, clock, vod(), parameters);
  }
  Json detail(const Json& id) {
    TencentCall call = vod();
    call.action = "DescribeTaskDetail";
    return simulator::ask(cloud, clock, call, {{"SubAppId", 7}, {"TaskId", id}});
  }
  void quirk(const std::string& json) { REQUIRE(control(cloud, "POST", "quirks", json).status == 200); }
};

std::string text_of(const Json& item, const char* field) { return item.at(field).get<std::string>(); }

std::multiset<std::string> ids_of(const std::vector<Json>& items) {
  std::multiset<std::string> set;
  for (const Json& item : items) set.insert(text_of(item, "TaskId"));
  return set;
}

}  // namespace

TEST_CASE("one listing without Status shows all that the truth has, ABORTED too", "[simulator][vod]") {
  VodFixture f;
  std::map<std::string, std::uint64_t> expected;
  const Json truth = truth_of(f.cloud, "vod");
  for (const Json& row : truth.at("tasks")) {
    expected[text_of(row, "type") + text_of(row, "status")] += row.at("count").get<std::uint64_t>();
  }
  std::map<std::string, std::uint64_t> listed;
  std::set<std::string> statuses;
  for (const Json& item : f.all(Json::object())) {
    ++listed[text_of(item, "TaskType") + text_of(item, "Status")];
    statuses.insert(text_of(item, "Status"));
  }
  CHECK(listed == expected);
  CHECK(statuses == std::set<std::string>{"WAITING", "PROCESSING", "FINISH", "ABORTED"});
}

TEST_CASE("Status lists the items of that status; ABORTED only where it is switched", "[simulator][vod]") {
  VodFixture f;
  std::map<std::string, std::size_t> counts;
  for (const Json& item : f.all(Json::object())) ++counts[text_of(item, "Status")];
  for (const char* status : {"WAITING", "PROCESSING", "FINISH"}) {
    CHECK(f.all({{"Status", status}}).size() == counts[status]);
  }
  CHECK(error_code(f.ask({{"Status", "ABORTED"}})) == "InvalidParameterValue.Status");
  f.quirk(R"({"aborted_filter": true})");
  CHECK(f.all({{"Status", "ABORTED"}}).size() == counts["ABORTED"]);
}

TEST_CASE("time ranges take After and leave Before", "[simulator][vod]") {
  VodFixture f;
  const std::string field = GENERATE(std::string("CreateTime"), std::string("FinishTime"));
  const auto everything = f.all(Json::object());
  const std::string after = text_of(everything.at(100), "CreateTime");
  const std::string before = text_of(everything.at(20), "CreateTime");
  std::multiset<std::string> expected;
  for (const Json& item : everything) {
    const std::string time = text_of(item, field.c_str());
    if (time >= after && time < before) expected.insert(text_of(item, "TaskId"));
  }
  const Json range{{"After", after}, {"Before", before}};
  for (const char* sort : {"", "CreateTime", "FinishTime"}) {
    Json parameters{{field, range}};
    if (*sort != '\0') parameters["Sort"] = {{"Field", sort}, {"Order", "Asc"}};
    CAPTURE(field, sort, after, before);
    CHECK(ids_of(f.all(parameters)) == expected);
  }
  CHECK(expected.size() > 10);
}

TEST_CASE("sorted listings are sorted and complete", "[simulator][vod]") {
  VodFixture f;
  const std::string field = GENERATE(std::string("CreateTime"), std::string("FinishTime"));
  const bool down = GENERATE(false, true);
  const auto items = f.all({{"Sort", {{"Field", field}, {"Order", down ? "Desc" : "Asc"}}}});
  CHECK(ids_of(items) == ids_of(f.all(Json::object())));
  for (std::size_t i = 1; i < items.size(); ++i) {
    const std::string a = text_of(items[i - 1], field.c_str());
    const std::string b = text_of(items[i], field.c_str());
    CAPTURE(i, a, b);
    REQUIRE((down ? a >= b : a <= b));
  }
}

TEST_CASE("a sorted page can repeat the task before", "[simulator][vod]") {
  VodFixture f;
  f.quirk(R"({"duplicates": true})");
  const auto items = f.all({{"Sort", {{"Field", "FinishTime"}, {"Order", "Desc"}}}});
  const auto all = ids_of(items);
  const std::set<std::string> unique(all.begin(), all.end());
  f.quirk(R"({"reset": true})");
  CHECK(unique.size() == f.all(Json::object()).size());
  CHECK(items.size() > unique.size());
}

TEST_CASE("applications are apart", "[simulator][vod]") {
  VodFixture f;
  CHECK(error_code(simulator::ask(f.cloud, f.clock, vod(), {{"SubAppId", 8}})) == "UnauthorizedOperation");
  CHECK(error_code(simulator::ask(f.cloud, f.clock, vod(), Json::object())) == "InvalidParameterValue");
  CHECK_FALSE(f.ask(Json::object()).contains("TotalCount"));
}

TEST_CASE("a file leads to its task", "[simulator][vod]") {
  VodFixture f;
  const Json some = f.ask({{"Limit", 30}}).at("TaskSet").at(29);
  const Json found = f.ask({{"FileId", some.at("FileId")}});
  REQUIRE(found.at("TaskSet").size() == 1);
  CHECK(found.at("TaskSet").at(0) == some);
  CHECK(f.ask({{"FileId", "12"}}).at("TaskSet").empty());
}

TEST_CASE("details tell failures apart, and are FINISH all the same", "[simulator][vod]") {
  VodFixture f;
  std::uint64_t failed = 0;
  const auto finished = f.all({{"Status", "FINISH"}});
  for (const Json& item : finished) {
    const Json detail = f.detail(item.at("TaskId"));
    REQUIRE(detail.at("Status") == "FINISH");
    REQUIRE(detail.at("FinishTime") == item.at("FinishTime"));
    failed += detail.at(text_of(item, "TaskType") + "Task").at("ErrCode") != 0 ? 1U : 0U;
  }
  std::uint64_t expected = 0;
  const Json truth = truth_of(f.cloud, "vod");
  for (const Json& row : truth.at("tasks")) {
    if (row.at("status") == "FINISH" && row.at("outcome") == "failed") expected += row.at("count").get<std::uint64_t>();
  }
  CHECK(failed == expected);
  CHECK(failed > 0);
  CHECK(error_code(f.detail("7-EditMedia-0123456789abcdef")) == "ResourceNotFound");
}

TEST_CASE("filters and sorts can go unheeded", "[simulator][vod]") {
  VodFixture f;
  f.quirk(R"({"ignore_new": true})");
  const Json never{{"After", "2030-01-01T00:00:00Z"}};
  CHECK(f.all({{"FinishTime", never}}).size() == f.all(Json::object()).size());
}

TEST_CASE("vod parameters are checked as the page says", "[simulator][vod]") {
  VodFixture f;
  const auto code = [&](const Json& parameters) { return error_code(f.ask(parameters)); };
  CHECK(code({{"Limit", 101}}) == "InvalidParameterValue");
  CHECK(code({{"Status", "DONE"}}) == "InvalidParameterValue.Status");
  CHECK(code({{"Sort", {{"Field", "TaskId"}}}}) == "InvalidParameterValue");
  CHECK(code({{"Sort", {{"Order", "Asc"}}}}) == "MissingParameter");
  CHECK(code({{"CreateTime", "now"}}) == "InvalidParameter");
  CHECK(code({{"CreateTime", {{"From", "now"}}}}) == "UnknownParameter");
  CHECK(code({{"CreateTime", {{"After", "now"}}}}) == "InvalidParameterValue");
}

}  // namespace taskqueue::simulator
