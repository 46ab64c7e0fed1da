#include "exporter/config/source_line.h"

#include "tests/catch.h"

using taskqueue::SourceLines;

namespace {

std::string shown(std::string_view text, std::size_t line = 1) { return SourceLines(text).shown(line); }

}  // namespace

TEST_CASE("a line without secrets is shown as it is", "[config][source_line]") {
  CHECK(shown("a = 1\n\tinterval = \"30s\" # often\r\nb = 2", 2) == "\tinterval = \"30s\" # often");
  CHECK(shown("a = 1", 2).empty());
  CHECK(shown("", 1).empty());
  CHECK(shown("a = 1", 0).empty());
  CHECK(shown("[accounts.token-service]") == "[accounts.token-service]");
  CHECK(shown("[accounts.media]  # in use") == "[accounts.media]  # in use");
  CHECK(shown("job_names = [\"token-*\"]") == "job_names = [\"token-*\"]");
}

TEST_CASE("the value of a secret is never shown, however the line is written", "[config][source_line]") {
  const auto line = GENERATE(
      as<std::string>(), "secret_key = \"hush\"", "secret_id=\"hush\"", "  access_key_id = 'hush'",
      "access_key_secret = hush", "session_token = \"hush", "session_token = \"hush\" # hush",
      "\"secret_key\" = \"hush\"", "'secret_key'=\"hush==\"", "secret_key\" = \"hush==\"", "secret_key: \"hush==\"",
      "secret_key \"hush\"", "secret_key\"hush\"", "SECRET_KEY = \"hush\"", "secert_id = \"hush\"",
      "secret_di = \"hush\"", "acess_kye = \"hush\"", "sesion_tokn = \"hush\"", "password = \"hush\"",
      "redis = \"hush\"", "reids = \"redis://:hush@redis\"", "x = { y = 1, secret_key = \"hush\" }",
      "x = { \"secret_key\" = \"hush\" }", "accounts.media.secret_id = \"hush\"", "media.secert_id = \"hush\"",
      "endpoint = \"https://me:hush@host\"", "proxy = \"http://me:hu@sh:hush@host/#\"", "secret_key_file = \"hush\"",
      "secret_key_file = \"/run/x\", secret_key = \"hush\"", "secret_key = 12hush", "secret_key = [\"hush\"]",
      "secret_key = \"a\\\"hush\"", "export secret_key=hush", "[accounts.media]id = \"hush\"",
      "[accounts.media \"hush\"", "secret_k.ey = \"hush\"", "proxy = \"http:/me:hush@host\"",
      "[access_key_id = \"hush\"", "secret_key == \"hush\"");
  CAPTURE(line);
  const std::string text = shown(line);
  CHECK(text.find("hush") == std::string::npos);
  CHECK(text.find("***") != std::string::npos);
  CHECK(text.substr(0, 1) == line.substr(0, 1));
}

TEST_CASE("a secret that goes on in further lines is not shown there either", "[config][source_line]") {
  CHECK(shown("secret_key = \"\"\"\nhush\nhush\"\"\"\nb = 1", 2) == "***");
  CHECK(shown("secret_key = \"\"\"\nhush\nhush\"\"\"\nb = 1", 3) == "***");
  CHECK(shown("secret_key = \"\"\"\nhush\nhush\"\"\"\nb = 1", 4) == "b = 1");
  CHECK(shown("secret_key = '''\nhush \\'''\nb = 1", 2) == "***");
  CHECK(shown("secret_key = '''\nhush \\'''\nb = 1", 3) == "b = 1");
  CHECK(shown("secret_key = [\n\"hush\"\n]\nb = 1", 2) == "***");
  CHECK(shown("secret_key = [\n\"hush\"\n]\nb = 1", 4) == "b = 1");
}

TEST_CASE("brackets and quotes in other texts and comments do not hide what follows", "[config][source_line]") {
  CHECK(shown("secret_id = \"[{\" # \"\"\"\nb = 1", 2) == "b = 1");
  CHECK(shown("secret_id = '\"' # [\nb = 1", 2) == "b = 1");
  CHECK(shown("secret_id = \"open\nb = 1", 2) == "b = 1");
}

TEST_CASE("the path of a secret's file is worth seeing", "[config][source_line]") {
  CHECK(shown("secret_key_file = \"/run/secrets/key\"") == "secret_key_file = \"/run/secrets/key\"");
  CHECK(shown("redis_password_file = './password'") == "redis_password_file = './password'");
}

TEST_CASE("bytes that a terminal obeys are replaced, one for one", "[config][source_line]") {
  CHECK(shown("a = \"\x1b[2J\xff\x7f\xc2\x9b\"") == "a = \"\uFFFD[2J\uFFFD\uFFFD\uFFFD\"");
}
