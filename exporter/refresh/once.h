// Reads queues until their data are complete, without a schedule: for --once.
#pragma once

#include <vector>

#include "exporter/refresh/executor.h"
#include "exporter/refresh/queue_plan.h"
#include "exporter/refresh/refresher.h"

namespace taskqueue {

/// Refreshes each queue until its data are complete, it fails, or `timeout` is over; then everything stands on the
/// shelf. True if all succeeded.
[[nodiscard]] bool collect_once(std::vector<QueuePlan> plans, const RefreshParts& parts, Executor& executor,
                                Milliseconds timeout);

}  // namespace taskqueue
