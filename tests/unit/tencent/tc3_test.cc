#include "exporter/tencent/tc3.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "exporter/api/digest.h"
#include "tests/catch.h"

using namespace taskqueue;

namespace {

const std::string doc_body =
    R"({"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]})";

WallTime at(std::int64_t seconds) { return WallTime{std::chrono::seconds{seconds}}; }

HttpRequest post(const std::string& host, const std::string& type, const std::string& body) {
  HttpRequest request;
  request.headers = {{"Host", host}, {"Content-Type", type}};
  request.body = body;
  return request;
}

std::string header(const HttpRequest& request, std::string_view name) {
  for (const Header& each : request.headers) {
    if (each.name == name) return each.value;
  }
  return {};
}

std::string signature(const HttpRequest& request) {
  const std::string authorization = header(request, "Authorization");
  return authorization.substr(authorization.find("Signature=") + 10);
}

}  // namespace

TEST_CASE("the documents' POST example is signed as printed", "[tencent][tc3]") {
  struct Row {
    std::string id, key, expected;
  };
  const auto row = GENERATE(Row{"AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******", "Gu5t9xGARNpq86cd98joQYCN3*******",
                                "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"},
                            Row{"AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
                                "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"});
  HttpRequest request = post("cvm.tencentcloudapi.com", "application/json; charset=utf-8", doc_body);
  sign_tc3(request, "cvm", {.id = row.id, .key = Secret(row.key), .token = {}}, at(1551113065));
  CHECK(header(request, "Authorization") ==
        "TC3-HMAC-SHA256 Credential=" + row.id +
            "/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature=" + row.expected);
  CHECK(header(request, "X-TC-Timestamp") == "1551113065");
}

TEST_CASE("the body of the documents' example has the printed hash", "[tencent][tc3]") {
  CHECK(hex(sha256(doc_body)) == "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064");
}

TEST_CASE("the documents' GET example is signed as printed", "[tencent][tc3]") {
  HttpRequest request;
  request.method = "GET";
  request.target = "/?Limit=10&Offset=0";
  request.headers = {{"Host", "cvm.tencentcloudapi.com"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  sign_tc3(
      request, "cvm",
      {.id = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", .key = Secret("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"), .token = {}},
      at(1539084154));
  CHECK(signature(request) == "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474");
}

TEST_CASE("our services' requests are signed as computed from the documents", "[tencent][tc3]") {
  struct Row {
    std::string service, body, with_charset, bare;
  };
  const auto row = GENERATE(
      Row{"mps", R"({"Status":"PROCESSING","Limit":100})",
          "8df4ebff8065f4dd7813457afb8c971fbe767ddaf5c892bef007e746b4cad2ed",
          "fcd1e1e07d5a4a18beefa29b8d3c459d6740bf7a5f5f7c9a252ba33b97a67ad2"},
      Row{"vod", R"({"Limit":100,"SubAppId":1})", "5c93e68c10ba3b677c11ffb70e6d977abecff2875ff04059a7146fc7082bc7c1",
          "e866087e777b3f22168309b7633a5a6c514cb5e095264052d13d10547aece649"},
      Row{"batch", R"({"JobId":"job-1","TaskName":"t","Limit":1})",
          "5a5600149b043a51b7139af107e5ccf63bb541418912341da17a78f9b37584ee",
          "826f93fe775989937a3b14c1e954a3efa4c4126c0e2dae048f9ba9f44389f7cd"},
      Row{"batch", R"({"Limit":100,"Offset":0,"Filters":[{"Name":"job-state","Values":["RUNNING"]}]})",
          "0db73978dbe964ac82a0d6ae60573cb1da11325fff8294fd460d5ff85e877937",
          "61eb2a991d5926376b890e115d379af1574d8f946840f6f6e8a8df2d5919192e"});
  const Credentials credentials{
      .id = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", .key = Secret("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"), .token = {}};
  for (const bool bare : {false, true}) {
    HttpRequest request = post(row.service + ".tencentcloudapi.com",
                               bare ? "application/json" : "application/json; charset=utf-8", row.body);
    sign_tc3(request, row.service, credentials, at(1551113065));
    CHECK(signature(request) == (bare ? row.bare : row.with_charset));
  }
}

TEST_CASE("a temporary key's token is sent and not signed", "[tencent][tc3]") {
  HttpRequest with = post("mps.tencentcloudapi.com", "application/json", "{}");
  HttpRequest without = with;
  sign_tc3(with, "mps", {.id = "id", .key = Secret("key"), .token = Secret("token")}, at(1551113065));
  sign_tc3(without, "mps", {.id = "id", .key = Secret("key"), .token = {}}, at(1551113065));
  CHECK(header(with, "X-TC-Token") == "token");
  CHECK(header(without, "X-TC-Token").empty());
  CHECK(signature(with) == signature(without));
}

TEST_CASE("the date in the scope is that of the timestamp in UTC", "[tencent][tc3]") {
  HttpRequest request = post("mps.tencentcloudapi.com", "application/json", "{}");
  sign_tc3(request, "mps", {.id = "id", .key = Secret("key"), .token = {}},
           at(1551139199) + std::chrono::milliseconds{999});  // the last second of 2019-02-25
  CHECK(header(request, "X-TC-Timestamp") == "1551139199");
  CHECK(header(request, "Authorization").find("/2019-02-25/mps/tc3_request") != std::string::npos);
}

TEST_CASE("a signer that keeps its key signs as one that makes it anew", "[tencent][tc3]") {
  const Tc3Signer signer("vod");
  // The same day twice, the next day, another key, back again.
  for (const auto& [key, second] : std::vector<std::pair<std::string, std::int64_t>>{
           {"first", 1551113065},
           {"first", 1551113066},
           {"first", 1551200000},
           {"second", 1551200000},
           {"first", 1551113065}}) {
    CAPTURE(key, second);
    const Credentials credentials{.id = "AKID", .key = Secret(key), .token = {}};
    HttpRequest kept = post("vod.tencentcloudapi.com", "application/json", "{}");
    HttpRequest anew = kept;
    signer.sign(kept, credentials, at(second));
    sign_tc3(anew, "vod", credentials, at(second));
    CHECK(header(kept, "Authorization") == header(anew, "Authorization"));
  }
}
