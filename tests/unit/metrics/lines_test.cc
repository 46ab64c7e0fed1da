#include "exporter/metrics/lines.h"

#include <cmath>
#include <limits>

#include "tests/catch.h"

using namespace taskqueue;

namespace {

std::string number(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string value(std::string_view raw) {
  std::string text;
  append_label_value(text, raw);
  return text;
}

}  // namespace

TEST_CASE("numbers read back as the same double", "[metrics][lines]") {
  CHECK(number(0.1 + 0.2) == "0.30000000000000004");
  CHECK(number(3) == "3");
  CHECK(number(1772359200.25) == "1772359200.25");
  CHECK(number(std::nan("")) == "NaN");
  CHECK(number(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(number(-std::numeric_limits<double>::infinity()) == "-Inf");
}

TEST_CASE("bounds always have a point", "[metrics][lines]") {
  CHECK(bound_text(1) == "1.0");
  CHECK(bound_text(0.025) == "0.025");
  CHECK(bound_text(86400) == "86400.0");
}

TEST_CASE("label values are escaped, and repaired where they are not UTF-8", "[metrics][lines]") {
  CHECK(value("a\"b\\c\nd") == R"(a\"b\\c\nd)");
  CHECK(value("转码 é 😀") == "转码 é 😀");
  const std::string repaired = "\xef\xbf\xbd";
  CHECK(value("\xff") == repaired);
  CHECK(value("a\xc3") == "a" + repaired);
  CHECK(value("\xc0\xaf") == repaired + repaired);                 // overlong
  CHECK(value("\xed\xa0\x80") == repaired + repaired + repaired);  // a surrogate
  CHECK(value("\xf4\x90\x80\x80") == repaired + repaired + repaired + repaired);
  CHECK(value("\x80x") == repaired + "x");
}

TEST_CASE("an empty label is left out, and no labels need no braces", "[metrics][lines]") {
  Lines lines(label_text({{"queue", "q"}, {"cloud_region", ""}}));
  lines.add("m", {{"type", "a"}, {"x", ""}}, std::int64_t{-3});
  lines.add("m", {}, 0.5);
  CHECK(lines.take() == "m{queue=\"q\",type=\"a\"} -3\nm{queue=\"q\"} 0.5\n");
  Lines bare("");
  bare.add("m", {}, std::uint64_t{7});
  CHECK(bare.take() == "m 7\n");
  CHECK(bare.take().empty());
}
