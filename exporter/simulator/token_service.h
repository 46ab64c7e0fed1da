// The token services of both clouds: keys of a role for who may assume it. Written from the vendors' pages on STS.
#pragma once

#include <string>

#include "exporter/simulator/acs.h"
#include "exporter/simulator/api_error.h"
#include "exporter/simulator/json.h"
#include "exporter/simulator/key_ring.h"

namespace taskqueue::simulator {

/// Who asks, and what has to be known to answer.
struct RoleQuestion {
  const AccountPlan* caller = nullptr;  // whose key signed the request; null where nothing had to be signed
  std::string action;
  const Estate& estate;
  KeyRing& keys;
  WallTime now;
};

/// STS 2018-08-13: AssumeRole, and AssumeRoleWithWebIdentity, which needs no signature. The answer without its frame.
[[nodiscard]] Result<Json, ApiError> tencent_role_keys(const RoleQuestion& question, const Json& parameters);

/// STS 2015-04-01: AssumeRole, and AssumeRoleWithOIDC, which needs no signature.
[[nodiscard]] Result<Json, ApiError> alibaba_role_keys(const RoleQuestion& question, const AcsParameters& parameters);

}  // namespace taskqueue::simulator
