// Ready-made clouds, and the exporter's configuration for them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "exporter/simulator/plan.h"

namespace taskqueue::simulator {

/// A lively cloud: `media` and `media-eu` (Tencent), `ali` (Alibaba). Queues with waves, one that gets stuck and
/// drains, bursts, failures and aborts. Its history is small, so that listing everything stays cheap.
[[nodiscard]] CloudPlan demo_cloud();

/// A cloud that gives the vendors' own examples: `seed` (Tencent), `seed-ali` (Alibaba).
[[nodiscard]] CloudPlan seed_cloud();

/// How heavy a load_cloud() is.
struct Load {
  double tasks_in_window = 60000;  // ended, of each queue, at the start
  double per_second = 20;          // births of each queue
  std::uint64_t queues = 1;        // sub applications of vod
  double jobs = 100;               // live Batch jobs, about
};

/// A cloud to measure with: account `load`, without limits.
[[nodiscard]] CloudPlan load_cloud(const Load& load);

/// The exporter's configuration for any of these, TOML. `url` is where the cloud listens; queues of services that are
/// not in `services` are left out; empty: all.
[[nodiscard]] std::string configuration_for(const CloudPlan& plan, const std::string& url,
                                            std::span<const std::string_view> services = {});

/// configuration_for() the demo.
[[nodiscard]] std::string demo_configuration(const std::string& url, std::span<const std::string_view> services = {});

}  // namespace taskqueue::simulator
