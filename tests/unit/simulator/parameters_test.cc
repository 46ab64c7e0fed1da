#include "exporter/simulator/parameters.h"

#include <array>

#include "tests/catch.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<Parameter, 2> filter_fields{
    {{.name = "Name", .required = true}, {.name = "Values", .kind = Kind::texts}}};
constexpr std::array<Parameter, 4> known{{
    {.name = "Id", .required = true},
    {.name = "Limit", .kind = Kind::integer},
    {.name = "Deep", .kind = Kind::boolean},
    {.name = "Filters", .kind = Kind::objects, .fields = filter_fields},
}};

Result<Json, ApiError> get(const std::string& query) {
  return read_parameters(
      {.method = "GET", .target = "/?" + query, .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}},
      known, {});
}

Result<Json, ApiError> post(const std::string& body) {
  return read_parameters(
      {.method = "POST", .target = "/", .headers = {{"Content-Type", "application/json"}}, .body = body}, known, {});
}

std::string code(const Result<Json, ApiError>& result) { return result ? "OK" : result.error().code; }

}  // namespace

TEST_CASE("a flattened query and a JSON body mean the same", "[simulator][parameters]") {
  const auto flat =
      get("Filters.0.Name=a&Filters.0.Values.0=x&Filters.0.Values.1=y%20z&Filters.1.Name=b&Limit=5&Deep=true&Id=+");
  const auto nested = post(
      R"({"Id": " ", "Limit": 5, "Deep": true, "Filters": [{"Name": "a", "Values": ["x", "y z"]}, {"Name": "b"}]})");
  REQUIRE(flat);
  REQUIRE(nested);
  CHECK(*flat == *nested);
}

TEST_CASE("each kind of mistake has its code", "[simulator][parameters]") {
  CHECK(code(post(R"({"Id": "a", "Limit": "7"})")) == "OK");
  CHECK(code(post(R"({"Id": "a", "Limit": "7x"})")) == "InvalidParameter");
  CHECK(code(post(R"({"Id": "a", "Deep": "true"})")) == "InvalidParameter");
  CHECK(code(post(R"({"Id": "a", "Filters": {"0": {"Name": "b"}}})")) == "InvalidParameter");
  CHECK(code(post(R"({"Id": "a", "Filters": [{"Values": []}]})")) == "MissingParameter");
  CHECK(code(post(R"({"Id": "a", "Filters": [{"Name": "b", "Valves": []}]})")) == "UnknownParameter");
  CHECK(code(post(R"({"Id": null})")) == "MissingParameter");
  CHECK(code(post("[]")) == "InvalidParameter");
  CHECK(code(get("Id=a&Filters.1.Name=b")) == "InvalidParameter");
  CHECK(code(get("Limit=5")) == "MissingParameter");
}

TEST_CASE("percent and plus are undone, broken escapes stay", "[simulator][parameters]") {
  CHECK(decoded("a%2Fb+c%2") == "a/b c%2");
  CHECK(decoded("%zz") == "%zz");
}

}  // namespace taskqueue::simulator
