#include "exporter/metrics/queue_status.h"

namespace taskqueue {

bool is_stale(const QueueStatus& status, WallTime now) {
  return !status.last_success || now - *status.last_success > status.stale_after;
}

bool is_up(const QueueStatus& status, WallTime now) { return status.last_refresh_succeeded && !is_stale(status, now); }

}  // namespace taskqueue
