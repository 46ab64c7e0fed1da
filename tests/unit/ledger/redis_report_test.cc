#include "exporter/ledger/redis_report.h"

#include <chrono>

#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

RedisReply as_hash(const Report& report) {
  RedisReply hash{.kind = RedisReply::Kind::list};
  for (std::string& each : fields_of(report)) hash.items.push_back({.kind = RedisReply::Kind::text, .text = each});
  return hash;
}

}  // namespace

TEST_CASE("a report is read as it was written", "[ledger][redis]") {
  const Report good{.succeeded = true,
                    .last_success = parse_utc("2026-03-01T10:00:00Z"),
                    .duration = Milliseconds{420},
                    .interval = seconds{30}};
  CHECK(report_from(as_hash(good)) == good);
  const Report bad{.succeeded = false,
                   .interval = seconds{60},
                   .failure = Failure{.kind = FailureKind::throttled,
                                      .code = "RequestLimitExceeded",
                                      .sentence = "slower \xe6\x85\xa2",
                                      .request_id = "r-1"},
                   .failure_at = parse_utc("2026-03-01T10:00:01Z")};
  CHECK(report_from(as_hash(bad)) == bad);
  CHECK_FALSE(report_from(RedisReply{.kind = RedisReply::Kind::list}));
}
