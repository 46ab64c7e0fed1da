#include "exporter/catalogue.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "exporter/alibaba/alibaba_dialect.h"
#include "exporter/alibaba/alibaba_keys.h"
#include "exporter/alibaba/ecs_reader.h"
#include "exporter/tally/batch_tally.h"
#include "exporter/tally/task_tally.h"
#include "exporter/tencent/batch_reader.h"
#include "exporter/tencent/mps_reader.h"
#include "exporter/tencent/tencent_dialect.h"
#include "exporter/tencent/tencent_keys.h"
#include "exporter/tencent/vod_reader.h"

namespace taskqueue {
namespace {

std::string tencent_host(const QueueConfig& queue, const AccountConfig& account) {
  return queue.service + (account.international ? ".intl" : "") + ".tencentcloudapi.com";
}

constexpr std::array<Action, 1> mps_actions{{{"DescribeTasks", 100}}};
constexpr std::array<std::string_view, 1> mps_action_names{"DescribeTasks"};

std::unique_ptr<Dialect> mps_dialect(const QueueConfig&) {
  return std::make_unique<TencentDialect>(
      TencentDialect::Product{.service = "mps", .version = "2019-06-12", .region = ""});
}

TaskTally::Options options(const QueueConfig& queue, const Guards& guards) {
  return {.max_types = static_cast<std::size_t>(guards.max_types), .recount = queue.polling.recount};
}

std::unique_ptr<Tally> mps_tally(const QueueConfig& queue, const Guards& guards, std::unique_ptr<Client> client) {
  return std::make_unique<TaskTally>(std::make_unique<MpsReader>(std::move(client)), options(queue, guards));
}

constexpr std::array<Action, 2> vod_actions{{{"DescribeTasks", 100}, {"DescribeTaskDetail", 100}}};
constexpr std::array<std::string_view, 2> vod_action_names{"DescribeTasks", "DescribeTaskDetail"};
constexpr std::array<std::string_view, 2> vod_keys{"sub_app_id", "outcomes"};

std::unique_ptr<Dialect> vod_dialect(const QueueConfig&) {
  return std::make_unique<TencentDialect>(
      TencentDialect::Product{.service = "vod", .version = "2018-07-17", .region = ""});
}

std::unique_ptr<Tally> vod_tally(const QueueConfig& queue, const Guards& guards, std::unique_ptr<Client> client) {
  return std::make_unique<TaskTally>(
      std::make_unique<VodReader>(std::move(client), queue.sub_app_id, queue.outcomes_from_detail),
      options(queue, guards));
}

constexpr std::array<Action, 3> batch_actions{{{"DescribeJobs", 2}, {"DescribeJob", 2}, {"DescribeTask", 3}}};
constexpr std::array<std::string_view, 3> batch_action_names{"DescribeJobs", "DescribeJob", "DescribeTask"};
constexpr std::array<std::string_view, 4> batch_keys{"jobs", "job_names", "keep_ended", "instances_by"};

std::unique_ptr<Dialect> batch_dialect(const QueueConfig& queue) {
  return std::make_unique<TencentDialect>(
      TencentDialect::Product{.service = "batch", .version = "2017-03-12", .region = queue.region});
}

std::unique_ptr<Tally> batch_tally(const QueueConfig& queue, const Guards& guards, std::unique_ptr<Client> client) {
  BatchScope scope{.job_names = queue.job_names,
                   .keep_ended = queue.keep_ended,
                   .interval = queue.polling.interval,
                   .by_job_name = queue.instances_by_job_name,
                   .max_series = static_cast<std::size_t>(guards.max_series),
                   .max_types = static_cast<std::size_t>(guards.max_types)};
  for (const NamedJob& job : queue.jobs) scope.named.push_back({job.id, job.tasks});
  return std::make_unique<BatchTally>(std::make_unique<TencentBatchReader>(std::move(client)), std::move(scope));
}

// Nothing is documented but that accounts have a limit per minute; throttling makes us slower than this.
constexpr std::array<Action, 1> ecs_actions{{{"DescribeTasks", 10}}};
constexpr std::array<std::string_view, 1> ecs_action_names{"DescribeTasks"};

std::string ecs_host(const QueueConfig& queue, const AccountConfig&) { return "ecs." + queue.region + ".aliyuncs.com"; }

std::unique_ptr<Dialect> ecs_dialect(const QueueConfig&) { return std::make_unique<AlibabaDialect>("2014-05-26"); }

std::unique_ptr<Tally> ecs_tally(const QueueConfig& queue, const Guards& guards, std::unique_ptr<Client> client) {
  return std::make_unique<TaskTally>(std::make_unique<EcsReader>(std::move(client), queue.region),
                                     options(queue, guards));
}

constexpr std::array<Service, 4> table{{
    {{.name = "mps", .provider = "tencent", .has_regions = false, .keys = {}, .actions = mps_action_names},
     mps_actions,
     tencent_host,
     mps_dialect,
     mps_tally},
    {{.name = "vod", .provider = "tencent", .has_regions = false, .keys = vod_keys, .actions = vod_action_names},
     vod_actions,
     tencent_host,
     vod_dialect,
     vod_tally},
    {{.name = "batch", .provider = "tencent", .has_regions = true, .keys = batch_keys, .actions = batch_action_names},
     batch_actions,
     tencent_host,
     batch_dialect,
     batch_tally},
    {{.name = "ecs", .provider = "alibaba", .has_regions = true, .keys = {}, .actions = ecs_action_names},
     ecs_actions,
     ecs_host,
     ecs_dialect,
     ecs_tally},
}};

template <class Keys>
std::shared_ptr<const KeyWays> make_key_ways(const AccountConfig& account, const KeyParts& parts) {
  return std::make_shared<Keys>(account, parts);
}

constexpr std::array<Provider, 2> providers{
    {{"tencent", make_key_ways<TencentKeys>}, {"alibaba", make_key_ways<AlibabaKeys>}}};

constexpr auto rules = [] {
  std::array<ServiceRules, table.size()> all;
  std::ranges::transform(table, all.begin(), &Service::rules);
  return all;
}();

}  // namespace

std::span<const Service> services() { return table; }

const Service& service(std::string_view name) {
  const auto found = std::ranges::find(table, name, [](const Service& each) { return each.rules.name; });
  assert(found != table.end());
  return *found;
}

const Provider& provider(std::string_view name) {
  const auto found = std::ranges::find(providers, name, &Provider::name);
  assert(found != providers.end());
  return *found;
}

std::span<const ServiceRules> service_rules() { return rules; }

}  // namespace taskqueue
