#include "exporter/web/basic_auth.h"

#include "tests/catch.h"

using namespace taskqueue::web;

namespace {

std::optional<Login> login(std::string authorization) {
  Request request;
  request.headers = {{"authorization", std::move(authorization)}};
  return login_of(request);
}

}  // namespace

TEST_CASE("name and password come out of the header", "[web][basic_auth]") {
  const auto found = login("Basic YWxpY2U6c2VjcmV0");
  REQUIRE(found);
  CHECK(found->user == "alice");
  CHECK(found->password.reveal() == "secret");
}

TEST_CASE("the scheme's case does not matter, padding may be missing, and colons belong to the password",
          "[web][basic_auth]") {
  CHECK(login("bAsIc YTpi")->password.reveal() == "b");
  CHECK(login("Basic YTpiOmM=")->password.reveal() == "b:c");
  CHECK(login("Basic YTpiOmM")->password.reveal() == "b:c");
  CHECK(login("Basic Og==")->user.empty());
}

TEST_CASE("what has not Basic's form is no login", "[web][basic_auth]") {
  CHECK_FALSE(login_of(Request{}));
  for (const char* text :
       {"", "Basic", "Basic ", "Basic YWxpY2U", "Basic Y", "Basic YT pi", "Basic YTpi!", "Bearer YTpi", "BasicYTpi"}) {
    CAPTURE(text);
    CHECK_FALSE(login(text));
  }
}
