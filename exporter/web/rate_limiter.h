// A token bucket over all requests.
#pragma once

#include <algorithm>
#include <chrono>

#include "exporter/clock.h"
#include "exporter/web/web_config.h"

namespace taskqueue::web {

/// For one thread.
class RateLimiter {
 public:
  RateLimiter(RateLimit limit, SteadyTime now)
      : limit_(limit), tokens_(static_cast<double>(limit.burst)), filled_(now) {}

  [[nodiscard]] const RateLimit& limit() const { return limit_; }

  /// Takes a token if there is one.
  [[nodiscard]] bool admit(SteadyTime now) {
    using Spans = std::chrono::duration<double, std::nano>;
    const double gained = Spans(now - filled_) / Spans(limit_.interval);
    tokens_ = std::min(static_cast<double>(limit_.burst), tokens_ + gained);
    filled_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  RateLimit limit_;
  double tokens_;
  SteadyTime filled_;
};

}  // namespace taskqueue::web
