// A queue's share of the exposition, made when it is published: one text of sample lines per family.
#pragma once

#include <string>
#include <vector>

#include "exporter/metrics/queue_status.h"
#include "exporter/metrics/snapshot.h"

namespace taskqueue {

/// Index into `queue_families()`.
using FamilyIndex = std::size_t;

struct Fragment {
  FamilyIndex family;
  std::string lines;  // whole lines, the same in every format
};

/// Ascending by family, each at most once, none empty.
using Rendering = std::vector<Fragment>;

/// Renders what is true of a queue. `snapshot` may be null. A stale queue with on_stale = drop has no gauges of data.
[[nodiscard]] Rendering render(const QueueLabels& labels, const QueueStatus& status, const Snapshot* snapshot,
                               WallTime now);

}  // namespace taskqueue
