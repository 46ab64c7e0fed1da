#include "exporter/simulator/acs.h"

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

std::string acs_verdict(const Request& request, const std::string& secret, WallTime now) {
  const AcsParameters parameters(request);
  const auto checked = check_acs(request, parameters, read_acs_claim(request, parameters), secret, now);
  return checked ? "OK" : checked.error().code;
}

Request rpc(const std::string& method, const std::string& query, const std::string& signature) {
  return {.method = method,
          .target = "/?" + query + "&Signature=" + percent_encode(signature),
          .headers = {{"Host", "ecs.aliyuncs.com"}}};
}

const std::string regions =
    "AccessKeyId=testid&Action=DescribeRegions&Format=XML&SignatureMethod=HMAC-SHA1&"
    "SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&SignatureVersion=1.0&Timestamp=2016-02-23T12%3A46%3A24Z&"
    "Version=2014-05-26";

const std::string hosts =
    "Format=JSON&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureNonce=edb2b34af0af9a6d14deaf7c1a5315eb&"
    "SignatureVersion=1.0&Timestamp=2023-03-13T08%3A34%3A30Z&Version=2014-05-26";

Request acs3(const std::string& host, const std::string& action, const std::string& query, const std::string& signature,
             const std::string& token = {}) {
  Request request{
      .method = "POST",
      .target = "/?" + query,
      .headers = {{"Host", host},
                  {"Accept", "application/json"},
                  {"x-acs-action", action},
                  {"x-acs-version", "2014-05-26"},
                  {"x-acs-date", "2023-10-26T10:22:32Z"},
                  {"x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"},
                  {"x-acs-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}};
  if (!token.empty()) request.headers.push_back({"x-acs-security-token", token});
  request.headers.push_back({"Authorization",
                             "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
                             "x-acs-content-sha256;x-acs-date;" +
                                 std::string(token.empty() ? "" : "x-acs-security-token;") +
                                 "x-acs-signature-nonce;x-acs-version,Signature=" + signature});
  return request;
}

const WallTime acs3_time = at("2023-10-26T10:22:32Z");
const std::string run_query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai";
const std::string run_signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0";

}  // namespace

TEST_CASE("the vendor's RPC examples are accepted at their time", "[simulator][acs]") {
  const WallTime then = at("2016-02-23T12:46:24Z");
  CHECK(acs_verdict(rpc("GET", regions, "OLeaidS1JvxuMvnyHOwuJ+uX5qY="), "testsecret", then) == "OK");
  CHECK(acs_verdict(rpc("POST", regions, "MxbnVAM4w6sft9xjVpe/GCKueuk="), "testsecret", then) == "OK");
  const WallTime later = at("2023-03-13T08:34:30Z");
  CHECK(
      acs_verdict(rpc("GET", "RegionId=cn-beijing&Action=DescribeDedicatedHosts&" + hosts, "9NaGiOspFP5UPcwX8Iwt2YJXXuk="),
              "testsecret", later) == "OK");
  CHECK(acs_verdict(rpc("GET",
                    "Action=DescribeTasks&PageNumber=1&PageSize=100&RegionId=cn-hangzhou&"
                    "StartTime=2015-11-23T15%3A10%3A00Z&" +
                        hosts,
                    "VdkVzCyfGF3tF5Ciocc11+Cjp+k="),
                "testsecret", later) == "OK");
}

TEST_CASE("an RPC request is refused when any byte of its query changes", "[simulator][acs]") {
  const WallTime then = at("2016-02-23T12:46:24Z");
  for (const char* name :
       {"AccessKeyId=test", "Action=Describe", "Format=", "SignatureNonce=3ee8", "Version=2014-05-2"}) {
    std::string query = regions;
    char& byte = query[query.find(name) + std::string(name).size()];
    byte = byte == 'x' ? 'y' : 'x';
    CAPTURE(query);
    CHECK(acs_verdict(rpc("GET", query, "OLeaidS1JvxuMvnyHOwuJ+uX5qY="), "testsecret", then) == "SignatureDoesNotMatch");
  }
  CHECK(acs_verdict(rpc("POST", regions, "OLeaidS1JvxuMvnyHOwuJ+uX5qY="), "testsecret", then) == "SignatureDoesNotMatch");
  CHECK(acs_verdict(rpc("GET", regions, "OLeaidS1JvxuMvnyHOwuJ+uX5qY="), "testsecreT", then) == "SignatureDoesNotMatch");
}

TEST_CASE("an RPC timestamp is good for fifteen minutes either way", "[simulator][acs]") {
  using std::chrono::seconds;
  const Request request = rpc("GET", regions, "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
  const WallTime then = at("2016-02-23T12:46:24Z");
  CHECK(acs_verdict(request, "testsecret", then + seconds{900}) == "OK");
  CHECK(acs_verdict(request, "testsecret", then + seconds{901}) == "InvalidTimeStamp.Expired");
  CHECK(acs_verdict(request, "testsecret", then - seconds{901}) == "InvalidTimeStamp.Expired");
}

TEST_CASE("the vendor's ACS3 examples are accepted at their time", "[simulator][acs]") {
  const std::string secret = "YourAccessKeySecret";
  CHECK(acs_verdict(acs3("ecs.cn-shanghai.aliyuncs.com", "RunInstances", run_query, run_signature), secret, acs3_time) ==
        "OK");
  CHECK(acs_verdict(acs3("ecs.cn-hangzhou.aliyuncs.com", "DescribeTasks", "PageNumber=1&PageSize=100&RegionId=cn-hangzhou",
                     "e997010cc368b07bc352174ed340121968d09300fae60a94924bfb52074a3813"),
                secret, acs3_time) == "OK");
  CHECK(acs_verdict(acs3("ecs.cn-hangzhou.aliyuncs.com", "DescribeTasks",
                     "PageNumber=1&PageSize=100&RegionId=cn-hangzhou&StartTime=2015-11-23T15%3A10%3A00Z",
                     "d9cbb9b0d2df477df6418a257a926ec3b4c12934dbf3a7f4277a4686d3f58112", "YourSecurityToken"),
                secret, acs3_time) == "OK");
}

TEST_CASE("an ACS3 request is refused when any of its parts changes", "[simulator][acs]") {
  Request request = acs3("ecs.cn-shanghai.aliyuncs.com", "RunInstances", run_query, run_signature);
  SECTION("the query") { request.target += "x"; }
  SECTION("the body") { request.body = "x"; }
  SECTION("the method") { request.method = "GET"; }
  SECTION("a header of the cloud's that is not signed") { request.headers.push_back({"x-acs-extra", "1"}); }
  SECTION("the version") { request.headers[3].value = "2014-05-27"; }
  SECTION("the nonce") { request.headers[5].value.back() = 'x'; }
  SECTION("the host") { request.headers[0].value = "ecs.aliyuncs.com"; }
  CHECK(acs_verdict(request, "YourAccessKeySecret", acs3_time) == "SignatureDoesNotMatch");
}

TEST_CASE("a request without a signature is incomplete", "[simulator][acs]") {
  const Request request{.method = "GET", .target = "/?" + regions};
  CHECK(acs_verdict(request, "testsecret", at("2016-02-23T12:46:24Z")) == "IncompleteSignature");
}

}  // namespace taskqueue::simulator
