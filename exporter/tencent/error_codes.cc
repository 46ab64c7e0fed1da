#include "exporter/tencent/error_codes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace taskqueue {
namespace {

using enum FailureKind;

constexpr std::array codes = std::to_array<std::pair<std::string_view, FailureKind>>({
    {"ActionOffline", request},
    {"AuthFailure", credentials},
    {"AuthFailure.InvalidAuthorization", credentials},
    {"AuthFailure.InvalidSecretId", credentials},
    {"AuthFailure.MFAFailure", credentials},
    {"AuthFailure.SecretIdNotFound", credentials},
    {"AuthFailure.SignatureExpire", credentials},
    {"AuthFailure.SignatureFailure", credentials},
    {"AuthFailure.TokenFailure", credentials},
    {"AuthFailure.UnauthorizedOperation", permission},
    {"DryRunOperation", request},
    {"FailedOperation", server},
    {"FailedOperation.InvalidMpsUser", permission},
    {"FailedOperation.InvalidVodUser", permission},
    {"InternalError", server},
    {"InvalidAction", request},
    {"InvalidFilter", request},
    {"InvalidParameter", request},
    {"InvalidParameter.InvalidParameterCombination", request},
    {"InvalidParameter.JobIdMalformed", request},
    {"InvalidParameterValue", request},
    {"InvalidParameterValue.InvalidFilter", request},
    {"InvalidParameterValue.Limit", request},
    {"InvalidParameterValue.LimitExceeded", request},
    {"InvalidParameterValue.Status", request},
    {"InvalidRequest", request},
    {"InvalidZone.MismatchRegion", request},
    {"IpInBlacklist", permission},
    {"IpNotInWhitelist", permission},
    {"LimitExceeded", throttled},
    {"MissingParameter", request},
    {"NoSuchProduct", request},
    {"NoSuchVersion", request},
    {"RequestLimitExceeded", throttled},
    {"RequestLimitExceeded.GlobalRegionUinLimitExceeded", throttled},
    {"RequestLimitExceeded.IPLimitExceeded", throttled},
    {"RequestLimitExceeded.UinLimitExceeded", throttled},
    {"RequestSizeLimitExceeded", request},
    {"ResourceInUse", server},
    {"ResourceInsufficient", server},
    {"ResourceNotFound", not_found},
    {"ResourceNotFound.Job", not_found},
    {"ResourceNotFound.Task", not_found},
    {"ResourceUnavailable", server},
    {"ResponseSizeLimitExceeded", request},
    {"ServiceUnavailable", server},
    {"UnauthorizedOperation", permission},
    {"UnknownParameter", request},
    {"UnsupportedOperation", request},
    {"UnsupportedProtocol", request},
    {"UnsupportedRegion", request},
});

const std::pair<std::string_view, FailureKind>* find(std::string_view code) {
  const auto found = std::ranges::find(codes, code, &std::pair<std::string_view, FailureKind>::first);
  return found == codes.end() ? nullptr : &*found;
}

}  // namespace

FailureKind kind_of_tencent_code(std::string_view code) {
  const auto* found = find(code);
  if (found == nullptr) found = find(code.substr(0, code.find('.')));
  return found == nullptr ? request : found->second;
}

bool is_tencent_code(std::string_view code) { return find(code) != nullptr; }

}  // namespace taskqueue
