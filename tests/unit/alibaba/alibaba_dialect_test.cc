#include "exporter/alibaba/alibaba_dialect.h"

#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

const AlibabaDialect dialect("2014-05-26");

HttpResponse says(int status, std::string body, std::vector<Header> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

HttpResponse refuses(const std::string& code, std::vector<Header> headers = {}, int status = 400) {
  return says(status, R"({"RequestId":"r-1","HostId":"h","Code":")" + code + R"(","Message":"no."})",
              std::move(headers));
}

Failure failure_of(const HttpResponse& response) {
  const auto judged = dialect.judge(response);
  REQUIRE_FALSE(judged);
  return judged.error();
}

std::string value_of(const HttpRequest& request, const std::string& name) {
  for (const Header& each : request.headers) {
    if (each.name == name) return each.value;
  }
  return "absent";
}

}  // namespace

TEST_CASE("parameters go into the query, in order and encoded", "[alibaba][alibaba_dialect]") {
  const Credentials keys{.id = "id", .key = Secret("key"), .token = Secret("token")};
  const Signing signing{keys, "ecs.cn-hangzhou.aliyuncs.com", *parse_utc("2026-03-01T10:00:00Z"), "nonce"};
  const Call call{.action = "DescribeTasks",
                  .parameters = {{"RegionId", "cn-hangzhou"},
                                 {"PageSize", 100},
                                 {"StartTime", "2015-11-23T15:10:00Z"},
                                 {"DryRun", true},
                                 {"Absent", nullptr},
                                 {"Text", "a b*~\xC3\xA4"}}};
  const HttpRequest request = dialect.request(call, signing);
  CHECK(request.method == "POST");
  CHECK(request.body.empty());
  CHECK(request.target ==
        "/?DryRun=true&PageSize=100&RegionId=cn-hangzhou&StartTime=2015-11-23T15%3A10%3A00Z&Text=a%20b%2A~%C3%A4");
  CHECK(value_of(request, "Host") == "ecs.cn-hangzhou.aliyuncs.com");
  CHECK(value_of(request, "accept") == "application/json");
  CHECK(value_of(request, "x-acs-action") == "DescribeTasks");
  CHECK(value_of(request, "x-acs-version") == "2014-05-26");
  CHECK(value_of(request, "x-acs-signature-nonce") == "nonce");
  CHECK(value_of(request, "x-acs-security-token") == "token");
  CHECK(value_of(request, "Content-Type") == "absent");
}

TEST_CASE("a success is the body itself", "[alibaba][alibaba_dialect]") {
  const auto judged = dialect.judge(says(200, R"({"RequestId":"r-2","TotalCount":0})"));
  REQUIRE(judged);
  CHECK(judged->request_id == "r-2");
  CHECK(whole_member(judged->fields, "TotalCount") == 0);
  CHECK(failure_of(says(200, "<html>")).kind == FailureKind::answer);
  CHECK(failure_of(says(200, "[]")).kind == FailureKind::answer);
}

TEST_CASE("a refusal carries code, sentence and request id", "[alibaba][alibaba_dialect]") {
  const Failure failure = failure_of(refuses("InvalidRegionId.NotFound"));
  CHECK(failure.kind == FailureKind::request);
  CHECK(failure.code == "InvalidRegionId.NotFound");
  CHECK(failure.sentence == "no.");
  CHECK(failure.request_id == "r-1");
  CHECK_FALSE(failure.retry_after);
  CHECK(failure_of(refuses("Strange", {}, 403)).kind == FailureKind::permission);
  CHECK(failure_of(refuses("Strange", {}, 500)).kind == FailureKind::server);
  CHECK(failure_of(refuses("Strange", {}, 404)).kind == FailureKind::request);
}

TEST_CASE("an answer of a gateway is judged by its status", "[alibaba][alibaba_dialect]") {
  CHECK(failure_of(says(502, "<html>")).kind == FailureKind::server);
  CHECK(failure_of(says(429, "")).kind == FailureKind::throttled);
  CHECK(failure_of(says(404, "not here")).kind == FailureKind::answer);
  CHECK(failure_of(says(302, "")).kind == FailureKind::answer);
}

TEST_CASE("a throttled call keeps quiet until the next full minute of cloud time", "[alibaba][alibaba_dialect]") {
  const auto quiet = [](const std::string& date) {
    const Failure failure = failure_of(refuses("Throttling.User", {{"Date", date}}));
    CHECK(failure.kind == FailureKind::throttled);
    return failure.retry_after.value_or(Milliseconds{-1});
  };
  CHECK(quiet("Thu, 27 Dec 2018 13:57:15 GMT") == seconds{45});
  CHECK(quiet("Thu, 27 Dec 2018 13:57:59 GMT") == seconds{1});
  CHECK(quiet("Thu, 27 Dec 2018 13:57:00 GMT") == seconds{60});
  CHECK(quiet("yesterday") == seconds{60});
}

TEST_CASE("x-acs-retry-after says how long to keep quiet, whatever the code", "[alibaba][alibaba_dialect]") {
  const auto with = [](const std::string& code, const std::string& after) {
    return failure_of(refuses(code, {{"X-Acs-Retry-After", after}, {"Date", "Thu, 27 Dec 2018 13:57:15 GMT"}}));
  };
  CHECK(with("Throttling", "1500").retry_after == Milliseconds{1500});
  CHECK(with("Throttling", "9999999").retry_after == seconds{120});
  CHECK(with("Throttling", "99999999999999999999").retry_after == seconds{120});
  CHECK(with("InternalError", "700").kind == FailureKind::throttled);
  CHECK(with("InternalError", "700").retry_after == Milliseconds{700});
  const auto ignored = GENERATE(values<std::string>({"0", "-5", "soon", "", "1.5", "-99999999999999999999"}));
  CHECK(with("InternalError", ignored).kind == FailureKind::server);
  CHECK(with("Throttling", ignored).retry_after == seconds{45});
}

TEST_CASE("the string to sign that the server prints does not get into the sentence", "[alibaba][alibaba_dialect]") {
  const Failure failure = failure_of(says(
      400, R"({"Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched with our calculation. )"
           R"(server string to sign is:POST&%2F&AccessKeyId%3Did%26SecurityToken%3Dt0ken"})"));
  CHECK(failure.sentence == "Specified signature is not matched with our calculation");
  CHECK(failure.kind == FailureKind::credentials);
}

TEST_CASE("a long sentence is cut between characters", "[alibaba][alibaba_dialect]") {
  std::string message(199, 'x');
  message += "\xC3\xA4 and so on";
  const Failure failure = failure_of(says(400, R"({"Code":"MissingParameter","Message":")" + message + "\"}"));
  CHECK(failure.sentence == std::string(199, 'x'));
  CHECK(failure_of(says(400, R"({"Code":"MissingParameter"})")).sentence == "MissingParameter");
}

TEST_CASE("an expired time stamp is the clock's fault", "[alibaba][alibaba_dialect]") {
  CHECK(dialect.is_clock_fault("InvalidTimeStamp.Expired"));
  CHECK_FALSE(dialect.is_clock_fault("SignatureDoesNotMatch"));
  CHECK(dialect.is_documented("Throttling.Api"));
  CHECK_FALSE(dialect.is_documented("Strange"));
}
