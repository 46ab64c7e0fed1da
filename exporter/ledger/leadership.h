// Who reads which queue where several replicas share a ledger, and what the others hear of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "exporter/clock.h"
#include "exporter/failure.h"
#include "exporter/ledger/ledger.h"
#include "exporter/metrics/snapshot.h"
#include "exporter/result.h"

namespace taskqueue {

/// The time in which this replica reads a queue.
struct Term {
  std::uint64_t number = 0;  // not that of the last one: what was loaded before may be out of date
  std::stop_token over;      // asked to stop at the latest when another replica may begin to read
};

/// How the last refresh of a queue went, for those who did not do it.
struct Report {
  bool succeeded = false;
  std::optional<WallTime> last_success{};
  std::optional<Milliseconds> duration{};
  Milliseconds interval{0};  // in force
  std::optional<Failure> failure{};
  std::optional<WallTime> failure_at{};

  bool operator==(const Report&) const = default;
};

/// What the replica that reads a queue shows of it.
struct Showing {
  std::shared_ptr<const Snapshot> snapshot;  // null before the first commit
  std::optional<Report> report{};            // nothing before the first
  std::uint64_t generation = 0;              // of the snapshot's entry, and its line
  std::string line{};
};

/// Thread-safe.
class Leadership {
 public:
  Leadership() = default;
  Leadership(const Leadership&) = delete;
  Leadership& operator=(const Leadership&) = delete;
  virtual ~Leadership() = default;

  /// This replica's present term as the queue's reader; nothing: it must not read. Waits for nobody.
  [[nodiscard]] virtual std::optional<Term> term(const LedgerKey& queue) = 0;

  /// What the queue's reader shows now; nothing if that is still what it showed at the last call.
  [[nodiscard]] virtual Result<std::optional<Showing>, Failure> follow(const LedgerKey& queue) = 0;

  /// Tells the others how the last refresh went. Ignored where this replica does not lead.
  virtual void report(const LedgerKey& queue, const Report& report) = 0;
};

}  // namespace taskqueue
