// --config.estimate against what the cloud counts, for worlds whose figures stand in `expect`.
#include "exporter/estimate.h"

#include <algorithm>
#include <map>

#include "tests/day/day.h"

using namespace taskqueue;
using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr const char* polling = "interval = \"30s\"\nrecount = \"3000d\"";  // no recount falls into the measured time

simulator::AccountPlan tencent_account() {
  return {.name = "media",
          .provider = "tencent",
          .secret_id = "AKIDestimate000000000000000000000001",
          .secret_key = "estimate-key-of-no-worth"};
}

simulator::TaskQueuePlan tasks(const std::string& service, double per_second, hours history = hours{1}) {
  return {.service = service,
          .world = {.arrivals = {.history_tasks = per_second * 3600 * static_cast<double>(history.count()),
                                 .history = history,
                                 .per_second = per_second},
                    .types = {{"Procedure", 8}, {"EditMedia", 2}},
                    .wait = {seconds{1}, seconds{120}},
                    .run = {seconds{10}, minutes{10}},
                    .failed_share = 0.05}};
}

const json& rows(const json& queue, const char* key) {
  static const json none = json::array();
  const auto found = queue.find(key);
  return found != queue.end() ? *found : none;
}

/// What a world is like, from its inside, at several looks.
class Figures {
 public:
  void look(const json& truth) {
    ++looks_;
    for (const json& queue : truth["queues"]) {
      Sums& sums = sums_[key(queue)];
      for (const json& row : rows(queue, "tasks")) {
        const auto count = row["count"].get<double>();
        if (row["phase"] == "queued") sums.queued += count;
        if (row["phase"] == "running") sums.running += count;
        if (queue["service"] == "batch" && (row["phase"] == "queued" || row["phase"] == "running")) sums.tasks += count;
      }
      for (const json& row : rows(queue, "jobs")) {
        if (row["phase"] == "queued" || row["phase"] == "running") sums.jobs += row["count"].get<double>();
      }
      sums.ended_last = ended(queue);
      if (looks_ == 1) sums.ended_first = sums.ended_last;
    }
  }

  [[nodiscard]] Expectation of(const QueueConfig& queue, double hours_between) const {
    const Sums& sums = sums_.at({queue.service, queue.sub_app_id.value_or(0)});
    const auto mean = [&](double sum) { return static_cast<std::int64_t>(std::lround(sum / looks_)); };
    Expectation expect{.queued = mean(sums.queued),
                       .running = mean(sums.running),
                       .ended_per_hour = (sums.ended_last - sums.ended_first) / hours_between,
                       .jobs = mean(sums.jobs)};
    if (sums.jobs > 0) expect.tasks_per_job = std::max<std::int64_t>(1, std::lround(sums.tasks / sums.jobs));
    return expect;
  }

 private:
  using Key = std::pair<std::string, std::int64_t>;
  struct Sums {
    double queued = 0, running = 0, tasks = 0, jobs = 0, ended_first = 0, ended_last = 0;
  };
  static Key key(const json& queue) {
    return {queue["service"].get<std::string>(), queue.value("sub_app_id", std::int64_t{0})};
  }
  static double ended(const json& queue) {
    double sum = 0;
    for (const json& row : rows(queue, "finished")) {
      // Batch: by task name, then by outcome.
      for (const json& count : row) sum += count.is_number() ? count.get<double>() : 0;
    }
    return sum;
  }

  double looks_ = 0;
  std::map<Key, Sums> sums_;
};

std::map<std::string, double> counted(const json& requests) {
  std::map<std::string, double> calls;
  for (const json& each : requests["actions"]) {
    calls[each["service"].get<std::string>() + "." + each["action"].get<std::string>()] += each["total"].get<double>();
  }
  return calls;
}

/// Lives until the first sweep is over and then so long; compares.
void compare(const simulator::CloudPlan& plan, int measured_hours) {
  Day day(plan, polling);
  day.live_until_complete();
  day.live_for(minutes{10});
  day.control("POST", "requests/reset");
  Figures figures;
  figures.look(day.truth());
  for (int i = 0; i < measured_hours * 6; ++i) {
    day.live_for(minutes{10});
    figures.look(day.truth());
  }
  const auto calls = counted(day.requests());

  const std::string text = simulator::configuration_for(plan, "http://127.0.0.1:1");
  const std::size_t own = text.find("[polling]");
  const std::size_t rest = text.find("\n[", own);
  Loaded config = parse_config("[polling]\n" + std::string(polling) + text.substr(rest), "estimate", service_rules());
  REQUIRE(config);
  for (QueueConfig& queue : config->queues) queue.expect = figures.of(queue, measured_hours);
  const Estimate all = estimate(*config);
  for (const AccountEstimate& account : all.accounts) {
    for (const ActionEstimate& action : account.actions) {
      const std::string name = action.service + "." + action.action;
      const double expected = action.sum(&QueueCalls::in_force) * 3600 * measured_hours;
      const double real = calls.contains(name) ? calls.at(name) : 0;
      WARN(name << ": estimated " << expected << ", counted " << real << ", " << 100 * (expected / real - 1) << " %");
      CHECK(expected == Approx(real).epsilon(0.15));
    }
  }
}

}  // namespace

TEST_CASE("the estimate for MPS is what the cloud counts", "[day][estimate]") {
  const double rate = GENERATE(0.1, 1.0);
  simulator::CloudPlan plan{.lead = minutes{30}};
  plan.accounts.push_back(tencent_account());
  plan.accounts.back().queues = {tasks("mps", rate)};
  compare(plan, 1);
}

TEST_CASE("the estimate for a busy MPS whose tasks are short is what the cloud counts", "[day][estimate]") {
  simulator::CloudPlan plan{.lead = minutes{10}};
  plan.accounts.push_back(tencent_account());
  plan.accounts.back().queues = {tasks("mps", 10)};
  plan.accounts.back().queues.back().world.wait = {seconds{1}, seconds{10}};
  plan.accounts.back().queues.back().world.run = {seconds{2}, seconds{20}};
  compare(plan, 1);
}

TEST_CASE("the estimate for two applications of VOD is what the cloud counts", "[day][estimate]") {
  simulator::CloudPlan plan{.lead = minutes{30}};
  plan.accounts.push_back(tencent_account());
  plan.accounts.back().queues = {tasks("vod", 0.4, hours{72}), tasks("vod", 0.03, hours{72})};
  plan.accounts.back().queues[0].sub_app_id = 1500000001;
  plan.accounts.back().queues[1].sub_app_id = 1500000002;
  compare(plan, 1);
}

TEST_CASE("the estimate for ECS is what the cloud counts", "[day][estimate]") {
  simulator::CloudPlan plan{.lead = minutes{30}};
  plan.accounts.push_back({.name = "ali",
                           .provider = "alibaba",
                           .secret_id = "LTAIestimate00000001",
                           .secret_key = "estimate-key-of-no-worth",
                           .queues = {tasks("ecs", 0.2)}});
  plan.accounts.back().queues[0].region = "cn-hangzhou";
  compare(plan, 1);
}

TEST_CASE("the estimate for Batch is what the cloud counts", "[day][estimate]") {
  const double jobs_per_minute = GENERATE(0.5, 4.0);
  simulator::CloudPlan plan{.lead = minutes{30}};
  plan.accounts.push_back(tencent_account());
  plan.accounts.back().batches = {{.region = "ap-guangzhou",
                                   .world = {.arrivals = {.history_tasks = 20 * jobs_per_minute,
                                                          .history = minutes{20},
                                                          .per_second = jobs_per_minute / 60},
                                             .run = {minutes{2}, minutes{5}}}}};
  compare(plan, 2);
}
