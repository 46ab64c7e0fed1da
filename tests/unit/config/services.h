// The services as the catalogue gives them to the loader.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "exporter/config/config.h"

namespace taskqueue {

[[nodiscard]] inline std::span<const ServiceRules> test_services() {
  using Words = std::string_view;
  static constexpr std::array<Words, 1> list{"DescribeTasks"};
  static constexpr std::array<Words, 2> vod_keys{"sub_app_id", "outcomes"};
  static constexpr std::array<Words, 2> vod_actions{"DescribeTasks", "DescribeTaskDetail"};
  static constexpr std::array<Words, 4> batch_keys{"jobs", "job_names", "keep_ended", "instances_by"};
  static constexpr std::array<Words, 3> batch_actions{"DescribeJobs", "DescribeJob", "DescribeTask"};
  static constexpr std::array<ServiceRules, 4> services{{{"mps", "tencent", false, {}, list},
                                                         {"vod", "tencent", false, vod_keys, vod_actions},
                                                         {"batch", "tencent", true, batch_keys, batch_actions},
                                                         {"ecs", "alibaba", true, {}, list}}};
  return services;
}

}  // namespace taskqueue
