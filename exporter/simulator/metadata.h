// The metadata services of machines in both clouds, as far as they give the keys of a machine's role. The machine is
// one of the first account of each provider that has a role.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "exporter/locks.h"
#include "exporter/simulator/key_ring.h"
#include "exporter/simulator/request.h"

namespace taskqueue::simulator {

/// Thread-safe.
class Metadata {
 public:
  /// Both outlive it.
  Metadata(const Estate& estate, KeyRing& keys) : estate_(estate), keys_(keys) {}

  /// Which of its questions a request is, for the meter and for faults: "token", "role", "keys"; nothing where it is
  /// for somebody else.
  [[nodiscard]] static std::string question(const Request& request);

  [[nodiscard]] Answer answer(const Request& request, WallTime now);

  /// {"role": "none"} takes the role off the machine, {"version": 1} knows no tokens, {"version": 2} wants one, {"lie":
  /// "expired"} and so on answers what is not true: see the source. {} puts all right. Throws std::invalid_argument.
  void behave(const std::string& json);

 private:
  struct Manner {
    bool has_role = true;
    int version = 0;  // 0: both
    std::string lie;
  };
  [[nodiscard]] const AccountPlan* account(const std::string& provider) const;
  [[nodiscard]] Answer give_token(const Request& request, const Manner& manner);
  [[nodiscard]] std::optional<Answer> refusal(const Request& request, const Manner& manner) const;
  [[nodiscard]] Answer give_keys(const AccountPlan& account, const Manner& manner, WallTime now);
  [[nodiscard]] CloudKey current_key(const AccountPlan& account, WallTime now);

  const Estate& estate_;
  KeyRing& keys_;
  mutable Mutex mutex_;
  Manner manner_ GUARDED_BY(mutex_);
  struct Kept {
    CloudKey key;
    WallTime born;
  };
  std::map<std::string, Kept> kept_ GUARDED_BY(mutex_);  // by account
};

}  // namespace taskqueue::simulator
