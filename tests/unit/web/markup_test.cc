#include "exporter/web/markup.h"

#include "tests/catch.h"

using namespace taskqueue::web;

TEST_CASE("an element has its attributes, its inside and its end", "[web][markup]") {
  CHECK(element("p", "", "x") == "<p>x</p>");
  CHECK(element("p", attribute("id", "a") + attribute("class", "b"), "x") == "<p id=\"a\" class=\"b\">x</p>");
  CHECK(element("p", "hidden", "") == "<p hidden></p>");
}

TEST_CASE("an attribute cannot be left", "[web][markup]") {
  CHECK(attribute("title", "\"><script>'&") == " title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\"");
}
