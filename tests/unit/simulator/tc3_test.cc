#include "exporter/simulator/tc3.h"

#include "tests/catch.h"
#include "tests/unit/simulator/callers.h"

namespace taskqueue::simulator {
namespace {

struct Vector {
  std::string id, key, service, timestamp, content_type, body, signed_headers, signature;
};

const std::string example_key = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
const std::string example_id = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";
const std::string cvm_body =
    R"({"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]})";

Request request_of(const Vector& v) {
  const std::string date = utc_date(WallTime{std::chrono::seconds{std::stoll(v.timestamp)}});
  return {.method = "POST",
          .target = "/",
          .headers = {{"Host", v.service + ".tencentcloudapi.com"},
                      {"Content-Type", v.content_type},
                      {"X-TC-Action", "DescribeInstances"},
                      {"X-TC-Timestamp", v.timestamp},
                      {"Authorization", "TC3-HMAC-SHA256 Credential=" + v.id + "/" + date + "/" + v.service +
                                            "/tc3_request, SignedHeaders=" + v.signed_headers +
                                            ", Signature=" + v.signature}},
          .body = v.body};
}

std::string tc3_verdict(const Request& request, const std::string& key, WallTime now) {
  const auto claim = read_tc3_claim(request);
  if (!claim) return claim.error().code;
  const auto checked = check_tc3(request, *claim, key, now);
  return checked ? "OK" : checked.error().code;
}

const WallTime cvm_time{std::chrono::seconds{1551113065}};

Vector example() {
  return {example_id,
          example_key,
          "cvm",
          "1551113065",
          "application/json; charset=utf-8",
          cvm_body,
          "content-type;host",
          "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"};
}

Header& header(Request& request, const std::string& name) {
  return *std::find_if(request.headers.begin(), request.headers.end(), [&](const Header& h) { return h.name == name; });
}

}  // namespace

TEST_CASE("the vendor's signed examples are accepted at their time", "[simulator][tc3]") {
  const std::string stars = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******";
  const std::string star_key = "Gu5t9xGARNpq86cd98joQYCN3*******";
  const std::string all_stars(32, '*');
  const std::string utf8 = "application/json; charset=utf-8";
  const std::string bare = "application/json";
  const std::string mps_body = R"({"Status":"PROCESSING","Limit":100})";
  const std::string vod_body = R"({"Limit":100,"SubAppId":1})";
  const std::string task_body = R"({"JobId":"job-1","TaskName":"t","Limit":1})";
  const std::string jobs_body = R"({"Limit":100,"Offset":0,"Filters":[{"Name":"job-state","Values":["RUNNING"]}]})";
  const std::string two = "content-type;host";
  const std::string three = "content-type;host;x-tc-action";
  const auto vectors = std::vector<Vector>{{stars, star_key, "cvm", "1551113065", utf8, cvm_body, two,
                                            "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"},
                                           {stars, star_key, "cvm", "1551113065", utf8, cvm_body, three,
                                            "be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3"},
                                           example(),
                                           {all_stars, all_stars, "cvm", "1551113065", utf8, cvm_body, three,
                                            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"},
                                           {example_id, example_key, "mps", "1551113065", utf8, mps_body, two,
                                            "8df4ebff8065f4dd7813457afb8c971fbe767ddaf5c892bef007e746b4cad2ed"},
                                           {example_id, example_key, "mps", "1551113065", bare, mps_body, two,
                                            "fcd1e1e07d5a4a18beefa29b8d3c459d6740bf7a5f5f7c9a252ba33b97a67ad2"},
                                           {example_id, example_key, "vod", "1551113065", utf8, vod_body, two,
                                            "5c93e68c10ba3b677c11ffb70e6d977abecff2875ff04059a7146fc7082bc7c1"},
                                           {example_id, example_key, "vod", "1551113065", bare, vod_body, two,
                                            "e866087e777b3f22168309b7633a5a6c514cb5e095264052d13d10547aece649"},
                                           {example_id, example_key, "batch", "1551113065", utf8, task_body, two,
                                            "5a5600149b043a51b7139af107e5ccf63bb541418912341da17a78f9b37584ee"},
                                           {example_id, example_key, "batch", "1551113065", bare, task_body, two,
                                            "826f93fe775989937a3b14c1e954a3efa4c4126c0e2dae048f9ba9f44389f7cd"},
                                           {example_id, example_key, "batch", "1551113065", utf8, jobs_body, two,
                                            "0db73978dbe964ac82a0d6ae60573cb1da11325fff8294fd460d5ff85e877937"},
                                           {example_id, example_key, "batch", "1551113065", bare, jobs_body, two,
                                            "61eb2a991d5926376b890e115d379af1574d8f946840f6f6e8a8df2d5919192e"}};
  for (const Vector& vector : vectors) {
    CAPTURE(vector.signature);
    CHECK(tc3_verdict(request_of(vector), vector.key, cvm_time) == "OK");
  }
}

TEST_CASE("the vendor's signed GET is accepted, its query as sent", "[simulator][tc3]") {
  Request request =
      request_of({example_id, example_key, "cvm", "1539084154", "application/x-www-form-urlencoded", "",
                  "content-type;host", "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474"});
  request.method = "GET";
  request.target = "/?Limit=10&Offset=0";
  const WallTime then{std::chrono::seconds{1539084154}};
  CHECK(tc3_verdict(request, example_key, then) == "OK");
  request.target = "/?Offset=0&Limit=10";
  CHECK(tc3_verdict(request, example_key, then) == "AuthFailure.SignatureFailure");
}

TEST_CASE("a request is refused when any signed byte changes", "[simulator][tc3]") {
  for (std::size_t i = 0; i < cvm_body.size(); ++i) {
    Request request = request_of(example());
    request.body[i] = static_cast<char>(request.body[i] ^ 1);
    CAPTURE(i);
    REQUIRE(tc3_verdict(request, example_key, cvm_time) == "AuthFailure.SignatureFailure");
  }
  Request request = request_of(example());
  SECTION("the content type") { header(request, "Content-Type").value = "application/json"; }
  SECTION("the host") { header(request, "Host").value += ":8080"; }
  SECTION("the method") { request.method = "GET"; }
  SECTION("the time within the day") { header(request, "X-TC-Timestamp").value = "1551113066"; }
  SECTION("the signature") { header(request, "Authorization").value.back() = 'd'; }
  SECTION("a second host") { request.headers.push_back({"host", "cvm.tencentcloudapi.com"}); }
  CHECK(tc3_verdict(request, example_key, cvm_time) == "AuthFailure.SignatureFailure");
}

TEST_CASE("another key makes another signature", "[simulator][tc3]") {
  CHECK(tc3_verdict(request_of(example()), example_key + "x", cvm_time) == "AuthFailure.SignatureFailure");
}

TEST_CASE("a signature is good for 300 seconds either way", "[simulator][tc3]") {
  using std::chrono::seconds;
  const Request request = request_of(example());
  CHECK(tc3_verdict(request, example_key, cvm_time + seconds{300}) == "OK");
  CHECK(tc3_verdict(request, example_key, cvm_time - seconds{300}) == "OK");
  CHECK(tc3_verdict(request, example_key, cvm_time + seconds{301}) == "AuthFailure.SignatureExpire");
  CHECK(tc3_verdict(request, example_key, cvm_time - seconds{301}) == "AuthFailure.SignatureExpire");
}

TEST_CASE("an Authorization header of another form is not valid", "[simulator][tc3]") {
  Request request = request_of(example());
  std::string& text = header(request, "Authorization").value;
  const auto change = [&](const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  SECTION("another terminator") { change("tc3_request", "tc2_request"); }
  SECTION("the date of another day") { change("2019-02-25", "2019-02-26"); }
  SECTION("another algorithm") { change("TC3-HMAC-SHA256", "TC3-HMAC-SHA1"); }
  SECTION("commas without spaces") { change(", SignedHeaders", ",SignedHeaders"); }
  SECTION("host not signed") { change("content-type;host", "content-type"); }
  SECTION("content-type not signed") { change("content-type;host", "host"); }
  SECTION("a scope of three parts") { change("/cvm/", "/"); }
  SECTION("no signature") { text = text.substr(0, text.find(", Signature")); }
  SECTION("nothing") { text = ""; }
  CHECK(tc3_verdict(request, example_key, cvm_time) == "AuthFailure.InvalidAuthorization");
}

TEST_CASE("an unsigned payload is signed by its name", "[simulator][tc3]") {
  Request request{.method = "POST", .target = "/", .body = "UNSIGNED-PAYLOAD"};
  request.headers = {{"Host", "h"}, {"Content-Type", "application/json"}, {"X-TC-Timestamp", "1551113065"}};
  sign_tc3(request, {}, "mps");
  request.body = "{}";
  CHECK(tc3_verdict(request, "test-key", cvm_time) == "AuthFailure.SignatureFailure");
  request.headers.push_back({"X-TC-Content-SHA256", "UNSIGNED-PAYLOAD"});
  CHECK(tc3_verdict(request, "test-key", cvm_time) == "OK");
}

}  // namespace taskqueue::simulator
