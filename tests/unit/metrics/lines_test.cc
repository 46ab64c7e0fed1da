#include "exporter/metrics/lines.h"

#include <chrono>
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

TEST_CASE("an exemplar is the task with value and time", "[metrics][lines]") {
  const WallTime when{std::chrono::milliseconds{1'700'000'000'050}};
  CHECK(exemplar_text({.task_id = "a\"b", .value = 31.5, .when = when}) ==
        R"( # {task_id="a\"b"} 31.5 1700000000.050)");
  CHECK(exemplar_text({}).empty());
}

TEST_CASE("an exemplar too long for OpenMetrics is left out", "[metrics][lines]") {
  const auto fits = [](std::string id) { return !exemplar_text({.task_id = std::move(id), .value = 1}).empty(); };
  CHECK(fits(std::string(121, 'x')));
  CHECK_FALSE(fits(std::string(122, 'x')));
  std::string wide;
  for (int i = 0; i < 121; ++i) wide += "转";
  CHECK(fits(wide));
  CHECK_FALSE(fits(wide + "x"));
}

TEST_CASE("a mark stands before the newline of the line added last", "[metrics][lines]") {
  Lines lines("");
  lines.add("a", {}, 1.0);
  lines.mark("");
  lines.add("b", {}, 2.0);
  lines.mark(" # b");
  lines.add("c", {}, 3.0);
  const MarkedText content = lines.take_marked();
  CHECK(content.text == "a 1\nb 2\nc 3\n");
  CHECK(content.marks == std::vector<MarkedText::Mark>{{7, " # b"}});
}
