#include "exporter/tencent/tencent_dialect.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace taskqueue;

namespace {

TencentDialect dialect() { return TencentDialect({.service = "mps", .version = "2019-06-12", .region = ""}); }

HttpResponse answer(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string error(const std::string& code) {
  return R"({"Response":{"Error":{"Code":")" + code + R"(","Message":"no"},"RequestId":"r-1"}})";
}

}  // namespace

TEST_CASE("an answer without Error is a success, whatever else it holds", "[tencent][dialect]") {
  const auto judged =
      dialect().judge(answer(R"({"Response":{"TotalCount":3,"New":[1],"RequestId":"r-1"},"More":null})"));
  REQUIRE(judged);
  CHECK(whole_member(judged->fields, "TotalCount") == 3);
  CHECK(judged->request_id == "r-1");
}

TEST_CASE("an error code decides the reaction, by its whole or by what stands before the dot", "[tencent][dialect]") {
  struct Row {
    std::string code;
    FailureKind kind;
  };
  const auto row = GENERATE(
      Row{"RequestLimitExceeded", FailureKind::throttled},
      Row{"RequestLimitExceeded.UinLimitExceeded", FailureKind::throttled},
      Row{"RequestLimitExceeded.SomethingNew", FailureKind::throttled},
      Row{"AuthFailure.SignatureFailure", FailureKind::credentials}, Row{"AuthFailure.New", FailureKind::credentials},
      Row{"AuthFailure.UnauthorizedOperation", FailureKind::permission},
      Row{"UnauthorizedOperation.Cam", FailureKind::permission},
      Row{"FailedOperation.InvalidMpsUser", FailureKind::permission}, Row{"InternalError", FailureKind::server},
      Row{"InternalError.Db", FailureKind::server}, Row{"ResourceNotFound.Job", FailureKind::not_found},
      Row{"InvalidParameterValue.Limit", FailureKind::request}, Row{"UnknownParameter", FailureKind::request},
      Row{"NobodyKnowsThis", FailureKind::request});
  const auto judged = dialect().judge(answer(error(row.code)));
  REQUIRE_FALSE(judged);
  CAPTURE(row.code);
  CHECK(judged.error().kind == row.kind);
  CHECK(judged.error().code == row.code);
  CHECK(judged.error().request_id == "r-1");
}

TEST_CASE("what is no answer of the API is judged by its status", "[tencent][dialect]") {
  struct Row {
    HttpResponse response;
    FailureKind kind;
  };
  const auto row = GENERATE(
      Row{answer("<html>502</html>", 502), FailureKind::server}, Row{answer("", 503), FailureKind::server},
      Row{answer("slow down", 429), FailureKind::throttled}, Row{answer("<html>hello</html>"), FailureKind::answer},
      Row{answer("[]"), FailureKind::answer}, Row{answer(R"({"Response":null})"), FailureKind::answer},
      Row{answer(R"({"Response":{}})", 404), FailureKind::answer}, Row{answer(""), FailureKind::answer});
  const auto judged = dialect().judge(row.response);
  REQUIRE_FALSE(judged);
  CAPTURE(row.response.status, row.response.body);
  CHECK(judged.error().kind == row.kind);
  CHECK_FALSE(judged.error().sentence.empty());
}

TEST_CASE("an error that says nothing is told all the same", "[tencent][dialect]") {
  for (const char* body : {R"({"Response":{"Error":{}}})", R"({"Response":{"Error":{"Code":5,"Message":""}}})"}) {
    const auto judged = dialect().judge(answer(body));
    REQUIRE_FALSE(judged);
    CHECK(judged.error().sentence == "an error without a code");
  }
}

TEST_CASE("an envelope with an error counts even under a gateway's status", "[tencent][dialect]") {
  const auto judged = dialect().judge(answer(error("RequestLimitExceeded"), 429));
  REQUIRE_FALSE(judged);
  CHECK(judged.error().code == "RequestLimitExceeded");
}

TEST_CASE("a request carries action, version and language, and a region only where the API has one",
          "[tencent][dialect]") {
  const Credentials credentials{.id = "id", .key = Secret("key"), .token = {}};
  const Call call{.action = "DescribeTasks", .parameters = {{"Status", "WAITING"}, {"Limit", 100}}};
  const auto header = [](const HttpRequest& request, const std::string& name) {
    for (const Header& each : request.headers) {
      if (each.name == name) return each.value;
    }
    return std::string("none");
  };
  const Signing signing{credentials, "mps.tencentcloudapi.com", WallTime{std::chrono::seconds{1551113065}}, "n"};
  const HttpRequest request = dialect().request(call, signing);
  CHECK(request.method == "POST");
  CHECK(request.target == "/");
  CHECK(request.body == R"({"Limit":100,"Status":"WAITING"})");
  CHECK(header(request, "X-TC-Action") == "DescribeTasks");
  CHECK(header(request, "X-TC-Version") == "2019-06-12");
  CHECK(header(request, "X-TC-Language") == "en-US");
  CHECK(header(request, "X-TC-Region") == "none");
  const TencentDialect batch({.service = "batch", .version = "2017-03-12", .region = "ap-guangzhou"});
  CHECK(header(batch.request(call, signing), "X-TC-Region") == "ap-guangzhou");
}

TEST_CASE("what the server says is cut between characters, however long it is", "[tencent][dialect]") {
  const auto long_text = [](std::size_t ascii) {
    std::string text(ascii, 'x');
    for (int i = 0; i < 5000; ++i) text += "\u00e4";
    return text;
  };
  const Json error{{"Code", "InternalError." + long_text(0)}, {"Message", long_text(1)}};
  const auto refused =
      dialect().judge(answer(Json{{"Response", {{"Error", error}, {"RequestId", long_text(0)}}}}.dump()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == FailureKind::server);
  CHECK(refused.error().code == ("InternalError." + long_text(0)).substr(0, 200));
  CHECK(refused.error().sentence == long_text(1).substr(0, 199));
  CHECK(refused.error().request_id == long_text(0).substr(0, 200));
  const auto taken = dialect().judge(answer(Json{{"Response", {{"RequestId", long_text(0)}}}}.dump()));
  REQUIRE(taken);
  CHECK(taken->request_id.size() == 200);
}
