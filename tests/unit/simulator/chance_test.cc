#include "exporter/simulator/chance.h"

#include "tests/catch.h"

namespace taskqueue::simulator {

TEST_CASE("an identifier leads back to its index", "[simulator][chance]") {
  for (std::uint64_t i = 0; i < 1000; ++i) REQUIRE(unscramble(7, scramble(7, i)) == i);
  CHECK(scramble(7, 1) != scramble(8, 1));
}

TEST_CASE("shares lie evenly between nought and one", "[simulator][chance]") {
  double sum = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const double x = share(draw(3, i, 1));
    REQUIRE((x >= 0 && x < 1));
    sum += x;
  }
  CHECK(sum / 10000 == Approx(0.5).margin(0.02));
}

}  // namespace taskqueue::simulator
