#include "exporter/simulator/demo.h"

#include <set>

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

using std::chrono::minutes;

std::uint64_t count(const Json& queue, const char* phase) {
  std::uint64_t total = 0;
  for (const Json& row : queue.at("tasks"))
    total += row.at("phase") == phase ? row.at("count").get<std::uint64_t>() : 0;
  return total;
}

Json queue_of(Cloud& cloud, const std::string& account, const std::string& service) {
  const Json truth = Json::parse(control(cloud, "GET", "truth").body);
  for (const Json& queue : truth.at("queues")) {
    if (queue.at("account") == account && queue.at("service") == service) return queue;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("the demo is alive from its first second, and its history small", "[simulator][demo]") {
  ManualClock clock(noon);
  Cloud cloud(demo_cloud(), clock);
  const Json truth = Json::parse(control(cloud, "GET", "truth").body);
  CHECK(truth.at("queues").size() == 6);
  for (const Json& queue : truth.at("queues")) {
    if (queue.at("service") == "batch") continue;
    CAPTURE(queue.at("account"), queue.at("service"));
    CHECK(queue.at("total") < 3000);
    CHECK(count(queue, "queued") + count(queue, "running") > 0);
  }
}

TEST_CASE("the stuck queue piles up and drains", "[simulator][demo]") {
  ManualClock clock(noon);
  Cloud cloud(demo_cloud(), clock);
  bool stuck = false;
  bool drained = false;
  for (int i = 0; i < 60; ++i) {
    clock.advance(std::chrono::seconds{15});
    const Json queue = queue_of(cloud, "media-eu", "mps");
    stuck = stuck || (count(queue, "queued") > 20 && count(queue, "running") == 0);
    drained = drained || (stuck && count(queue, "queued") < 5 && count(queue, "running") > 0);
  }
  CHECK(stuck);
  CHECK(drained);
}

TEST_CASE("the demo's Batch shows every kind of end within its day", "[simulator][demo]") {
  ManualClock clock(noon);
  Cloud cloud(demo_cloud(), clock);
  std::set<std::string> missing{"RUNNING", "SUCCEED", "FAILED", "FAILED_INTERRUPTED"};
  for (int i = 0; i < 200 && !missing.empty(); ++i) {
    clock.advance(minutes{3});
    const Json queue = queue_of(cloud, "media", "batch");
    for (const Json& row : queue.at("jobs")) missing.erase(row.at("status").get<std::string>());
  }
  CHECK(missing.empty());
}

TEST_CASE("the configuration names every queue wanted and no other", "[simulator][demo]") {
  const std::string all = demo_configuration("http://127.0.0.1:5");
  for (const char* name : {"transcode", "transcode-eu", "vod-main", "vod-shorts", "render", "images"}) {
    CHECK(all.find("[queues." + std::string(name) + "]\n") != std::string::npos);
  }
  CHECK(all.find("interval = \"5s\"") != std::string::npos);
  CHECK(all.find("endpoint = \"http://127.0.0.1:5\"") != std::string::npos);
  CHECK(all.find("region = \"ap-guangzhou\"") != std::string::npos);
  CHECK(all.find("access_key_secret = ") != std::string::npos);
  const std::array<std::string_view, 2> services{"mps", "vod"};
  const std::string some = demo_configuration("http://127.0.0.1:5", services);
  CHECK(some.find("[queues.vod-shorts]") != std::string::npos);
  CHECK(some.find("render") == std::string::npos);
  CHECK(some.find("accounts.ali") == std::string::npos);
}

TEST_CASE("a cloud to measure with has the size that was asked for, and no limits", "[simulator][demo]") {
  ManualClock clock(noon);
  Cloud cloud(load_cloud({.tasks_in_window = 50000, .per_second = 10, .queues = 3}), clock);
  const Json truth = Json::parse(control(cloud, "GET", "truth").body);
  CHECK(truth.at("queues").size() == 5);
  CHECK(queue_of(cloud, "load", "mps").at("total").get<double>() == Approx(53000).epsilon(0.01));
}

}  // namespace taskqueue::simulator
