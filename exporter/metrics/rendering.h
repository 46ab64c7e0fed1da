// A queue's share of the exposition, made when it is published: one text of sample lines per family.
#pragma once

#include <cstddef>
#include <vector>

#include "exporter/metrics/passage.h"
#include "exporter/metrics/queue_status.h"
#include "exporter/metrics/snapshot.h"

namespace taskqueue {

/// Index into `queue_families()`.
using FamilyIndex = std::size_t;

struct Fragment {
  FamilyIndex family;
  SharedPassage lines;
};

/// Ascending by family, each at most once, none empty.
using Rendering = std::vector<Fragment>;

/// What was shown of the same queue until now; each may be null.
struct ShownBefore {
  const Rendering* rendering = nullptr;
  const Snapshot* snapshot = nullptr;  // what it was made of
};

/// Renders what is true of a queue. `snapshot` may be null. A stale queue with on_stale = drop has no gauges of data.
/// What reads as in `before` is shared with it together with its compressed forms; what was asked for compressed there
/// is compressed here, so that no scrape has to wait for it. Histograms that have not changed are not written again.
[[nodiscard]] Rendering render(const QueueLabels& labels, const QueueStatus& status, const Snapshot* snapshot,
                               WallTime now, const ShownBefore& before = {});

}  // namespace taskqueue
