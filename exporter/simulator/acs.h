// Checks Alibaba's two signatures against the raw bytes received: RPC 1.0 (HMAC-SHA1 over the parameters) and V3
// (ACS3-HMAC-SHA256 over headers and query). Written from the vendor's pages on request signatures.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/clock.h"
#include "exporter/simulator/api_error.h"
#include "exporter/simulator/request.h"

namespace taskqueue::simulator {

/// Decoded names and values of the query and, where it is a form, of the body; as they came.
class AcsParameters {
 public:
  explicit AcsParameters(const Request& request);

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  /// `a=b&c=d`, percent-encoded, sorted by name; without Signature.
  [[nodiscard]] std::string canonical() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// What a request says of itself.
struct AcsClaim {
  bool v3 = false;
  std::string key_id{};
  std::string action{};
  std::string version{};
  std::string time{};
  std::string nonce{};
  std::string token{};
  std::string signature{};
  std::string signed_headers{};  // v3
};

/// Takes what is there; what is missing stays empty.
[[nodiscard]] AcsClaim read_acs_claim(const Request& request, const AcsParameters& parameters);

/// What the vendor checks after it has found the key: that nothing is missing, the age (15 minutes either way) and the
/// signature. Whether the nonce was used before is for others. Pure.
[[nodiscard]] Verdict check_acs(const Request& request, const AcsParameters& parameters, const AcsClaim& claim,
                                std::string_view secret, WallTime now);

}  // namespace taskqueue::simulator
