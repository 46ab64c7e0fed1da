#include "exporter/api/quota_families.h"

#include <string_view>

#include "exporter/metrics/lines.h"

namespace taskqueue {
namespace {

FamilyText family(std::string_view name, const std::vector<QuotaBook::Entry>& entries, double Quota::Reading::*value) {
  Lines lines("");
  for (const auto& [key, reading] : entries) {
    lines.add(name,
              {{"provider", key.provider},
               {"account", key.account},
               {"cloud_service", key.cloud_service},
               {"cloud_region", key.cloud_region},
               {"action", key.action}},
              reading.*value);
  }
  return {own_family(name), lines.take()};
}

}  // namespace

std::vector<FamilyText> quota_families(const std::vector<QuotaBook::Entry>& entries) {
  return {family("taskqueue_api_rate_limit_requests_per_second", entries, &Quota::Reading::rate),
          family("taskqueue_api_rate_limit_ceiling_requests_per_second", entries, &Quota::Reading::ceiling),
          family("taskqueue_api_rate_limit_wait_seconds_total", entries, &Quota::Reading::waited)};
}

}  // namespace taskqueue
