#include "exporter/api/cloud_clock.h"

#include <chrono>

namespace taskqueue {
namespace {

// Alibaba's, Tencent's is five minutes.
constexpr Milliseconds most_difference = std::chrono::minutes{15};

}  // namespace

bool CloudClock::learn(WallTime date, WallTime sent, bool refused) {
  const WallTime received = clock_.wall_now();
  // The header is cut to whole seconds, and was written somewhere between sending and receiving.
  const Milliseconds measured = date + Milliseconds{500} - (sent + (received - sent) / 2);
  const Milliseconds tolerance = Milliseconds{1500} + (received - sent) / 2;
  const Milliseconds offset = std::chrono::abs(measured) <= tolerance ? Milliseconds{0} : measured;
  const bool is_far = std::chrono::abs(measured - this->offset()) > most_difference;
  if (is_far && !refused && is_known_) return false;
  offset_ = offset.count();
  is_known_ = true;
  instruments_.clock_offset(provider_, std::chrono::duration<double>(offset).count());
  return true;
}

}  // namespace taskqueue
