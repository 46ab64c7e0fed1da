#include "exporter/alibaba/error_codes.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("each code asks for its reaction, a sub-code for that of its family", "[alibaba][error_codes]") {
  const auto [code, kind] = GENERATE(table<std::string, FailureKind>({
      {"Throttling", FailureKind::throttled},
      {"Throttling.User", FailureKind::throttled},
      {"Throttling.Api", FailureKind::throttled},
      {"Throttling.Somebody.Else", FailureKind::throttled},
      {"Rejected.Throttling", FailureKind::throttled},
      {"ServiceUnavailable", FailureKind::throttled},
      {"InvalidAccessKeyId.NotFound", FailureKind::credentials},
      {"InvalidAccessKeyId.Inactive", FailureKind::credentials},
      {"SignatureDoesNotMatch", FailureKind::credentials},
      {"IncompleteSignature", FailureKind::credentials},
      {"InvalidTimeStamp.Expired", FailureKind::credentials},
      {"InvalidSecurityToken.Expired", FailureKind::credentials},
      {"InvalidSecurityToken.Malformed", FailureKind::credentials},
      {"SignatureNonceUsed", FailureKind::server},
      {"InternalError", FailureKind::server},
      {"Forbidden.RAM", FailureKind::permission},
      {"NoPermission", FailureKind::permission},
      {"InvalidRegionId.NotFound", FailureKind::request},
      {"MissingParameter", FailureKind::request},
  }));
  CAPTURE(code);
  CHECK(kind_of_alibaba_code(code) == kind);
}

TEST_CASE("a code of no known family has no kind, and may not become a label", "[alibaba][error_codes]") {
  CHECK_FALSE(kind_of_alibaba_code("Strange.Thing"));
  CHECK_FALSE(kind_of_alibaba_code("ThrottlingNot"));
  CHECK_FALSE(kind_of_alibaba_code(""));
  CHECK_FALSE(is_alibaba_code("Throttling.Somebody.Else"));
  CHECK(is_alibaba_code("Throttling.User"));
}
