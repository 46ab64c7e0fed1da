#include "exporter/metrics/snapshot.h"

#include <algorithm>
#include <numeric>

namespace taskqueue {

void Histogram::observe(double seconds, Exemplar exemplar) {
  const auto bound =
      std::ranges::find_if(task_seconds_bounds, [&](auto b) { return seconds <= static_cast<double>(b); });
  const auto index = static_cast<std::size_t>(bound - task_seconds_bounds.begin());
  ++buckets[index];
  // What ended in one interval comes in any order, and Prometheus takes no exemplar older than the last.
  if (exemplars[index].when <= exemplar.when) exemplars[index] = std::move(exemplar);
  sum += seconds;
}

std::uint64_t Histogram::count() const { return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0}); }

}  // namespace taskqueue
