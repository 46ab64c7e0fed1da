// Joins what queues rendered and our own families into one answer, each family once.
#pragma once

#include <string>
#include <vector>

#include "exporter/metrics/family.h"
#include "exporter/metrics/rendering.h"

namespace taskqueue {

/// Text format 0.0.4. `queues` in the order to be shown; `own` after them, its families without lines are left out.
[[nodiscard]] std::string exposition(const std::vector<const Rendering*>& queues, const std::vector<FamilyText>& own);

}  // namespace taskqueue
