// The small pieces: identifiers, nonces, XML.
#include "exporter/simulator/chance.h"
#include "exporter/simulator/nonces.h"
#include "exporter/simulator/xml.h"
#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {

TEST_CASE("an identifier leads back to its index", "[simulator][chance]") {
  for (std::uint64_t i = 0; i < 1000; ++i) REQUIRE(unscramble(7, scramble(7, i)) == i);
  CHECK(scramble(7, 1) != scramble(8, 1));
}

TEST_CASE("a nonce can be used again when no signature with it is good any more", "[simulator][nonces]") {
  Nonces nonces;
  CHECK(nonces.take("a", noon));
  CHECK_FALSE(nonces.take("a", noon + std::chrono::minutes{30}));
  CHECK(nonces.take("b", noon));
  CHECK(nonces.take("a", noon + std::chrono::minutes{31}));
}

TEST_CASE("lists repeat their element in XML, and text is escaped", "[simulator][xml]") {
  const Json value{{"Task", {{{"Id", "a<b&c"}}, {{"Id", 2}}}}, {"Total", 2}, {"None", nullptr}};
  CHECK(xml_element("Set", value) ==
        "<Set><None></None><Task><Id>a&lt;b&amp;c</Id></Task><Task><Id>2</Id></Task><Total>2</Total></Set>");
}

}  // namespace taskqueue::simulator
