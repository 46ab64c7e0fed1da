#include "exporter/web/quality_list.h"

#include "tests/catch.h"

using namespace taskqueue::web;

namespace {

std::vector<std::string> values(std::string_view header) {
  std::vector<std::string> found;
  for (const Weighted& element : parse_quality_list(header)) found.push_back(element.value);
  return found;
}

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("elements come in their order, with parameters and quality", "[web][quality_list]") {
  const auto list = parse_quality_list("Text/Plain ; Version=0.0.4;Q=0.5,\t*/*");
  REQUIRE(list.size() == 2);
  CHECK(list[0] == Weighted{.value = "text/plain", .parameters = {{"version", "0.0.4"}}, .quality = 0.5});
  CHECK(list[0].parameter("version") == "0.0.4");
  CHECK(list[0].parameter("charset").empty());
  CHECK(list[1] == Weighted{.value = "*/*", .parameters = {}, .quality = 1});
}

TEST_CASE("quoted strings may hold commas, semicolons and quotes", "[web][quality_list]") {
  const auto list = parse_quality_list(R"(a;x="1,2;3\"4";q=0.5, b)");
  REQUIRE(list.size() == 2);
  CHECK(list[0].parameter("x") == "1,2;3\"4");
  CHECK(list[0].quality == 0.5);
}

TEST_CASE("what is empty or broken is passed over, the rest stands", "[web][quality_list]") {
  CHECK(values("") == Values{});
  CHECK(values(" , ,,a,, b ,") == Values{"a", "b"});
  CHECK(values("a;q=, b;q=x, c;q=1.1, d;q=-1, e;q=nan, f;q=1e0, g;q=0x1, h") == Values{"h"});
  CHECK(values("a b, c") == Values{"c"});
  CHECK(values(";q=1, a;;, =, b;=1") == Values{"a"});
  CHECK(values("a;x=\"never ends, b") == Values{});
  CHECK(values("a;x=\"1\"2, b") == Values{"b"});
  CHECK(values("a;x=\"\\") == Values{});
  CHECK(values("a;b\"c, d") == Values{});
  CHECK(values("a;b\"c\"=1;q=0, d e;q=1, f;b c=1, g") == Values{"g"});
}

TEST_CASE("a header of the greatest size is read in one walk", "[web][quality_list]") {
  std::string commas(16'000, ',');
  CHECK(values(commas).empty());
  std::string long_list;
  while (long_list.size() < 16'000) long_list += "a;q=0.1,";
  CHECK(values(long_list).size() == long_list.size() / 8);
}
