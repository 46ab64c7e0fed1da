// MPS through the whole cloud: what its DescribeTasks lists.
#include <set>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct MpsFixture {
  ManualClock clock{noon};
  Cloud cloud{small_cloud(), clock};

  Json ask(const Json& parameters) { return simulator::ask(cloud, clock, mps(), parameters); }
  std::vector<Json> all(const Json& parameters) { return scroll(cloud, clock, mps(), parameters); }
  void quirk(const std::string& json) { REQUIRE(control(cloud, "POST", "quirks", json).status == 200); }
};

std::set<std::string> ids(const std::vector<Json>& items) {
  std::set<std::string> set;
  for (const Json& item : items) set.insert(item.at("TaskId").get<std::string>());
  return set;
}

}  // namespace

TEST_CASE("the three statuses, listed, are what the truth says", "[simulator][mps]") {
  MpsFixture f;
  f.clock.advance(minutes{7});
  const Json truth = truth_of(f.cloud, "mps");
  for (const char* status : {"WAITING", "PROCESSING", "FINISH"}) {
    std::map<std::string, std::uint64_t> expected;
    for (const Json& row : truth.at("tasks")) {
      if (row.at("status") == status)
        expected[row.at("type").get<std::string>()] += row.at("count").get<std::uint64_t>();
    }
    std::map<std::string, std::uint64_t> listed;
    const auto items = f.all({{"Status", status}, {"Limit", 37}});
    for (const Json& item : items) ++listed[item.at("TaskType").get<std::string>()];
    CAPTURE(status);
    CHECK(listed == expected);
    CHECK_FALSE(items.empty());
    CHECK(f.ask({{"Status", status}, {"Limit", 1}}).at("TotalCount") == items.size());
    CHECK(ids(items).size() == items.size());
  }
}

TEST_CASE("times that are not yet are spelt as the page does", "[simulator][mps]") {
  MpsFixture f;
  f.clock.advance(minutes{7});
  const Json waiting = f.ask({{"Status", "WAITING"}}).at("TaskSet").at(0);
  CHECK(waiting.at("BeginProcessTime") == "0000-00-00T00:00:00Z");
  CHECK(waiting.at("FinishTime") == "0000-00-00T00:00:00Z");
  const Json running = f.ask({{"Status", "PROCESSING"}}).at("TaskSet").at(0);
  CHECK(parse_utc(running.at("BeginProcessTime").get<std::string>()));
  CHECK(running.at("FinishTime") == "0000-00-00T00:00:00Z");

  f.quirk(R"({"service": "mps", "not_yet": "null"})");
  CHECK(f.ask({{"Status", "WAITING"}}).at("TaskSet").at(0).at("FinishTime").is_null());
  f.quirk(R"({"service": "mps", "not_yet": "absent"})");
  CHECK_FALSE(f.ask({{"Status", "WAITING"}}).at("TaskSet").at(0).contains("FinishTime"));
  f.quirk(R"({"service": "mps", "not_yet": "empty"})");
  CHECK(f.ask({{"Status", "WAITING"}}).at("TaskSet").at(0).at("FinishTime") == "");
  f.quirk(R"({"service": "mps", "not_yet": "first_year"})");
  CHECK(f.ask({{"Status", "WAITING"}}).at("TaskSet").at(0).at("FinishTime") == "0001-01-01T00:00:00Z");
}

TEST_CASE("SubTaskHasFailed parts the finished in two", "[simulator][mps]") {
  MpsFixture f;
  f.clock.advance(minutes{7});
  const auto failed = ids(f.all({{"Status", "FINISH"}, {"SubTaskHasFailed", true}, {"Limit", 100}}));
  const auto fine = ids(f.all({{"Status", "FINISH"}, {"SubTaskHasFailed", false}, {"Limit", 100}}));
  auto both = failed;
  both.insert(fine.begin(), fine.end());
  CHECK(both.size() == failed.size() + fine.size());
  CHECK(both == ids(f.all({{"Status", "FINISH"}, {"Limit", 100}})));
  CHECK(failed.size() > 10);
}

TEST_CASE("StartTime and EndTime choose by creation, or by the end, both inclusive", "[simulator][mps]") {
  MpsFixture f;
  f.clock.advance(minutes{10});
  const std::string from = "2024-05-01T12:02:00Z";
  const std::string until = "2024-05-01T12:05:30Z";
  const bool by_end = GENERATE(false, true);
  if (by_end) f.quirk(R"({"by_end": true})");
  const char* field = by_end ? "FinishTime" : "CreateTime";
  std::set<std::string> expected;
  for (const Json& item : f.all({{"Status", "FINISH"}, {"Limit", 100}})) {
    const auto time = item.at(field).get<std::string>();
    if (time >= from && time <= until) expected.insert(item.at("TaskId").get<std::string>());
  }
  const Json range{{"Status", "FINISH"}, {"StartTime", from}, {"EndTime", until}, {"Limit", 20}};
  CHECK(ids(f.all(range)) == expected);
  CHECK(f.ask(range).at("TotalCount") == expected.size());
  CHECK(expected.size() > 20);
}

TEST_CASE("what is older than the window is not listed", "[simulator][mps]") {
  MpsFixture f;
  f.clock.advance(std::chrono::hours{1});
  const std::string edge = utc_seconds(f.clock.wall_now() - std::chrono::hours{2});
  std::string oldest = "9";
  for (const Json& item : f.all({{"Status", "FINISH"}, {"Limit", 100}})) {
    oldest = std::min(oldest, item.at("CreateTime").get<std::string>());
  }
  CHECK(oldest >= edge);
  CHECK(oldest <= utc_seconds(f.clock.wall_now() - minutes{115}));
}

TEST_CASE("pages can be shorter than was asked for, and make up the same list", "[simulator][mps]") {
  ManualClock clock(noon);
  Cloud cloud(small_cloud(), clock);
  const Json wish{{"Status", "FINISH"}, {"Limit", 100}};
  const auto whole = scroll(cloud, clock, mps(), wish);
  control(cloud, "POST", "quirks", R"({"most_in_page": 7})");
  CHECK(ask(cloud, clock, mps(), wish).at("TaskSet").size() == 7);
  CHECK(scroll(cloud, clock, mps(), wish) == whole);
}

TEST_CASE("a stale page shows the world as it was, each page by itself, and the date is now", "[simulator][mps]") {
  ManualClock clock(noon);
  Cloud cloud(small_cloud(), clock);
  clock.advance(std::chrono::minutes{10});
  const auto newest = [&] {
    return ask(cloud, clock, mps(), {{"Status", "WAITING"}, {"Limit", 1}}).at("TotalCount").get<std::int64_t>();
  };
  const std::int64_t now = newest();
  control(cloud, "POST", "quirks", R"({"service": "mps", "stale_seconds": 300})");
  std::set<std::int64_t> totals;
  for (int i = 0; i < 30; ++i) totals.insert(newest());
  CHECK(totals.size() > 2);
  control(cloud, "POST", "pause");
  clock.advance(std::chrono::minutes{5});
  CHECK(newest() == now);
  const Answer answer = cloud.handle(tencent_request(mps(), R"({"Status": "WAITING"})", clock.wall_now()));
  const auto date = std::ranges::find(answer.headers, "Date", &Header::name);
  REQUIRE(date != answer.headers.end());
  CHECK(date->value == "Wed, 01 May 2024 12:15:00 GMT");
}

TEST_CASE("parameters are checked as the page says", "[simulator][mps]") {
  MpsFixture f;
  const auto code = [&](const Json& parameters) { return error_code(f.ask(parameters)); };
  CHECK(code({{"Status", "FINISH"}, {"Limit", "5"}}) == "OK");
  CHECK(code(Json::object()) == "MissingParameter");
  CHECK(code({{"Status", nullptr}}) == "MissingParameter");
  CHECK(code({{"Status", "FINISHED"}}) == "InvalidParameterValue");
  CHECK(code({{"Status", "FINISH"}, {"Limit", 0}}) == "InvalidParameterValue.Limit");
  CHECK(code({{"Status", "FINISH"}, {"Limit", 101}}) == "InvalidParameterValue.Limit");
  CHECK(code({{"Status", "FINISH"}, {"Limit", 1.5}}) == "InvalidParameter");
  CHECK(code({{"Status", 3}}) == "InvalidParameter");
  CHECK(code({{"Status", "FINISH"}, {"SubTaskHasFailed", "true"}}) == "InvalidParameter");
  CHECK(code({{"Status", "FINISH"}, {"Offset", 3}}) == "UnknownParameter");
  CHECK(code({{"Status", "FINISH"}, {"StartTime", "yesterday"}}) == "InvalidParameterValue");
  CHECK(code({{"Status", "FINISH"}, {"ScrollToken", "nonsense"}}) == "InvalidParameterValue");
}

TEST_CASE("a token fits only the question it was given for", "[simulator][mps]") {
  MpsFixture f;
  const auto token = f.ask({{"Status", "FINISH"}, {"Limit", 5}}).at("ScrollToken");
  CHECK(error_code(f.ask({{"Status", "FINISH"}, {"Limit", 50}, {"ScrollToken", token}})) == "OK");
  CHECK(error_code(f.ask({{"Status", "WAITING"}, {"ScrollToken", token}})) == "InvalidParameterValue");
}

TEST_CASE("newer parameters can be unknown or unheeded", "[simulator][mps]") {
  MpsFixture f;
  const Json failed{{"Status", "FINISH"}, {"SubTaskHasFailed", true}};
  const Json late{{"Status", "FINISH"}, {"StartTime", "2024-05-01T13:00:00Z"}};
  const auto total = f.ask({{"Status", "FINISH"}}).at("TotalCount");
  CHECK(f.ask(failed).at("TotalCount") < total);
  f.quirk(R"({"service": "mps", "seed_only": true})");
  CHECK(error_code(f.ask(failed)) == "UnknownParameter");
  CHECK(error_code(f.ask(late)) == "UnknownParameter");
  f.quirk(R"({"service": "mps", "reset": true, "ignore_new": true})");
  CHECK(f.ask(failed).at("TotalCount") == total);
  CHECK(f.ask(late).at("TotalCount") == total);
}

TEST_CASE("pages can misbehave in every documented way", "[simulator][mps]") {
  MpsFixture f;
  const Json finished{{"Status", "FINISH"}, {"Limit", 20}};
  const auto total = f.ask(finished).at("TotalCount").get<std::size_t>();
  REQUIRE(total > 100);
  SECTION("a token on the last page leads to an empty page and to itself") {
    f.quirk(R"({"token_on_last_page": true})");
    const auto items = f.all(finished);
    CHECK(items.size() == total);
    Json last = f.ask({{"Status", "WAITING"}, {"Limit", 100}});
    const auto token = last.at("ScrollToken").get<std::string>();
    REQUIRE_FALSE(token.empty());
    last = f.ask({{"Status", "WAITING"}, {"Limit", 100}, {"ScrollToken", token}});
    CHECK(last.at("TaskSet").empty());
    CHECK(last.at("ScrollToken") == token);
  }
  SECTION("TotalCount counts from the page on") {
    f.quirk(R"({"total_is_remaining": true})");
    Json second = finished;
    second["ScrollToken"] = f.ask(finished).at("ScrollToken");
    CHECK(f.ask(second).at("TotalCount") == total - 20);
  }
  SECTION("pages repeat the task before, and all are there") {
    f.quirk(R"({"duplicates": true})");
    const auto items = f.all(finished);
    CHECK(items.size() > total);
    CHECK(ids(items).size() == total);
  }
  SECTION("pages shift while tasks end") {
    f.quirk(R"({"page_shift": true})");
    f.clock.advance(minutes{5});
    Json second = finished;
    const auto first = f.ask(finished);
    second["ScrollToken"] = first.at("ScrollToken");
    f.clock.advance(seconds{12});
    const Json shifted = f.ask(second);
    std::set<std::string> before;
    for (const Json& item : first.at("TaskSet")) before.insert(item.at("TaskId").get<std::string>());
    std::size_t again = 0;
    for (const Json& item : shifted.at("TaskSet")) again += before.count(item.at("TaskId").get<std::string>());
    CHECK(again > 0);
  }
  SECTION("fields nobody knows, and nulls") {
    f.quirk(R"({"extra_fields": true})");
    CHECK(f.ask(finished).at("TaskSet").at(0).at("Comment").is_null());
  }
  SECTION("the oldest first") {
    f.quirk(R"({"oldest_first": true})");
    const auto items = f.all(finished);
    CHECK(items.front().at("CreateTime") < items.back().at("CreateTime"));
    CHECK(items.size() == total);
  }
}

}  // namespace taskqueue::simulator
