// The body of /api/v1/queues. docs/api.md describes it field by field; within v1 fields are only added.
//
// { "time": "2030-01-02T03:04:05.678Z", "version": "0.1.0", "queues": [ {
//     "queue", "cloud_service", "account": text, "cloud_region": text|null,
//     "state": "untried"|"standby"|"failing"|"stale"|"incomplete"|"up",
//     "up", "stale", "complete", "leader": bool,
//     "refresh": { "interval_seconds", "stale_after_seconds": number, "last_success": time|null,
//                  "data_age_seconds", "last_duration_seconds": number|null },
//     "tasks": { PHASE: count, ... }|null,          null: unknown, or too old to be shown
//     "tasks_by_type": [ { "type", "status", "phase": text, "count": number } ],
//     "instances", "jobs": { PHASE: count, ... }|null,   Batch only
//     "oldest": { "queued", "running", "unfinished": time|null },
//     "oldest_queued", "longest_running": [ { "id", "type": text, "since": time, "age_seconds": number } ],
//     "last_error": { "kind", "code", "sentence", "advice", "request_id": text, "at": time|null,
//                     "recovered": bool }|null
// } ], "budgets": [ { "provider", "account", "cloud_service": text, "cloud_region": text|null, "action": text,
//     "requests": number, "requests_per_second": number|null, "allowed_per_second", "ceiling_per_second": number
// } ] }
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/web/history.h"
#include "exporter/web/queue_summary.h"

namespace taskqueue::web {

/// Bytes that are not UTF-8 become U+FFFD. Ends in a newline.
[[nodiscard]] std::string queues_json(const std::vector<QueueSummary>& queues, const std::vector<BudgetUse>& budgets,
                                      std::string_view version, WallTime now);

}  // namespace taskqueue::web
