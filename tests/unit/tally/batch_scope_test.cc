#include "exporter/tally/batch_scope.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("a star is any text, a question mark any character", "[tally][batch_scope]") {
  const auto [pattern, name, expected] = GENERATE(table<std::string, std::string, bool>({
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "anything", true},
      {"render-*", "render-1", true},
      {"render-*", "render-", true},
      {"render-*", "render", false},
      {"*-1", "a-2-1", true},
      {"*-1", "a-1-2", false},
      {"a*b*c", "aXbYbZc", true},
      {"a*b*c", "aXcYc", false},
      {"?", "a", true},
      {"?", "", false},
      {"?", "ab", false},
      {"a?c",
       "a\xC3\xA4"
       "c",
       true},
      {"*?", "\xC3\xA4", true},
      {"[a]", "[a]", true},
      {"[a]", "a", false},
      {"a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
  }));
  CAPTURE(pattern, name);
  CHECK(fits({pattern}, name) == expected);
}

TEST_CASE("one fitting pattern is enough, and none lets all pass", "[tally][batch_scope]") {
  CHECK(fits({}, "any"));
  CHECK(fits({"a*", "b*"}, "bc"));
  CHECK_FALSE(fits({"a*", "b*"}, "c"));
}
