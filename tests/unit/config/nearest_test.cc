#include "exporter/config/nearest.h"

#include <array>

#include "tests/catch.h"

using taskqueue::edit_distance;
using taskqueue::nearest;

TEST_CASE("the edit distance counts letters added, left out, changed and swapped", "[config][nearest]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("interval", "interval") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("intervall", "interval") == 1);
  CHECK(edit_distance("intrval", "interval") == 1);
  CHECK(edit_distance("intervol", "interval") == 1);
  CHECK(edit_distance("intevral", "interval") == 1);
  CHECK(edit_distance("INTERVAL", "interval") == 0);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest word is at most two edits away", "[config][nearest]") {
  static constexpr std::array<std::string_view, 4> words{"interval", "timeout", "mps", "vod"};
  CHECK(nearest("timout", words) == "timeout");
  CHECK(nearest("tiemuot", words) == "timeout");
  CHECK(nearest("intvl", words).empty());
  CHECK(nearest("msp", words) == "mps");
  CHECK(nearest("MPS", words) == "mps");
  CHECK(nearest("pod", words) == "vod");
  CHECK(nearest("", words).empty());
}

TEST_CASE("half a short word is too little to be meant", "[config][nearest]") {
  static constexpr std::array<std::string_view, 2> words{"mps", "vod"};
  CHECK(nearest("sqs", words).empty());
  CHECK(nearest("foo", words).empty());
}

TEST_CASE("a word far too long to be a slip is not compared", "[config][nearest]") {
  static constexpr std::array<std::string_view, 1> words{"interval"};
  CHECK(nearest(std::string(100000, 'i'), words).empty());
}
