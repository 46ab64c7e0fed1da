// Checks a TC3-HMAC-SHA256 signature against the raw bytes received. Written from the vendor's page "Signature v3".
#pragma once

#include <string>
#include <string_view>

#include "exporter/clock.h"
#include "exporter/simulator/api_error.h"
#include "exporter/simulator/request.h"

namespace taskqueue::simulator {

/// The Authorization header taken apart.
struct Tc3Claim {
  std::string secret_id;
  std::string date;
  std::string service;
  std::string terminator;
  std::string signed_headers;  // semicolons between
  std::string signature;
};

/// Reads the header; AuthFailure.InvalidAuthorization for anything but the documented form.
[[nodiscard]] Result<Tc3Claim, ApiError> read_tc3_claim(const Request& request);

/// What the vendor checks after it has found the key: the scope's date and terminator, the age (300 s either way), the
/// headers that must be signed, and the signature itself. Pure.
[[nodiscard]] Verdict check_tc3(const Request& request, const Tc3Claim& claim, std::string_view secret_key,
                                WallTime now);

}  // namespace taskqueue::simulator
