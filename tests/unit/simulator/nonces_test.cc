#include "exporter/simulator/nonces.h"

#include "exporter/utc.h"
#include "tests/catch.h"

namespace taskqueue::simulator {

TEST_CASE("a nonce can be used again when no signature with it is good any more", "[simulator][nonces]") {
  const WallTime midday = parse_utc("2024-05-01T12:00:00Z").value();
  Nonces nonces;
  CHECK(nonces.take("a", midday));
  CHECK_FALSE(nonces.take("a", midday + std::chrono::minutes{30}));
  CHECK(nonces.take("b", midday));
  CHECK(nonces.take("a", midday + std::chrono::minutes{31}));
}

}  // namespace taskqueue::simulator
