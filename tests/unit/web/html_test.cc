#include "exporter/web/html.h"

#include <chrono>

#include "tests/catch.h"

using namespace taskqueue::web;
using taskqueue::Milliseconds;

TEST_CASE("text becomes harmless in HTML", "[web][html]") {
  CHECK(escape("<b a=\"x\" c='y'>&amp;") == "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;");
  CHECK(escape("plain ünï") == "plain ünï");
}

TEST_CASE("lengths of time are spoken in two units at most", "[web][html]") {
  const auto [length, words] = GENERATE(table<std::int64_t, std::string>({
      {-5000, "0 s"},
      {0, "0 s"},
      {50, "0 s"},
      {420, "0.4 s"},
      {9990, "9.9 s"},
      {3000, "3 s"},
      {59999, "59 s"},
      {60000, "1 min"},
      {185000, "3 min 5 s"},
      {1805000, "30 min"},
      {7500000, "2 h 5 min"},
      {7200000, "2 h"},
      {356400000, "4 d 3 h"},
  }));
  CAPTURE(length);
  CHECK(spoken(Milliseconds{length}) == words);
}

TEST_CASE("long numbers are grouped by threes", "[web][html]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1234567) == "1\u202f234\u202f567");
  CHECK(grouped(-1000) == "-1\u202f000");
  CHECK(grouped(-100) == "-100");
}
