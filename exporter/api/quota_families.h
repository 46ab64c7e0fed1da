// The limiters as metrics: what they allow now, at most, and how long they made requests wait.
#pragma once

#include <vector>

#include "exporter/api/quota.h"
#include "exporter/metrics/family.h"

namespace taskqueue {

[[nodiscard]] std::vector<FamilyText> quota_families(const std::vector<QuotaBook::Entry>& entries);

}  // namespace taskqueue
