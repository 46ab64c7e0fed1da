#include "exporter/estimate.h"

#include <chrono>

#include "exporter/catalogue.h"
#include "exporter/config/load.h"
#include "exporter/estimate_text.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

constexpr const char* account_text = R"([accounts.media]
provider = "tencent"
credentials = "environment"
)";

Config config_of(const std::string& text) {
  const Loaded config = parse_config(text, "estimate", service_rules());
  if (!config) FAIL(describe(config.error().front()));
  return *config;
}

const ActionEstimate& action_of(const AccountEstimate& account, std::string_view action) {
  const auto found = std::ranges::find(account.actions, action, &ActionEstimate::action);
  REQUIRE(found != account.actions.end());
  return *found;
}

bool says(const Config& config, const std::string& words) {
  const std::string all = text(estimate(config));
  CAPTURE(all, words);
  const bool found = all.find(words) != std::string::npos;
  CHECK(found);
  return found;
}

}  // namespace

TEST_CASE("every service has a floor that is called even if nothing happens", "[estimate]") {
  for (const Service& each : services()) {
    QueueConfig queue;
    queue.service = each.rules.name;
    const CallRates rates = call_rates(queue, {}, seconds{30});
    double sum = 0;
    for (const auto& [action, rate] : rates) {
      CAPTURE(queue.service, action);
      CHECK(std::ranges::find(each.actions, action, &Action::name) != each.actions.end());
      sum += rate;
    }
    CHECK(sum > 0);
  }
}

TEST_CASE("two queues of an account share an action's limit, another account has its own", "[estimate]") {
  const Config config = config_of(std::string(account_text) + R"(
[accounts.other]
provider = "tencent"
credentials = "environment"
[queues.one]
service = "vod"
account = "media"
sub_app_id = 1
[queues.two]
service = "vod"
account = "media"
sub_app_id = 2
interval = "5s"
[queues.three]
service = "vod"
account = "other"
)");
  const Estimate all = estimate(config);
  REQUIRE(all.accounts.size() == 2);
  const ActionEstimate& shared = action_of(all.accounts[0], "DescribeTasks");
  CHECK(shared.queues.size() == 2);
  CHECK(shared.limit == 100);
  CHECK(shared.ceiling == 25);
  CHECK(shared.sum(&QueueCalls::idle) == Approx(3.15 / 30 + 3.15 / 5).epsilon(0.001));
  CHECK(shared.sum(&QueueCalls::wanted) == shared.sum(&QueueCalls::idle));
  CHECK(action_of(all.accounts[1], "DescribeTasks").queues.size() == 1);
  says(config, "one has no [queues.one.expect]");
}

TEST_CASE("an account's own limit takes the place of the documented one", "[estimate]") {
  const Config config = config_of(R"([polling]
quota_share = 0.5
[accounts.media]
provider = "tencent"
credentials = "environment"
limits = { "mps.DescribeTasks" = 10 }
[queues.one]
service = "mps"
account = "media"
)");
  const ActionEstimate action = action_of(estimate(config).accounts.at(0), "DescribeTasks");
  CHECK(action.limit == 10);
  CHECK(action.ceiling == 5);
  CHECK(action.is_own_limit);
  says(config, "mps DescribeTasks, limit 10 a second (of this account)");
}

TEST_CASE("an interval that the ceiling does not allow is stretched, and the estimate says to what", "[estimate]") {
  const Config config = config_of(std::string(account_text) + R"(
[queues.render]
service = "batch"
account = "media"
region = "ap-guangzhou"
interval = "30s"
expect = { jobs = 300 }
)");
  const AccountEstimate account = estimate(config).accounts.at(0);
  // 300 jobs at half a call a second.
  CHECK(account.queues.at(0).in_force.count() == Approx(600000).epsilon(0.002));
  CHECK(account.queues.at(0).keeps_up);
  const ActionEstimate& action = action_of(account, "DescribeJob");
  CHECK(action.sum(&QueueCalls::wanted) == Approx(10));
  CHECK(action.sum(&QueueCalls::in_force) == Approx(0.5).epsilon(0.002));
  says(config, "render (ap-guangzhou) will be read about every 10m, not every 30s");
  says(config, "batch ap-guangzhou DescribeJob would take 10 calls a second, the ceiling is 0.5");
}

TEST_CASE("who asks for little keeps the interval when another asks for too much", "[estimate]") {
  const Config config = config_of(std::string(account_text) + R"(
[queues.small]
service = "vod"
account = "media"
sub_app_id = 1
[queues.large]
service = "vod"
account = "media"
sub_app_id = 2
interval = "5s"
expect = { queued = 20000, running = 0, ended_per_hour = 0 }
)");
  const AccountEstimate account = estimate(config).accounts.at(0);
  CHECK(account.queues.at(0).in_force == account.queues.at(0).configured);
  // 201 pages and more at 24.4 calls a second.
  CHECK(account.queues.at(1).in_force.count() == Approx(8250).epsilon(0.03));
  const double in_force = action_of(account, "DescribeTasks").sum(&QueueCalls::in_force);
  CHECK(in_force <= 25);
}

TEST_CASE("what no interval can keep up with is said", "[estimate]") {
  const Config config = config_of(std::string(account_text) + R"(
[queues.one]
service = "vod"
account = "media"
outcomes = "detail"
expect = { ended_per_hour = 180000 }
)");
  CHECK_FALSE(estimate(config).accounts.at(0).queues.at(0).keeps_up);
  says(config, "one cannot be kept up with");
  says(config, "vod DescribeTaskDetail would take 50 calls a second, the ceiling is 25");
}

TEST_CASE("the numbers of an hour, of a day and their share of the limit stand in one line", "[estimate]") {
  const Config config = config_of(std::string(account_text) + R"(
[queues.one]
service = "vod"
account = "media"
recount = "3650d"
expect = { queued = 350, running = 50, ended_per_hour = 0 }
)");
  const std::string all = text(estimate(config));
  CAPTURE(all);
  const auto line = [&](const std::string& label) {
    const auto begin = all.find("\n    " + label);
    return begin == std::string::npos ? "" : all.substr(begin + 1, all.find('\n', begin + 1) - begin - 1);
  };
  CHECK(line("idle floor") == "    idle floor                                378          9,072         0.11 %");
  CHECK(line("expect adds") == "    expect adds                               360          8,638         0.10 %");
  CHECK(line("together") == "    together                                  738         17,710         0.20 %");
  CHECK(line("ceiling") == "    ceiling of the limiter                 90,000      2,160,000        25.00 %");
}

TEST_CASE("a first reading's calls and time are told", "[estimate]") {
  const Config config = config_of(std::string(account_text) + R"(
[queues.one]
service = "vod"
account = "media"
expect = { ended_per_hour = 13888 }
)");
  // A million tasks at half of 25 calls a second.
  says(config, "The first reading of one takes 10,000 calls more, once: at least 13m 20s.");
}
