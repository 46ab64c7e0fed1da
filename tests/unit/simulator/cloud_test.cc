#include "exporter/simulator/cloud.h"

#include <map>
#include <random>
#include <thread>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct CloudFixture {
  ManualClock clock{noon};
  Cloud cloud{small_cloud(), clock};

  std::string code(const Request& request) {
    return error_code(Json::parse(cloud.handle(request).body).at("Response"));
  }
  Request good() { return tencent_request(mps(), R"({"Status":"FINISH"})", clock.wall_now()); }
};

void drop(Request& request, const std::string& name) {
  std::erase_if(request.headers, [&](const Header& header) { return header.name == name; });
}

void set(Request& request, const std::string& name, const std::string& value) {
  drop(request, name);
  request.headers.push_back({name, value});
}

std::string header(const Answer& answer, const std::string& name) {
  for (const Header& header : answer.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

}  // namespace

TEST_CASE("a good request is answered, with the cloud's date and a request id", "[simulator][cloud]") {
  CloudFixture f;
  const Answer answer = f.cloud.handle(f.good());
  CHECK(answer.status == 200);
  CHECK(header(answer, "Date") == "Wed, 01 May 2024 12:00:00 GMT");
  CHECK(header(answer, "Content-Type") == "application/json");
  CHECK(Json::parse(answer.body).at("Response").at("RequestId").get<std::string>().size() == 36);
}

TEST_CASE("each thing that can be wrong with a request has its code", "[simulator][cloud]") {
  CloudFixture f;
  Request request = f.good();
  std::string expected;
  SECTION("no action") { drop(request, "X-TC-Action"), expected = "MissingParameter"; }
  SECTION("no version") { drop(request, "X-TC-Version"), expected = "MissingParameter"; }
  SECTION("no timestamp") { drop(request, "X-TC-Timestamp"), expected = "MissingParameter"; }
  SECTION("no authorization") { drop(request, "Authorization"), expected = "AuthFailure.InvalidAuthorization"; }
  SECTION("another action") { set(request, "X-TC-Action", "DescribeNothing"), expected = "InvalidAction"; }
  SECTION("the version of another service") { set(request, "X-TC-Version", "2018-07-17"), expected = "NoSuchVersion"; }
  SECTION("a token for keys that need none") { set(request, "X-TC-Token", "t"), expected = "AuthFailure.TokenFailure"; }
  SECTION("a body that was changed") { request.body += " ", expected = "AuthFailure.SignatureFailure"; }
  SECTION("a key nobody has") {
    request = tencent_request(mps(), "{}", f.clock.wall_now(), {.id = "AKIDother"});
    expected = "AuthFailure.SecretIdNotFound";
  }
  SECTION("the key of the other provider") {
    request = tencent_request(mps(), "{}", f.clock.wall_now(), {.id = "LTAItest", .key = "test-secret"});
    expected = "AuthFailure.SecretIdNotFound";
  }
  SECTION("a product that is not there") {
    request = tencent_request({.service = "cvm"}, "{}", f.clock.wall_now());
    expected = "AuthFailure.InvalidAuthorization";
  }
  SECTION("the product of another host") {
    request = tencent_request({.service = "mps", .host = "vod.tencentcloudapi.com"}, "{}", f.clock.wall_now());
    expected = "AuthFailure.InvalidAuthorization";
  }
  SECTION("too old") { f.clock.advance(seconds{301}), expected = "AuthFailure.SignatureExpire"; }
  SECTION("no JSON") {
    request = tencent_request(mps(), "Status", f.clock.wall_now());
    expected = "InvalidParameter";
  }
  SECTION("an account without the service") {
    CloudPlan plan = small_cloud();
    plan.accounts.push_back({.name = "new", .provider = "tencent", .secret_id = "AKIDnew", .secret_key = "k"});
    Cloud cloud(plan, f.clock);
    CHECK(error_code(ask(cloud, f.clock, mps(), {{"Status", "FINISH"}}, {"AKIDnew", "k"})) ==
          "FailedOperation.InvalidMpsUser");
    expected = "OK";
  }
  const Answer answer = f.cloud.handle(request);
  CHECK(answer.status == 200);
  CHECK(error_code(Json::parse(answer.body).at("Response")) == expected);
}

TEST_CASE("temporary keys need their token", "[simulator][cloud]") {
  CloudFixture f;
  CloudPlan plan = small_cloud();
  plan.accounts[0].token = "session";
  Cloud cloud(plan, f.clock);
  Request request = f.good();
  CHECK(Json::parse(cloud.handle(request).body).dump().find("AuthFailure.TokenFailure") != std::string::npos);
  set(request, "X-TC-Token", "session");
  CHECK(error_code(Json::parse(cloud.handle(request).body).at("Response")) == "OK");
}

TEST_CASE("a signed GET with flattened parameters is understood", "[simulator][cloud]") {
  CloudFixture f;
  Request request{.method = "GET",
                  .target =
                      "/?SubAppId=7&Limit=3&Sort.Field=CreateTime&Sort.Order=Asc&"
                      "CreateTime.After=2024-05-01T11%3A00%3A00Z"};
  request.headers = {{"Host", "vod.tencentcloudapi.com"},
                     {"Content-Type", "application/x-www-form-urlencoded"},
                     {"X-TC-Action", "DescribeTasks"},
                     {"X-TC-Version", "2018-07-17"},
                     {"X-TC-Timestamp", "1714564800"}};
  sign_tc3(request, {}, "vod");
  const Json response = Json::parse(f.cloud.handle(request).body).at("Response");
  REQUIRE(error_code(response) == "OK");
  CHECK(response.at("TaskSet").size() == 3);
  CHECK(response.at("TaskSet").at(0).at("CreateTime") >= "2024-05-01T11:00:00Z");
}

TEST_CASE("in any world at any time the listings by status make up the truth", "[simulator][cloud]") {
  const unsigned seed = GENERATE(11U, 12U, 13U);
  std::mt19937_64 dice(seed);
  CloudPlan plan = small_cloud();
  plan.seed = seed;
  ManualClock clock(noon);
  Cloud cloud(plan, clock);
  for (int round = 0; round < 8; ++round) {
    clock.advance(Milliseconds{dice() % 400000});
    if (dice() % 4 == 0) control(cloud, "POST", dice() % 2 == 0 ? "pause" : "resume");
    for (const TencentCall& call : {mps(), vod()}) {
      const Json truth = truth_of(cloud, call.service);
      std::map<std::string, std::uint64_t> listed;
      for (const char* status : {"WAITING", "PROCESSING", "FINISH"}) {
        Json parameters{{"Status", status}, {"Limit", 1 + dice() % 100}};
        if (call.service == "vod") parameters["SubAppId"] = 7;
        listed[status] = scroll(cloud, clock, call, parameters).size();
      }
      std::map<std::string, std::uint64_t> expected{{"WAITING", 0}, {"PROCESSING", 0}, {"FINISH", 0}};
      std::uint64_t total = 0;
      for (const Json& row : truth.at("tasks")) {
        total += row.at("count").get<std::uint64_t>();
        if (row.at("status") != "ABORTED") {
          expected[row.at("status").get<std::string>()] += row.at("count").get<std::uint64_t>();
        }
      }
      CAPTURE(seed, round, call.service);
      REQUIRE(listed == expected);
      REQUIRE(truth.at("total") == total);
    }
  }
}

TEST_CASE("a pause freezes the worlds, not the clock, and puts nothing into the past", "[simulator][cloud]") {
  CloudFixture f;
  f.clock.advance(minutes{5});
  control(f.cloud, "POST", "pause");
  const Json before = truth_of(f.cloud, "mps");
  f.clock.advance(minutes{4});
  const Json frozen = truth_of(f.cloud, "mps");
  CHECK(frozen.at("arrived") == before.at("arrived"));
  CHECK(frozen.at("finished") == before.at("finished"));
  CHECK(frozen.at("oldest_queued") == before.at("oldest_queued"));
  const std::string resumed = utc_seconds(f.clock.wall_now());
  control(f.cloud, "POST", "resume");
  CHECK(truth_of(f.cloud, "mps").at("arrived") == before.at("arrived"));
  f.clock.advance(minutes{3});
  const std::string paused = "2024-05-01T12:05:00Z";
  std::size_t after = 0;
  for (const Json& item : scroll(f.cloud, f.clock, mps(), {{"Status", "FINISH"}, {"Limit", 100}})) {
    for (const char* field : {"CreateTime", "BeginProcessTime", "FinishTime"}) {
      const auto time = item.at(field).get<std::string>();
      REQUIRE((time <= paused || time >= resumed));
      after += time >= resumed ? 1U : 0U;
    }
  }
  CHECK(after > 0);
}

TEST_CASE("requests over the documented limit are refused within the second", "[simulator][cloud]") {
  CloudFixture f;
  CloudPlan plan = small_cloud();
  plan.limits.clear();
  Cloud cloud(plan, f.clock);
  const auto code = [&] {
    return error_code(ask(cloud, f.clock, batch("DescribeTask"), {{"JobId", "job-00000000"}, {"TaskName", "A"}}));
  };
  for (int i = 0; i < 3; ++i) CHECK(code() == "ResourceNotFound.Job");
  CHECK(code() == "RequestLimitExceeded");
  CHECK(error_code(ask(cloud, f.clock, batch("DescribeJobs"), Json::object())) == "OK");
  f.clock.advance(seconds{1});
  CHECK(code() == "ResourceNotFound.Job");
  for (int i = 0; i < 100; ++i) REQUIRE(error_code(ask(cloud, f.clock, mps(), {{"Status", "FINISH"}})) == "OK");
  CHECK(error_code(ask(cloud, f.clock, mps(), {{"Status", "FINISH"}})) == "RequestLimitExceeded");
}

TEST_CASE("faults happen to the calls they are for", "[simulator][cloud]") {
  CloudFixture f;
  const auto order = [&](const std::string& json) { REQUIRE(control(f.cloud, "POST", "faults", json).status == 200); };
  SECTION("errors, a number of times") {
    order(R"([{"service": "mps", "kind": "error", "code": "InternalError", "times": 2}])");
    CHECK(f.code(f.good()) == "InternalError");
    CHECK(f.code(f.good()) == "InternalError");
    CHECK(f.code(f.good()) == "OK");
  }
  SECTION("a share of the calls") {
    order(R"([{"kind": "error", "code": "RequestLimitExceeded", "share": 0.5}])");
    int hit = 0;
    for (int i = 0; i < 200; ++i) hit += f.code(f.good()) == "OK" ? 0 : 1;
    CHECK(hit > 60);
    CHECK(hit < 140);
  }
  SECTION("another service is spared") {
    order(R"([{"service": "vod", "kind": "error"}])");
    CHECK(f.code(f.good()) == "OK");
  }
  SECTION("a gateway's words") {
    order(R"([{"kind": "http", "status": 504}])");
    CHECK(f.cloud.handle(f.good()).status == 504);
    order(R"([{"kind": "html"}])");
    CHECK(f.cloud.handle(f.good()).body.find("<html>") == 0);
    order(R"([{"kind": "garbage"}])");
    CHECK(Json::parse(f.cloud.handle(f.good()).body, nullptr, false).is_discarded());
  }
  SECTION("wire faults are for the listener to act out") {
    for (const auto& [kind, fault] : std::map<std::string, WireFault>{{"hang", WireFault::hang},
                                                                      {"close", WireFault::close},
                                                                      {"cut", WireFault::cut},
                                                                      {"drip", WireFault::drip}}) {
      order("[{\"kind\": \"" + kind + "\"}]");
      CHECK(f.cloud.handle(f.good()).fault == fault);
    }
    order(R"([{"kind": "slow", "after_seconds": 2.5}])");
    CHECK(f.cloud.handle(f.good()).delay == Milliseconds{2500});
  }
  SECTION("an empty list ends them") {
    order(R"([{"kind": "error"}])");
    order("[]");
    CHECK(f.code(f.good()) == "OK");
  }
}

TEST_CASE("each fault of a list strikes by its own luck", "[simulator][cloud]") {
  ManualClock clock(noon);
  Cloud cloud(small_cloud(), clock);
  control(cloud, "POST", "faults",
          R"([{"kind": "error", "code": "First", "share": 0.3}, {"kind": "error", "code": "Second", "share": 0.3}])");
  std::map<std::string, int> codes;
  for (int i = 0; i < 1000; ++i) ++codes[error_code(ask(cloud, clock, mps(), {{"Status", "WAITING"}}))];
  CHECK(codes["First"] == Approx(300).margin(60));
  CHECK(codes["Second"] == Approx(210).margin(60));
}

TEST_CASE("a skewed cloud says its own time and measures signatures by it", "[simulator][cloud]") {
  CloudFixture f;
  REQUIRE(control(f.cloud, "POST", "clock", R"({"skew_seconds": 400})").status == 200);
  const Answer answer = f.cloud.handle(f.good());
  CHECK(header(answer, "Date") == "Wed, 01 May 2024 12:06:40 GMT");
  CHECK(error_code(Json::parse(answer.body).at("Response")) == "AuthFailure.SignatureExpire");
  CHECK(f.code(tencent_request(mps(), R"({"Status":"FINISH"})", f.clock.wall_now() + seconds{400})) == "OK");
}

TEST_CASE("two clouds of one plan give the same answers", "[simulator][cloud]") {
  CloudFixture a;
  CloudFixture b;
  CHECK(a.cloud.handle(a.good()).body == b.cloud.handle(b.good()).body);
}

TEST_CASE("many threads may ask at once", "[simulator][cloud]") {
  CloudFixture f;
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          if (f.code(f.good()) != "OK") ++wrong;
          if (control(f.cloud, "GET", "truth").status != 200) ++wrong;
          f.clock.advance(Milliseconds{10});
        }
      });
    }
  }
  CHECK(wrong == 0);
}

}  // namespace taskqueue::simulator
