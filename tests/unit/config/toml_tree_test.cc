#include "exporter/config/toml_tree.h"

#include "tests/catch.h"

using taskqueue::find_entry;
using taskqueue::parse_toml;
using taskqueue::TomlKind;
using taskqueue::TomlPlace;

TEST_CASE("a tree keeps kinds, values and places in the order of the file", "[config][toml_tree]") {
  const auto tree = parse_toml("[z]\nb = \"x\"\na = 1\n[y]\nc = 2.5\nd = true\ne = 1979-05-27\nf = [1, { g = 2 }]\n");
  REQUIRE(tree);
  REQUIRE(tree->entries.size() == 2);
  CHECK(tree->entries[0].key == "z");
  CHECK(tree->entries[0].place == TomlPlace{1, 2});
  const auto& z = tree->entries[0].value;
  REQUIRE(z.entries.size() == 2);
  CHECK(z.entries[0].key == "b");
  CHECK(z.entries[0].value.string == "x");
  CHECK(z.entries[0].value.place == TomlPlace{2, 5});
  CHECK(z.entries[1].value.integer == 1);
  const auto& y = tree->entries[1].value;
  CHECK(find_entry(y, "c")->value.number == 2.5);
  CHECK(find_entry(y, "d")->value.boolean);
  CHECK(find_entry(y, "e")->value.kind == TomlKind::date);
  CHECK(find_entry(y, "none") == nullptr);
  const auto& f = find_entry(y, "f")->value;
  REQUIRE(f.items.size() == 2);
  CHECK(f.items[0].kind == TomlKind::integer);
  CHECK(f.items[1].kind == TomlKind::table);
  CHECK(find_entry(f.items[1], "g")->place == TomlPlace{8, 11});
}

TEST_CASE("a syntax error has a place and a reason", "[config][toml_tree]") {
  const auto tree = parse_toml("a = 1\nb\n");
  REQUIRE_FALSE(tree);
  CHECK(tree.error().place == TomlPlace{2, 2});
  CHECK(tree.error().reason.find("expected '='") != std::string::npos);
}

TEST_CASE("deep nesting is refused rather than followed", "[config][toml_tree]") {
  CHECK_FALSE(parse_toml("a = " + std::string(100000, '[')));
  CHECK_FALSE(parse_toml("a = " + std::string(300, '[') + std::string(300, ']')));
}
