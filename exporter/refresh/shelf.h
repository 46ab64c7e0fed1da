// Where finished work stands. Everything in the background ends here; a scrape and the page start here.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "exporter/locks.h"
#include "exporter/metrics/queue_status.h"
#include "exporter/metrics/rendering.h"
#include "exporter/metrics/snapshot.h"

namespace taskqueue {

/// One queue as it is shown: immutable, shared by every reader.
struct Shown {
  QueueLabels labels;
  QueueStatus status;
  std::shared_ptr<const Snapshot> snapshot;  // null until the first refresh gave one
  bool stale = false;                        // the gauges are dropped or marked, as on_stale says
  Rendering rendering;                       // its sample lines, family by family
};

/// Thread-safe. Queues come in the order of the configuration.
class Shelf {
 public:
  using View = std::vector<std::shared_ptr<const Shown>>;

  /// Makes the shelf hold these queues, in this order. What stands there for a queue that stays is kept.
  void arrange(const std::vector<QueueLabels>& queues);

  /// Replaces what is shown of a queue; a queue that is not arranged is ignored (its refresh came too late).
  void publish(const QueueLabels& queue, QueueStatus status, std::shared_ptr<const Snapshot> snapshot, WallTime now);

  /// Replaces how a queue is going; its data stay.
  void restate(const QueueLabels& queue, QueueStatus status, WallTime now);

  /// Everything as it is true at `now`: what has become stale since it was published is shown so.
  [[nodiscard]] View view(WallTime now);

 private:
  [[nodiscard]] std::shared_ptr<const Shown> find(const QueueLabels& queue);

  Mutex mutex_;
  View shown_ GUARDED_BY(mutex_);
  std::map<QueueLabels, std::size_t> places_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue
