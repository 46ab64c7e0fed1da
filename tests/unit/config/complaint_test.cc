#include "exporter/config/complaint.h"

#include "tests/catch.h"

using taskqueue::Complaint;
using taskqueue::describe;

TEST_CASE("a complaint shows its place, its sentence, the line and a caret", "[config][complaint]") {
  CHECK(describe(Complaint{"a.toml", 3, 12, "interval is wrong: mend it", "interval = 30"}) ==
        "a.toml:3:12: interval is wrong: mend it\n"
        "  interval = 30\n"
        "             ^\n");
}

TEST_CASE("a complaint about the whole file has no line", "[config][complaint]") {
  CHECK(describe(Complaint{"a.toml", 0, 0, "it does not exist", ""}) == "a.toml: it does not exist\n");
}

TEST_CASE("the caret counts characters, not bytes, and keeps tabs", "[config][complaint]") {
  CHECK(describe(Complaint{"a", 1, 5, "s", "\tñ€=1"}) == "a:1:5: s\n  \tñ€=1\n  \t   ^\n");
}

TEST_CASE("a caret beyond the line stands right behind it", "[config][complaint]") {
  CHECK(describe(Complaint{"a", 1, 99, "s", "ab"}) == "a:1:99: s\n  ab\n    ^\n");
}

TEST_CASE("a long line is cut round the caret, which stays under its character", "[config][complaint]") {
  std::string line(1000, 'a');
  line[499] = 'X';
  const std::string text = describe(Complaint{"a", 1, 500, "s", line});
  const std::size_t begin = text.find('\n') + 1;
  const std::size_t end = text.find('\n', begin);
  const std::string shown = text.substr(begin, end - begin);
  const std::string caret = text.substr(end + 1);
  CHECK(shown.size() < 180);
  CHECK(shown.starts_with("  ...a"));
  CHECK(shown.ends_with("a..."));
  CHECK(caret.find('^') == shown.find('X'));
}
