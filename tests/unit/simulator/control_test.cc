// The control path, and how requests are counted for it.
#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;

struct ControlFixture {
  ManualClock clock{noon};
  Cloud cloud{small_cloud(), clock};
};

Json reading_of(Cloud& cloud, const std::string& service) {
  const Json readings = Json::parse(control(cloud, "GET", "requests").body);
  for (const Json& action : readings.at("actions")) {
    if (action.at("service") == service) return action;
  }
  return nullptr;
}

std::uint64_t total(const Json& numbers) {
  std::uint64_t total = 0;
  for (const Json& number : numbers)
    total += number.is_object() ? number.at("count").get<std::uint64_t>() : number.get<std::uint64_t>();
  return total;
}

}  // namespace

TEST_CASE("the truth tells every queue, and its numbers add up", "[simulator][control]") {
  ControlFixture f;
  f.clock.advance(minutes{6});
  const Json truth = Json::parse(control(f.cloud, "GET", "truth").body);
  CHECK(truth.at("now") == "2024-05-01T12:06:00.000Z");
  CHECK(truth.at("paused") == false);
  CHECK(truth.at("queues").size() == 4);
  for (const char* service : {"mps", "vod", "ecs"}) {
    const Json queue = truth_of(f.cloud, service);
    std::uint64_t live = 0;
    for (const Json& row : queue.at("tasks")) {
      if (row.at("phase") == "queued" || row.at("phase") == "running") live += row.at("count").get<std::uint64_t>();
    }
    CAPTURE(service);
    CHECK(total(queue.at("arrived")) == total(queue.at("finished")) + live);
  }
  CHECK(truth_of(f.cloud, "vod").at("sub_app_id") == 7);
  CHECK(truth_of(f.cloud, "ecs").at("region") == "cn-hangzhou");
}

TEST_CASE("the oldest are those that the listings show", "[simulator][control]") {
  ControlFixture f;
  f.clock.advance(minutes{6});
  std::map<std::string, double> oldest;
  for (const Json& item : scroll(f.cloud, f.clock, mps(), {{"Status", "WAITING"}, {"Limit", 100}})) {
    const auto created = parse_utc(item.at("CreateTime").get<std::string>()).value();
    const auto seconds = static_cast<double>(created.time_since_epoch().count()) / 1000;
    const auto [place, added] = oldest.emplace(item.at("TaskType").get<std::string>(), seconds);
    if (!added) place->second = std::min(place->second, seconds);
  }
  CHECK(truth_of(f.cloud, "mps").at("oldest_queued") == Json(oldest));
  CHECK_FALSE(oldest.empty());
}

TEST_CASE("the truth tells what is at the window's edge, as wide as is asked for", "[simulator][control]") {
  ManualClock clock(noon);
  Cloud cloud(small_cloud(), clock);
  clock.advance(std::chrono::minutes{5});
  const auto at_edge = [&](const std::string& query) {
    std::uint64_t sum = 0;
    const Json truth = Json::parse(control(cloud, "GET", "truth" + query).body);
    for (const auto& [type, count] : truth.at("queues").at(0).at("at_edge").items()) sum += count.get<std::uint64_t>();
    return sum;
  };
  CHECK(at_edge("") == at_edge("?edge_seconds=60"));
  CHECK(at_edge("?edge_seconds=0") == 0);
  CHECK(at_edge("?edge_seconds=600") > at_edge(""));
  CHECK(control(cloud, "GET", "truth?edge_seconds=x").status == 400);
  CHECK(control(cloud, "GET", "truth?border=1").status == 400);
}

TEST_CASE("a task that leaves the window alive is never told as finished", "[simulator][control]") {
  ManualClock clock(noon);
  CloudPlan plan = small_cloud();
  plan.accounts[0].queues[0].world = {.arrivals = {.history_tasks = 0, .per_second = 1},
                                      .types = {{"WorkflowTask"}},
                                      .run = {minutes{3}, minutes{7}},
                                      .failed_share = 0,
                                      .window = std::chrono::minutes{5}};
  Cloud cloud(plan, clock);
  clock.advance(std::chrono::minutes{60});
  const Json truth = truth_of(cloud, "mps");
  CHECK(truth.at("arrived").at("WorkflowTask").get<int>() == Approx(3600).margin(2));
  const int finished = truth.at("finished").at(0).at("count").get<int>();
  CHECK(finished > 1000);
  CHECK(finished < 3000);
  const int shortly = truth.at("finished_at_edge").at(0).at("count").get<int>();
  CHECK(shortly > 500);
  CHECK(shortly < finished);
}

TEST_CASE("requests are counted by code, and the most in any sliding second", "[simulator][control]") {
  ControlFixture f;
  const auto call = [&] { ask(f.cloud, f.clock, mps(), {{"Status", "FINISH"}}); };
  f.clock.advance(Milliseconds{900});
  for (int i = 0; i < 3; ++i) call();
  f.clock.advance(Milliseconds{200});  // the next second of the clock, the same sliding one
  for (int i = 0; i < 2; ++i) call();
  f.clock.advance(Milliseconds{1000});
  ask(f.cloud, f.clock, mps(), Json::object());
  ask(f.cloud, f.clock, mps(), {{"Status", "FINISH"}}, {.id = "AKIDtest", .key = "wrong"});
  const Json reading = reading_of(f.cloud, "mps");
  CHECK(reading.at("account") == "test");
  CHECK(reading.at("action") == "DescribeTasks");
  CHECK(reading.at("total") == 7);
  CHECK(reading.at("by_code") == Json({{"OK", 5}, {"MissingParameter", 1}, {"AuthFailure.SignatureFailure", 1}}));
  CHECK(reading.at("most_in_any_second") == 5);
  REQUIRE(control(f.cloud, "POST", "requests/reset").status == 200);
  CHECK(reading_of(f.cloud, "mps").is_null());
}

TEST_CASE("quirks can be read, switched for one service or all, and put back", "[simulator][control]") {
  ControlFixture f;
  const auto quirks = [&] { return Json::parse(control(f.cloud, "GET", "quirks").body); };
  CHECK(quirks().at("mps").at("not_yet") == "zero_year");
  CHECK(quirks().at("vod").at("not_yet") == "first_year");
  control(f.cloud, "POST", "quirks", R"({"service": "vod", "oldest_first": true, "end_delay_seconds": 2.5})");
  CHECK(quirks().at("vod").at("oldest_first") == true);
  CHECK(quirks().at("vod").at("end_delay_seconds") == 2.5);
  CHECK(quirks().at("mps").at("oldest_first") == false);
  control(f.cloud, "POST", "quirks", R"({"duplicates": true})");
  CHECK(quirks().at("mps").at("duplicates") == true);
  control(f.cloud, "POST", "quirks", R"({"reset": true})");
  CHECK(quirks().at("vod").at("oldest_first") == false);
}

TEST_CASE("what the control path does not understand changes nothing", "[simulator][control]") {
  ControlFixture f;
  const std::string before = control(f.cloud, "GET", "quirks").body;
  CHECK(control(f.cloud, "POST", "quirks", R"({"sead_only": true})").status == 400);
  CHECK(control(f.cloud, "POST", "quirks", R"({"service": "cos"})").status == 400);
  CHECK(control(f.cloud, "POST", "quirks", R"({"seed_only": 1})").status == 400);
  CHECK(control(f.cloud, "POST", "quirks", "{").status == 400);
  CHECK(control(f.cloud, "GET", "quirks").body == before);
  CHECK(control(f.cloud, "POST", "faults", R"({"kind": "error"})").status == 400);
  CHECK(control(f.cloud, "POST", "faults", R"([{"kind": "earthquake"}])").status == 400);
  CHECK(control(f.cloud, "POST", "faults", R"([{"kind": "error", "chance": 1}])").status == 400);
  CHECK(control(f.cloud, "POST", "limits", R"({"mps.DescribeTasks": "many"})").status == 400);
  CHECK(control(f.cloud, "GET", "pause").status == 404);
  CHECK(control(f.cloud, "GET", "nothing").status == 404);
}

TEST_CASE("limits can be switched", "[simulator][control]") {
  ControlFixture f;
  REQUIRE(control(f.cloud, "POST", "limits", R"({"mps.DescribeTasks": 1})").status == 200);
  CHECK(error_code(ask(f.cloud, f.clock, mps(), {{"Status", "FINISH"}})) == "OK");
  CHECK(error_code(ask(f.cloud, f.clock, mps(), {{"Status", "FINISH"}})) == "RequestLimitExceeded");
}

}  // namespace taskqueue::simulator
