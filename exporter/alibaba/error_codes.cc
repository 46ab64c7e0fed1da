#include "exporter/alibaba/error_codes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace taskqueue {
namespace {

using enum FailureKind;

constexpr std::array codes = std::to_array<std::pair<std::string_view, FailureKind>>({
    {"Forbidden", permission},
    {"Forbidden.RAM", permission},
    {"IncompleteSignature", credentials},
    {"InternalError", server},
    {"InvalidAccessKeyId", credentials},
    {"InvalidAccessKeyId.Inactive", credentials},
    {"InvalidAccessKeyId.NotFound", credentials},
    {"InvalidAction", request},
    {"InvalidAction.NotFound", request},
    {"InvalidParameter", request},
    {"InvalidRegionId", request},
    {"InvalidRegionId.NotFound", request},
    {"InvalidSecurityToken", credentials},
    {"InvalidSecurityToken.Expired", credentials},
    {"InvalidSecurityToken.Malformed", credentials},
    {"InvalidTimeStamp", credentials},
    {"InvalidTimeStamp.Expired", credentials},
    {"InvalidVersion", request},
    {"MissingParameter", request},
    {"NoPermission", permission},
    {"Rejected.Throttling", throttled},
    {"ServiceUnavailable", throttled},
    {"SignatureDoesNotMatch", credentials},
    {"SignatureNonceUsed", server},  // the next attempt draws another
    {"Throttling", throttled},
    {"Throttling.Api", throttled},
    {"Throttling.User", throttled},
    {"UnknownError", server},
});

}  // namespace

std::optional<FailureKind> kind_of_alibaba_code(std::string_view code) {
  while (!code.empty()) {
    const auto found = std::ranges::find(codes, code, &std::pair<std::string_view, FailureKind>::first);
    if (found != codes.end()) return found->second;
    const std::size_t dot = code.rfind('.');
    code = code.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return std::nullopt;
}

bool is_alibaba_code(std::string_view code) {
  return std::ranges::find(codes, code, &std::pair<std::string_view, FailureKind>::first) != codes.end();
}

}  // namespace taskqueue
