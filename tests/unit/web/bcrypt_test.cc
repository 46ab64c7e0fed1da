#include "exporter/web/bcrypt.h"

#include "tests/catch.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

// Of the password "secret", at the lowest cost.
const std::string secret = "$2y$04$1hDrWMEjTnIqZSHB7ySWQeRLGCd0etW894F1UCE3oPAMiDsTxGO2.";

std::string complaint(const std::string& text) {
  const auto hash = bcrypt_hash(text);
  return hash ? "" : hash.error();
}

}  // namespace

TEST_CASE("a password fits its hash and no other", "[web][bcrypt]") {
  const auto hash = bcrypt_hash(secret);
  REQUIRE(hash);
  CHECK(bcrypt_matches(*hash, Secret("secret")));
  for (const char* wrong : {"", "Secret", "secret ", "secre", "secrets"}) {
    CAPTURE(wrong);
    CHECK_FALSE(bcrypt_matches(*hash, Secret(wrong)));
  }
}

TEST_CASE("a zero byte does not end a password early", "[web][bcrypt]") {
  CHECK_FALSE(bcrypt_matches(*bcrypt_hash(secret), Secret(std::string("secret\0more", 11))));
}

TEST_CASE("every letter of bcrypt means the same", "[web][bcrypt]") {
  for (const char letter : {'a', 'b', 'x', 'y'}) {
    std::string other = secret;
    other[2] = letter;
    CAPTURE(other);
    REQUIRE(bcrypt_hash(other));
    CHECK(bcrypt_matches(*bcrypt_hash(other), Secret("secret")));
  }
}

TEST_CASE("what is no bcrypt hash is refused with a reason", "[web][bcrypt]") {
  for (const std::string& text : {std::string(), std::string("secret"), secret.substr(1), secret + "x",
                                  "$3" + secret.substr(2), secret.substr(0, 59) + "\n", "$2y$1x" + secret.substr(6)}) {
    CAPTURE(text);
    CHECK(complaint(text).find("no bcrypt hash") != std::string::npos);
  }
  CHECK(complaint("$2y$03" + secret.substr(6)).find("between 4 and 31") != std::string::npos);
  CHECK(complaint("$2y$17" + secret.substr(6)).find("above 16") != std::string::npos);
}
