#include "exporter/api/fields.h"

#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("absent, null and members of another kind are not there", "[api][fields]") {
  const Document object = *parse_json(R"({"text":"a","number":3,"null":null,"list":[1],"object":{}})");
  CHECK(text_member(object, "text") == "a");
  for (const char* key : {"none", "null", "number", "list", "object"}) CHECK(text_member(object, key).empty());
  for (const char* key : {"none", "null", "text", "list", "object"}) CHECK_FALSE(whole_member(object, key));
  for (const char* key : {"none", "null", "text", "number", "object"}) CHECK(array_member(object, key) == nullptr);
  CHECK(array_member(object, "list") != nullptr);
  CHECK(text_member(*parse_json("[]"), "text").empty());
  CHECK(member(*parse_json("3"), "text") == nullptr);
}

TEST_CASE("whole numbers are exact or not there", "[api][fields]") {
  const Document object =
      *parse_json(R"({"big":9223372036854775807,"huge":9223372036854775808,"beyond":1e30,"negative":-4,
                                      "fraction":3.7,"yes":true,"words":"12","mixed":"12a","empty":""})");
  CHECK(whole_member(object, "big") == 9223372036854775807);
  CHECK(whole_member(object, "negative") == -4);
  CHECK(whole_member(object, "words") == 12);
  for (const char* key : {"huge", "beyond", "fraction", "yes", "mixed", "empty"})
    CHECK_FALSE(whole_member(object, key));
}

TEST_CASE("counts can be added up, whatever a cloud says", "[api][fields]") {
  const Document object = *parse_json(R"({"none":0,"words":"12","most":1000000000000,"more":1000000000001,"minus":-1,
                                          "largest":9223372036854775807,"smallest":-9223372036854775808})");
  CHECK(count_member(object, "none") == 0);
  CHECK(count_member(object, "words") == 12);
  CHECK(count_member(object, "most") == 1'000'000'000'000);
  for (const char* key : {"absent", "more", "minus", "largest", "smallest"}) CHECK_FALSE(count_member(object, key));
}

TEST_CASE("seconds since 1970 are a time as long as one can be told", "[api][fields]") {
  const Document object = *parse_json(R"({"first":0,"last":253402300799,"beyond":253402300800,"before":-1,
                                          "largest":9223372036854775807})");
  CHECK(unix_time_member(object, "first") == WallTime{});
  CHECK(unix_time_member(object, "last") == parse_utc("9999-12-31T23:59:59Z"));
  for (const char* key : {"absent", "beyond", "before", "largest"}) CHECK_FALSE(unix_time_member(object, key));
}

TEST_CASE("what is no JSON, or nested too deep, is refused", "[api][fields]") {
  CHECK(parse_json("{}"));
  CHECK_FALSE(parse_json(""));
  CHECK_FALSE(parse_json("{\"a\":1} x"));
  CHECK_FALSE(parse_json("{\"a\":\"\xff\"}"));
  CHECK(parse_json(std::string(32, '[') + std::string(32, ']')));
  CHECK_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
  CHECK_FALSE(parse_json(std::string(2000000, '[')));
  CHECK(parse_json(R"({"text":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[[[["})"));
}

TEST_CASE("a list that is not there is not an empty one", "[api][fields]") {
  const Document object = *parse_json(R"({"null":null,"list":[1],"empty":[],"text":"none","object":{}})");
  REQUIRE(list_member(object, "list"));
  CHECK((*list_member(object, "list"))->size() == 1);
  CHECK(list_member(object, "empty"));
  REQUIRE(list_member(object, "null"));
  CHECK(*list_member(object, "null") == nullptr);
  for (const char* key : {"none", "text", "object"}) {
    const auto list = list_member(object, key);
    REQUIRE_FALSE(list);
    CHECK(list.error().kind == FailureKind::answer);
    CHECK(list.error().sentence == "the answer has no " + std::string(key));
  }
}

TEST_CASE("a count is none that nobody could count to", "[api][fields]") {
  const Document object = *parse_json(R"({"some":3,"none":0,"words":"12","less":-1,"enormous":9223372036854775807})");
  CHECK(count_member(object, "some") == 3);
  CHECK(count_member(object, "none") == 0);
  CHECK(count_member(object, "words") == 12);
  for (const char* key : {"less", "enormous", "absent"}) CHECK_FALSE(count_member(object, key));
}
