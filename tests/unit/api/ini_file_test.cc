#include "exporter/api/ini_file.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("sections, keys, comments and odd lines of an INI file are read", "[api][ini_file]") {
  const IniFile file = parse_ini(
      "\xef\xbb\xbf; head\r\n[default]\r\nSecret_ID =  a=b \r\nkey: v # why\n\n# none\nnonsense\n"
      "[ other ]\nrole_arn=acs:ram::1:role/r\n[default]\nkey = later\n[open");
  REQUIRE(file.size() == 3);
  CHECK(ini_value(file.at("default"), "secret_id") == "a=b");
  CHECK(ini_value(file.at("default"), "key") == "later");
  CHECK(ini_value(file.at("default"), "nonsense").empty());
  CHECK(ini_value(file.at("other"), "role_arn") == "acs:ram::1:role/r");
  CHECK(parse_ini("").empty());
}
