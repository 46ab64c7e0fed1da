// What one replica knows about who reads one queue, and for how long. Pure: no network, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "exporter/clock.h"

namespace taskqueue {

/// How the ledger answers a replica that asks to read a queue.
enum class LeaseState {
  held,      // it reads already, and goes on
  began,     // it reads from now on
  restored,  // the same, because the ledger has forgotten what this replica remembers
  other,     // another replica reads
  empty,     // nobody ever did, or everything is forgotten: who remembers comes first
};

struct LeaseAnswer {
  LeaseState state = LeaseState::other;
  std::uint64_t epoch = 0;       // of who reads now
  std::uint64_t generation = 0;  // of what stands in the ledger
  std::uint64_t news = 0;        // grows with each report
  std::string previous{};        // who read before this epoch
};

/// Time runs by this replica's own steady clock, and from before the question was sent: so this replica knows that its
/// lease is over before the ledger gives it to another.
class Lease {
 public:
  explicit Lease(Milliseconds interval);

  /// As the ledger keeps it. A lease lasts an interval, though not longer than 15 seconds.
  [[nodiscard]] Milliseconds length() const { return length_; }

  [[nodiscard]] bool is_due(SteadyTime now) const { return now >= next_ask_; }
  [[nodiscard]] SteadyTime next_ask() const { return next_ask_; }

  /// The epoch of this replica's last reign; 0: it had none.
  [[nodiscard]] std::uint64_t own_epoch() const { return own_epoch_; }
  [[nodiscard]] std::uint64_t known_epoch() const { return known_epoch_; }
  /// True once it has waited long enough for somebody who remembers.
  [[nodiscard]] bool may_begin(SteadyTime now) const;

  /// The epoch of the reign under way.
  [[nodiscard]] std::optional<std::uint64_t> held(SteadyTime now) const;

  [[nodiscard]] SteadyTime held_until() const { return held_until_; }

  void take(const LeaseAnswer& answer, SteadyTime asked);
  /// No answer came: what is held lasts as long as it would have.
  void miss(SteadyTime asked);

 private:
  const Milliseconds length_;
  SteadyTime next_ask_{};
  SteadyTime held_until_{};
  std::uint64_t own_epoch_ = 0;
  std::uint64_t known_epoch_ = 0;
  std::optional<SteadyTime> empty_since_;
};

}  // namespace taskqueue
