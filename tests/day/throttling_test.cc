// A minute in which an API refuses everything as too fast: slower and slower, nothing lost, soon back at full pace.
#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "exporter/api/quota_families.h"
#include "tests/day/day.h"

using namespace taskqueue;
using nlohmann::json;

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr const char* rate_metric = "taskqueue_api_rate_limit_requests_per_second";
constexpr const char* ceiling_metric = "taskqueue_api_rate_limit_ceiling_requests_per_second";

/// An account with one queue of MPS, which is read every two seconds.
simulator::CloudPlan one_queue() {
  simulator::CloudPlan plan{.lead = minutes{3}};
  plan.accounts.push_back({.name = "media",
                           .provider = "tencent",
                           .secret_id = "AKIDthrottled0000000000000000000001",
                           .secret_key = "throttled-key-of-no-worth",
                           .queues = {{.service = "mps",
                                       .world = {.arrivals = {.history_tasks = 200, .per_second = 1},
                                                 .types = {{"WorkflowTask", 8}, {"EditMediaTask", 2}},
                                                 .wait = {seconds{1}, seconds{40}},
                                                 .run = {seconds{10}, minutes{2}},
                                                 .failed_share = 0.1}}}});
  return plan;
}

std::optional<double> value_of(const std::string& metrics, const std::string& name) {
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "{")) return std::stod(line.substr(line.rfind(' ') + 1));
  }
  return std::nullopt;
}

struct Point {
  SteadyTime when{};
  double rate = 0;
  double ceiling = 0;
};

/// Both curves, as a scrape before each request and one every second would see them.
class Curves {
 public:
  explicit Curves(Day& day) : day_(day) {
    day_.watch_requests([this] { look(); });
  }
  ~Curves() { day_.watch_requests(nullptr); }
  Curves(const Curves&) = delete;
  Curves& operator=(const Curves&) = delete;

  void live_for(seconds time) {
    for (const SteadyTime end = day_.now() + time; day_.now() < end; look()) day_.live_for(seconds{1});
  }
  /// The first moment from `begin` on in which the rate is at its ceiling again.
  [[nodiscard]] std::optional<SteadyTime> back_at_ceiling(SteadyTime begin) const {
    for (const Point& point : points_) {
      if (point.when >= begin && point.rate >= point.ceiling) return point.when;
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

 private:
  void look() {
    std::string metrics;
    for (const FamilyText& each : quota_families(day_.quotas().entries())) metrics += each.lines;
    const auto rate = value_of(metrics, rate_metric);
    const auto ceiling = value_of(metrics, ceiling_metric);
    if (rate && ceiling) points_.push_back({day_.now(), *rate, *ceiling});
  }

  Day& day_;
  std::vector<Point> points_;
};

/// By type; finished ones by outcome.
using Totals = std::map<std::pair<std::string, std::string>, std::int64_t>;

Totals true_counters(const json& queue) {
  Totals counts;
  for (const auto& [type, count] : queue["arrived"].items()) counts[{type, "arrived"}] = count.get<std::int64_t>();
  for (const json& each : queue["finished"]) {
    counts[{each["type"].get<std::string>(), each["outcome"].get<std::string>()}] = each["count"].get<std::int64_t>();
  }
  return counts;
}

Totals shown_counters(const Snapshot& snapshot) {
  Totals counts;
  for (const auto& [type, counters] : snapshot.counters) {
    counts[{type, "arrived"}] = static_cast<std::int64_t>(counters.arrived);
    for (const auto& [outcome, count] : counters.finished) {
      counts[{type, std::string(word(outcome))}] = static_cast<std::int64_t>(count);
    }
  }
  return counts;
}

Totals difference(Totals later, const Totals& earlier) {
  for (const auto& [key, count] : earlier) later[key] -= count;
  std::erase_if(later, [](const auto& entry) { return entry.second == 0; });
  return later;
}

Totals true_gauges(const json& queue) {
  Totals counts;
  for (const json& each : queue["tasks"]) {
    counts[{each["type"].get<std::string>(), each["phase"].get<std::string>()}] += each["count"].get<std::int64_t>();
  }
  return counts;
}

Totals shown_gauges(const Snapshot& snapshot) {
  Totals counts;
  for (const TaskCount& each : snapshot.tasks) counts[{each.type, std::string(word(each.phase))}] += each.count;
  std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
  return counts;
}

}  // namespace

TEST_CASE("a minute of throttling slows requests down, loses nothing, and is over two minutes later",
          "[day][throttling]") {
  Day day(one_queue(), "interval = \"2s\"");
  day.live_for(minutes{3});
  day.freeze();
  const json truth_before = day.truth()["queues"][0];
  const Totals counters_before = shown_counters(*day.view().at(0)->snapshot);
  day.thaw();

  Curves curves(day);
  day.set_faults({{{"kind", "error"}, {"code", "RequestLimitExceeded"}, {"service", "mps"}}});
  const SteadyTime began = day.now();
  curves.live_for(minutes{1});
  CHECK(day.view().at(0)->status.refreshes.at("throttled") > 0);
  day.set_faults(json::array());
  const SteadyTime ended = day.now();
  curves.live_for(minutes{3});

  double lowest = 1e9;
  int halvings = 0;
  double before = 25;
  for (const Point& point : curves.points()) {
    CHECK(point.ceiling == Approx(25));
    CHECK(point.rate >= 25.0 / 32);
    CHECK(point.rate <= point.ceiling);
    if (point.rate < before * 0.75) ++halvings;
    before = point.rate;
    lowest = std::min(lowest, point.rate);
  }
  const auto back = curves.back_at_ceiling(ended);
  REQUIRE(back);
  CHECK(*back - ended <= minutes{2});
  CHECK(lowest <= 25.0 / 16);
  CHECK(halvings >= 4);
  WARN("throttled for " << std::chrono::floor<seconds>(ended - began).count() << " s: lowest rate " << lowest
                        << " of 25 a second, " << halvings << " halvings seen, back after "
                        << std::chrono::floor<seconds>(*back - ended).count() << " s");

  day.freeze();
  const json truth = day.truth()["queues"][0];
  const auto shown = day.view().at(0);
  CHECK(shown->snapshot->complete);
  CHECK(shown_gauges(*shown->snapshot) == true_gauges(truth));
  const Totals expected = difference(true_counters(truth), true_counters(truth_before));
  CHECK(expected.size() >= 4);
  CHECK(difference(shown_counters(*shown->snapshot), counters_before) == expected);
}
