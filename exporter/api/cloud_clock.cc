#include "exporter/api/cloud_clock.h"

#include <chrono>

namespace taskqueue {

void CloudClock::learn(WallTime date, WallTime sent) {
  const WallTime received = clock_.wall_now();
  // The header is cut to whole seconds, and was written somewhere between sending and receiving.
  const Milliseconds measured = date + Milliseconds{500} - (sent + (received - sent) / 2);
  const Milliseconds tolerance = Milliseconds{1500} + (received - sent) / 2;
  const Milliseconds offset = std::chrono::abs(measured) <= tolerance ? Milliseconds{0} : measured;
  offset_ = offset.count();
  instruments_.clock_offset(provider_, std::chrono::duration<double>(offset).count());
}

}  // namespace taskqueue
