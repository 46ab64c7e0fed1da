// Counting: from what the API lists and what is remembered to what is shown and remembered next. No network, no disk.
#pragma once

#include <optional>

#include "exporter/failure.h"
#include "exporter/metrics/snapshot.h"
#include "exporter/result.h"
#include "exporter/tally/queue_state.h"

namespace taskqueue {

struct Counted {
  QueueState after;
  Snapshot snapshot;
  std::optional<Failure> partial;  // why a part could not be read; the rest stands
};

/// One queue's. Used by one thread at a time.
class Tally {
 public:
  Tally() = default;
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  virtual ~Tally() = default;

  /// Reads the queue and counts. Nothing is remembered here: the caller commits `after` or drops it.
  /// `last` is what was shown before, or null.
  virtual Result<Counted, Failure> refresh(const QueueState& before, const Snapshot* last) = 0;

  /// Work that a refresh left for the time until the next one.
  [[nodiscard]] virtual bool has_more(const QueueState& /*state*/) const { return false; }

  /// A step of it, to be committed by itself. `last` is what is shown.
  virtual Result<Counted, Failure> advance(const QueueState& before, const Snapshot& last) {
    return Counted{.after = before, .snapshot = last, .partial = {}};
  }
};

}  // namespace taskqueue
