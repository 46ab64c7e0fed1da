#include "exporter/simulator/plan.h"

namespace taskqueue::simulator {

double documented_limit(const std::string& action) {
  static const std::map<std::string, double> limits{
      {"mps.DescribeTasks", 100}, {"vod.DescribeTasks", 100}, {"vod.DescribeTaskDetail", 100},
      {"batch.DescribeJobs", 2},  {"batch.DescribeJob", 2},   {"batch.DescribeTask", 3},
  };
  const auto found = limits.find(action);
  return found == limits.end() ? 0 : found->second;
}

Quirks documented_quirks(const std::string& service) {
  if (service == "vod") return {.not_yet = NotYet::first_year};
  if (service == "batch") return {.not_yet = NotYet::null};
  if (service == "ecs") return {.not_yet = NotYet::absent};
  return {};
}

}  // namespace taskqueue::simulator
