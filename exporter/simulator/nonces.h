// Remembers the nonces of signatures, as long as a signature could be played again.
#pragma once

#include <map>
#include <string>

#include "exporter/clock.h"
#include "exporter/locks.h"

namespace taskqueue::simulator {

/// Thread-safe.
class Nonces {
 public:
  /// False where this nonce was taken in the half hour before.
  [[nodiscard]] bool take(const std::string& nonce, WallTime now) {
    const Lock lock(mutex_);
    if (now >= next_cleaning_) {
      std::erase_if(taken_, [&](const auto& entry) { return now - entry.second > memory; });
      next_cleaning_ = now + std::chrono::minutes{1};
    }
    const auto [entry, fresh] = taken_.emplace(nonce, now);
    if (fresh) return true;
    if (now - entry->second <= memory) return false;
    entry->second = now;
    return true;
  }

 private:
  static constexpr std::chrono::minutes memory{30};

  Mutex mutex_;
  std::map<std::string, WallTime> taken_ GUARDED_BY(mutex_);
  WallTime next_cleaning_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue::simulator
