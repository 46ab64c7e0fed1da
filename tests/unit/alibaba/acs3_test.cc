#include "exporter/alibaba/acs3.h"

#include "exporter/api/digest.h"
#include "exporter/utc.h"
#include "tests/catch.h"

using namespace taskqueue;

namespace {

const WallTime moment = *parse_utc("2023-10-26T10:22:32Z");
const std::string drawn = "3156853299f313e23d1673dc12e1703d";
const std::string signed_without_token =
    "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
const std::string signed_with_token =
    "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version";

HttpRequest unsigned_request(const std::string& host, const std::string& action, const std::string& query) {
  HttpRequest request;
  request.target = "/?" + query;
  request.headers = {
      {"Host", host}, {"accept", "application/json"}, {"x-acs-action", action}, {"x-acs-version", "2014-05-26"}};
  return request;
}

std::string header(const HttpRequest& request, const std::string& name) {
  for (const Header& each : request.headers) {
    if (each.name == name) return each.value;
  }
  return "absent";
}

std::string authorization(const std::string& names, const std::string& signature) {
  return "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=" + names + ",Signature=" + signature;
}

Credentials keys(const std::string& token = "") {
  return {.id = "YourAccessKeyId", .key = Secret("YourAccessKeySecret"), .token = Secret(token)};
}

}  // namespace

TEST_CASE("signatures are those of the documents", "[alibaba][acs3]") {
  struct Vector {
    std::string host, action, query, token, canonical_hash, signature;
  };
  const auto vector = GENERATE(values<Vector>({
      {"ecs.cn-shanghai.aliyuncs.com", "RunInstances",
       "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai", "",
       "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
       "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"},
      {"ecs.cn-hangzhou.aliyuncs.com", "DescribeTasks", "PageNumber=1&PageSize=100&RegionId=cn-hangzhou", "",
       "ffde518bbd8440f847bc44442dcf8b28e5a3bdb52928cb4bda3f40e8d1c8f1b1",
       "e997010cc368b07bc352174ed340121968d09300fae60a94924bfb52074a3813"},
      {"ecs.cn-hangzhou.aliyuncs.com", "DescribeTasks",
       "PageNumber=1&PageSize=100&RegionId=cn-hangzhou&StartTime=2015-11-23T15%3A10%3A00Z", "YourSecurityToken",
       "adc538092b66f0758f7c7994677102a7c5b1d9c217e719808455eae988f907a4",
       "d9cbb9b0d2df477df6418a257a926ec3b4c12934dbf3a7f4277a4686d3f58112"},
  }));
  HttpRequest request = unsigned_request(vector.host, vector.action, vector.query);
  sign_acs3(request, keys(vector.token), moment, drawn);
  const std::string& names = vector.token.empty() ? signed_without_token : signed_with_token;
  CHECK(header(request, "Authorization") == authorization(names, vector.signature));
  // The documents' own two numbers agree with each other.
  CHECK(hex(hmac_sha256("YourAccessKeySecret", "ACS3-HMAC-SHA256\n" + vector.canonical_hash)) == vector.signature);
}

TEST_CASE("what is signed is what is sent", "[alibaba][acs3]") {
  HttpRequest request = unsigned_request("ecs.cn-hangzhou.aliyuncs.com", "DescribeTasks", "RegionId=cn-hangzhou");
  sign_acs3(request, keys("token"), moment, drawn);
  CHECK(header(request, "x-acs-date") == "2023-10-26T10:22:32Z");
  CHECK(header(request, "x-acs-signature-nonce") == drawn);
  CHECK(header(request, "x-acs-content-sha256") == hex(sha256("")));
  CHECK(header(request, "x-acs-security-token") == "token");
  CHECK(header(request, "Authorization").find("accept") == std::string::npos);

  SECTION("a body and its type are part of it") {
    HttpRequest with_body = unsigned_request("ecs.cn-hangzhou.aliyuncs.com", "DescribeTasks", "RegionId=cn-hangzhou");
    with_body.body = "{}";
    with_body.headers.push_back({"Content-Type", " application/json "});
    sign_acs3(with_body, keys("token"), moment, drawn);
    CHECK(header(with_body, "x-acs-content-sha256") == hex(sha256("{}")));
    CHECK(header(with_body, "Authorization").find("SignedHeaders=content-type;host;") != std::string::npos);
  }
  SECTION("a request without a query has an empty line in its place") {
    HttpRequest bare = unsigned_request("h", "A", "");
    bare.target = "/";
    HttpRequest empty = unsigned_request("h", "A", "");
    sign_acs3(bare, keys(), moment, drawn);
    sign_acs3(empty, keys(), moment, drawn);
    CHECK(header(bare, "Authorization") == header(empty, "Authorization"));
  }
}
