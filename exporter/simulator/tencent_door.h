// How Tencent's API 3.0 takes a request: who calls what, whether the signature is right, and the envelope of the
// answer.
#pragma once

#include <string>
#include <string_view>

#include "exporter/simulator/estate.h"
#include "exporter/simulator/key_ring.h"
#include "exporter/simulator/request.h"
#include "exporter/simulator/scene.h"

namespace taskqueue::simulator {

/// What a request says of itself, before anybody believes it.
struct Caller {
  const AccountPlan* account = nullptr;  // whose key it names, if there is such a key
  CloudKey key{};                        // that key
  std::string service{};
  std::string action{};
  std::string region{};  // where the service has regions
};

/// The state of the cloud at the moment of one request.
struct Moment {
  const Estate& estate;
  KeyRing& keys;
  Timeline timeline;
  WallTime now;    // of the worlds
  WallTime shown;  // of the cloud's own clock, which signatures are measured by
  Quirks quirks;   // of the service
  bool within_limit;
  Milliseconds lag{0};  // how old the world is that this answer shows
};

/// An answer without its frame: the JSON text of the whole body, or the error.
using DoorResult = Result<std::string, ApiError>;

[[nodiscard]] Caller tencent_caller(const Request& request, const KeyRing& keys);
[[nodiscard]] DoorResult tencent_answer(const Request& request, const Caller& caller, const Moment& moment,
                                        const std::string& request_id);

/// The body of an error. Tencent sends it with status 200.
[[nodiscard]] std::string tencent_error(const ApiError& error, const std::string& request_id);

}  // namespace taskqueue::simulator
