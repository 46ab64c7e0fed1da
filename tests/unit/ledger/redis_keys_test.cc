#include "exporter/ledger/redis_keys.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("the keys of a queue share one hash tag, whatever the queue is called", "[ledger][redis]") {
  const QueueKeys keys = queue_keys("tq:", {{"a/b}", "mps", "media", ""}, "host/1"});
  CHECK(keys.lease == "tq:{a%2Fb%7D/mps/media//host%2F1}:lease");
  CHECK(keys.entry == "tq:{a%2Fb%7D/mps/media//host%2F1}:entry");
}

TEST_CASE("different queues have different keys", "[ledger][redis]") {
  const LedgerKey one{{"a/b", "mps", "media", ""}, "host/"};
  const LedgerKey other{{"a", "b/mps", "media", ""}, "host/"};
  const LedgerKey third{{"a%2Fb", "mps", "media", ""}, "host/"};
  CHECK(queue_keys("", one).lease != queue_keys("", other).lease);
  CHECK(queue_keys("", one).lease != queue_keys("", third).lease);
}
