// What has been counted, kept: in memory, a file or Redis. One transaction a refresh.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/failure.h"
#include "exporter/metrics/snapshot.h"
#include "exporter/result.h"
#include "exporter/tally/queue_state.h"

namespace taskqueue {

/// A queue and what it reads. The same name with another identity is a new beginning.
struct LedgerKey {
  QueueLabels labels;
  std::string identity;  // sub-application and endpoint: what else decides which tasks are read

  auto operator<=>(const LedgerKey&) const = default;
};

/// What stands in the ledger for a queue.
struct Entry {
  std::uint64_t generation = 0;              // grows by one with each commit
  std::optional<WallTime> refreshed{};       // when the last successful refresh began, our clock
  std::shared_ptr<const QueueState> state;   // never null
  std::shared_ptr<const Snapshot> snapshot;  // null before the first commit
  std::string line{};                        // of one, entries were written one after the other; empty: all are
};

/// Thread-safe.
class Ledger {
 public:
  Ledger() = default;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  virtual ~Ledger() = default;

  /// Before its first use. A failure is a reason not to start; a ledger that merely does not work now is none.
  [[nodiscard]] virtual Result<Done, Failure> open() { return Done{}; }

  [[nodiscard]] virtual Result<Entry, Failure> load(const LedgerKey& key) = 0;

  /// Puts `next` in the place of what `load` or the last commit gave, if that still stands: its generation is
  /// `next.generation` - 1. All of it or nothing.
  [[nodiscard]] virtual Result<Done, Failure> commit(const LedgerKey& key, const Entry& next) = 0;

  /// These queues are wanted from now on; others may be forgotten after a while.
  virtual void keep(const std::vector<LedgerKey>& /*wanted*/) {}

  /// How it goes, for the metrics.
  struct Standing {
    std::optional<bool> up{};  // nothing: as the last commit said
    std::optional<std::int64_t> size_bytes{};
  };
  [[nodiscard]] virtual Standing standing() const { return {}; }
};

}  // namespace taskqueue
