// All keys to the cloud: those of the accounts and the temporary ones that its services give out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/clock.h"
#include "exporter/locks.h"
#include "exporter/simulator/estate.h"

namespace taskqueue::simulator {

struct CloudKey {
  const AccountPlan* account = nullptr;
  std::string id{};
  std::string secret{};
  std::string token{};  // empty: the key needs none
  std::optional<WallTime> expiry{};
};

/// Thread-safe.
class KeyRing {
 public:
  /// `estate` outlives it.
  explicit KeyRing(const Estate& estate) : estate_(estate) {}

  /// The key of that id, expired or not.
  [[nodiscard]] std::optional<CloudKey> find(std::string_view id) const;

  /// A new key to the account, which lives for `life`, or as long as live() says.
  [[nodiscard]] CloudKey issue(const AccountPlan& account, WallTime now, Milliseconds life);

  /// How long keys given out from now on live; nothing: as long as is asked for.
  void live(std::optional<Milliseconds> life);
  /// Every temporary key expires now.
  void revoke(WallTime now);

  /// Every temporary key that was ever given out, as JSON.
  [[nodiscard]] std::string text() const;

 private:
  const Estate& estate_;
  mutable Mutex mutex_;
  std::map<std::string, CloudKey, std::less<>> issued_ GUARDED_BY(mutex_);  // by id
  std::uint64_t count_ GUARDED_BY(mutex_) = 0;
  std::optional<Milliseconds> life_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue::simulator
