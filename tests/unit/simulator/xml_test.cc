#include "exporter/simulator/xml.h"

#include "tests/catch.h"

namespace taskqueue::simulator {

TEST_CASE("lists repeat their element in XML, and text is escaped", "[simulator][xml]") {
  const Json value{{"Task", {{{"Id", "a<b&c"}}, {{"Id", 2}}}}, {"Total", 2}, {"None", nullptr}};
  CHECK(xml_element("Set", value) ==
        "<Set><None></None><Task><Id>a&lt;b&amp;c</Id></Task><Task><Id>2</Id></Task><Total>2</Total></Set>");
}

}  // namespace taskqueue::simulator
