#include "exporter/simulator/demo.h"

#include <algorithm>
#include <utility>

namespace taskqueue::simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Milliseconds mps_window = hours{168};
constexpr Milliseconds vod_window = hours{72};

const std::vector<TypeShare> mps_types{{"WorkflowTask", 8}, {"EditMediaTask", 2}, {"LiveProcessTask", 1}};
const std::vector<TypeShare> vod_types{
    {"Procedure", 8}, {"EditMedia", 3}, {"ReduceMediaBitrate", 1}, {"WechatDistribute", 0.5}, {"ReviewAudioVideo", 2}};

TaskQueuePlan transcode() {
  return {.service = "mps",
          .world = {.arrivals = {.history_tasks = 1500,
                                 .history = mps_window,
                                 .per_second = 0.3,
                                 .wave_per_second = 0.1,
                                 .wave_period = minutes{10}},
                    .types = mps_types,
                    .wait = {seconds{1}, seconds{40}},
                    .run = {seconds{10}, seconds{120}},
                    .failed_share = 0.05,
                    .window = mps_window}};
}

/// Tasks arrive, nothing runs for four minutes of every nine, then everything begins within 48 s.
TaskQueuePlan stuck_transcode() {
  TaskQueuePlan queue = transcode();
  queue.world.arrivals.per_second = 0.12;
  queue.world.arrivals.wave_per_second = 0.04;
  queue.world.stoppage = {.period = minutes{9}, .closed = minutes{4}, .drain = 0.2};
  queue.world.failed_share = 0.1;
  return queue;
}

TaskQueuePlan vod_main() {
  return {.service = "vod",
          .sub_app_id = 1500000001,
          .world = {.arrivals = {.history_tasks = 1500,
                                 .history = vod_window,
                                 .per_second = 0.25,
                                 .wave_per_second = 0.12,
                                 .wave_period = minutes{7}},
                    .types = vod_types,
                    .wait = {seconds{1}, seconds{30}},
                    .run = {seconds{8}, seconds{90}},
                    .failed_share = 0.06,
                    .aborted_share = 0.03,
                    .window = vod_window}};
}

TaskQueuePlan vod_shorts() {
  TaskQueuePlan queue = vod_main();
  queue.sub_app_id = 1500000002;
  queue.world.arrivals.per_second = 0.05;
  queue.world.arrivals.wave_per_second = 0;
  queue.world.arrivals.burst_tasks = 60;
  queue.world.arrivals.burst_period = minutes{4};
  queue.world.arrivals.burst_length = seconds{8};
  queue.world.wait = {seconds{1}, seconds{90}};
  queue.world.run = {seconds{5}, seconds{40}};
  return queue;
}

TaskQueuePlan images() {
  return {.service = "ecs",
          .region = "cn-hangzhou",
          .world = {.arrivals = {.history_tasks = 300, .history = hours{168}, .per_second = 1.0 / 40},
                    .types = {{"ImportImage", 6}, {"ExportImage", 2}, {"ModifyDiskSpec", 1}, {"ArchiveSnapshot", 1}},
                    .wait = {seconds{2}, seconds{60}},
                    .run = {minutes{1}, minutes{8}},
                    .failed_share = 0.08,
                    .aborted_share = 0.03,
                    .window = hours{168}}};
}

BatchPlan render() { return {.region = "ap-guangzhou", .world = {}}; }

std::string queue_name(const CloudPlan& plan, const AccountPlan& account, const TaskQueuePlan& queue) {
  if (queue.service == "mps") return &account == &plan.accounts.front() ? "transcode" : "transcode-eu";
  if (queue.service == "ecs") return "images";
  if (queue.sub_app_id <= 1500000001) return "vod-main";
  if (queue.sub_app_id == 1500000002) return "vod-shorts";
  return "vod-" + std::to_string(queue.sub_app_id);
}

std::string account_text(const AccountPlan& account) {
  const bool tencent = account.provider == "tencent";
  std::string text =
      "[accounts." + account.name + "]\nprovider = \"" + account.provider + "\"\ncredentials = \"static\"\n";
  text += (tencent ? "secret_id = \"" : "access_key_id = \"") + account.secret_id + "\"\n";
  text += (tencent ? "secret_key = \"" : "access_key_secret = \"") + account.secret_key + "\"\n";
  if (!account.token.empty()) text += "session_token = \"" + account.token + "\"\n";
  return text + "\n";
}

struct QueueText {
  std::string name{};
  std::string account{};
  std::string service{};
  std::string region{};
  std::int64_t sub_app_id = 0;
};

std::string queue_text(const QueueText& queue, const std::string& url) {
  std::string text =
      "[queues." + queue.name + "]\nservice = \"" + queue.service + "\"\naccount = \"" + queue.account + "\"\n";
  if (!queue.region.empty()) text += "region = \"" + queue.region + "\"\n";
  if (queue.sub_app_id != 0) text += "sub_app_id = " + std::to_string(queue.sub_app_id) + "\n";
  return text + "endpoint = \"" + url + "\"\n\n";
}

}  // namespace

CloudPlan demo_cloud() {
  CloudPlan plan{.lead = minutes{10}};
  plan.accounts.push_back({.name = "media",
                           .provider = "tencent",
                           .secret_id = "AKIDdemomedia0000000000000000000001",
                           .secret_key = "demo-media-key-of-no-worth",
                           .role = "taskqueue-reader",
                           .role_arn = "qcs::cam::uin/100000000001:roleName/taskqueue-reader",
                           .external_id = "demo-external-id",
                           .oidc_provider = "demo-cluster",
                           .oidc_token = "demo-media-workload-token",
                           .queues = {transcode(), vod_main(), vod_shorts()},
                           .batches = {render()}});
  plan.accounts.push_back({.name = "media-eu",
                           .provider = "tencent",
                           .secret_id = "AKIDdemomediaeu00000000000000000001",
                           .secret_key = "demo-media-eu-key-of-no-worth",
                           .queues = {stuck_transcode()}});
  plan.accounts.push_back({.name = "ali",
                           .provider = "alibaba",
                           .secret_id = "LTAIdemo000000000001",
                           .secret_key = "demo-ali-key-of-no-worth",
                           .role = "taskqueue-reader",
                           .role_arn = "acs:ram::1000000000000001:role/taskqueue-reader",
                           .external_id = "demo-external-id",
                           .oidc_provider = "acs:ram::1000000000000001:oidc-provider/demo-cluster",
                           .oidc_token = "demo-ali-workload-token",
                           .queues = {images()}});
  return plan;
}

CloudPlan seed_cloud() {
  CloudPlan plan;
  AccountPlan tencent{.name = "seed",
                      .provider = "tencent",
                      .secret_id = "AKIDseed000000000000000000000000001",
                      .secret_key = "seed-key-of-no-worth",
                      .queues = {transcode(), vod_main()},
                      .batches = {render()},
                      .recorded = true};
  tencent.queues.back().sub_app_id = 0;
  plan.accounts.push_back(std::move(tencent));
  plan.accounts.push_back({.name = "seed-ali",
                           .provider = "alibaba",
                           .secret_id = "LTAIseed000000000001",
                           .secret_key = "seed-ali-key-of-no-worth",
                           .queues = {images()},
                           .recorded = true});
  plan.quirks["mps"] = {.seed_only = true};
  return plan;
}

CloudPlan load_cloud(const Load& load) {
  CloudPlan plan{.lead = minutes{5}};
  AccountPlan account{.name = "load",
                      .provider = "tencent",
                      .secret_id = "AKIDload000000000000000000000000001",
                      .secret_key = "load-key-of-no-worth"};
  const auto loaded = [&](TaskQueuePlan queue) {
    queue.world.arrivals.history_tasks = load.tasks_in_window;
    queue.world.arrivals.per_second = load.per_second;
    queue.world.arrivals.wave_per_second = load.per_second / 5;
    return queue;
  };
  account.queues.push_back(loaded(transcode()));
  for (std::uint64_t i = 0; i < load.queues; ++i) {
    account.queues.push_back(loaded(vod_main()));
    account.queues.back().sub_app_id += static_cast<std::int64_t>(i);
  }
  // A job of the usual plan lives for about three minutes.
  account.batches.push_back(render());
  account.batches.back().world.arrivals.per_second = load.jobs / 180;
  plan.accounts.push_back(std::move(account));
  for (const char* action : {"mps.DescribeTasks", "vod.DescribeTasks", "vod.DescribeTaskDetail", "batch.DescribeJobs",
                             "batch.DescribeJob", "batch.DescribeTask"})
    plan.limits[action] = 0;
  return plan;
}

std::string configuration_for(const CloudPlan& plan, const std::string& url,
                              std::span<const std::string_view> services) {
  const auto wanted = [&](std::string_view service) {
    return services.empty() || std::ranges::find(services, service) != services.end();
  };
  std::string text = "[polling]\ninterval = \"5s\"\n\n";
  for (const AccountPlan& account : plan.accounts) {
    std::string queues;
    for (const TaskQueuePlan& queue : account.queues) {
      if (!wanted(queue.service)) continue;
      queues += queue_text({.name = queue_name(plan, account, queue),
                            .account = account.name,
                            .service = queue.service,
                            .region = queue.region,
                            .sub_app_id = queue.sub_app_id},
                           url);
    }
    for (const BatchPlan& batch : account.batches) {
      if (!wanted("batch")) continue;
      queues +=
          queue_text({.name = "render", .account = account.name, .service = "batch", .region = batch.region}, url);
      if (account.recorded) queues.insert(queues.size() - 1, "jobs = [{ id = \"job-97zcl3wt\", tasks = [\"A\"] }]\n");
    }
    if (!queues.empty()) text += account_text(account) + queues;
  }
  return text;
}

std::string demo_configuration(const std::string& url, std::span<const std::string_view> services) {
  return configuration_for(demo_cloud(), url, services);
}

}  // namespace taskqueue::simulator
