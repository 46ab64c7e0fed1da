#include "exporter/config/utf8.h"

#include "tests/catch.h"

using taskqueue::utf8_length;

TEST_CASE("a UTF-8 character is one to four bytes long", "[config][utf8]") {
  CHECK(utf8_length("a") == 1);
  CHECK(utf8_length("éa") == 2);
  CHECK(utf8_length("€") == 3);
  CHECK(utf8_length("\xED\x9F\xBF") == 3);
  CHECK(utf8_length("\xF0\x9F\x98\x80") == 4);
  CHECK(utf8_length("\xF4\x8F\xBF\xBF") == 4);
}

TEST_CASE("what is not UTF-8 has no length", "[config][utf8]") {
  const auto bytes =
      GENERATE(as<std::string>(), "", "\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xED\xA0\x80",
               "\xE2\x82", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF");
  CHECK(utf8_length(bytes) == 0);
}
