#include "exporter/ledger/lease.h"

#include <algorithm>
#include <chrono>

namespace taskqueue {
namespace {

constexpr Milliseconds longest = std::chrono::seconds{15};
constexpr int asks_per_lease = 4;

}  // namespace

Lease::Lease(Milliseconds interval) : length_(std::min(interval, longest)) {}

bool Lease::may_begin(SteadyTime now) const { return empty_since_ && now - *empty_since_ >= length_ / 2; }

std::optional<std::uint64_t> Lease::held(SteadyTime now) const {
  if (now >= held_until_) return std::nullopt;
  return own_epoch_;
}

void Lease::take(const LeaseAnswer& answer, SteadyTime asked) {
  next_ask_ = asked + length_ / asks_per_lease;
  known_epoch_ = std::max(known_epoch_, answer.epoch);
  if (answer.state == LeaseState::empty) {
    if (!empty_since_) empty_since_ = asked;
  } else {
    empty_since_.reset();
  }
  if (answer.state == LeaseState::other || answer.state == LeaseState::empty) {
    held_until_ = asked;
    return;
  }
  own_epoch_ = answer.epoch;
  // The ledger's clock may run a little faster than ours.
  held_until_ = asked + length_ - length_ / 10;
}

void Lease::miss(SteadyTime asked) {
  next_ask_ = asked + length_ / asks_per_lease;
  empty_since_.reset();
}

}  // namespace taskqueue
