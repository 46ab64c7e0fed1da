// Signs requests for the cloud under test, and calls it.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "exporter/api/digest.h"
#include "exporter/manual_clock.h"
#include "exporter/simulator/cloud.h"
#include "exporter/simulator/json.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {

inline WallTime at(const char* text) { return parse_utc(text).value(); }

inline const WallTime noon = at("2024-05-01T12:00:00Z");

struct TencentKey {
  std::string id = "AKIDtest";
  std::string key = "test-key";
};

struct TencentCall {
  std::string service = "mps";
  std::string version = "2019-06-12";
  std::string action = "DescribeTasks";
  std::string region{};
  std::string host = "127.0.0.1:18080";
};

/// Adds Authorization by TC3, signing `names`, whose headers must be there.
inline void sign_tc3(Request& request, const TencentKey& key, const std::string& service,
                     const std::vector<std::string>& names = {"content-type", "host"}) {
  const std::string stamp(request.header("X-TC-Timestamp").value());
  const std::string date = utc_date(WallTime{std::chrono::seconds{std::stoll(stamp)}});
  std::string block;
  std::string list;
  for (const auto& name : names) {
    block += name + ":" + lower(request.header(name).value()) + "\n";
    list += (list.empty() ? "" : ";") + name;
  }
  const std::string canonical = request.method + "\n/\n" + std::string(request.query()) + "\n" + block + "\n" + list +
                                "\n" + hex(sha256(request.body));
  const std::string scope = date + "/" + service + "/tc3_request";
  const std::string text = "TC3-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex(sha256(canonical));
  const std::string signing = hmac_sha256(hmac_sha256(hmac_sha256("TC3" + key.key, date), service), "tc3_request");
  request.headers.push_back({"Authorization", "TC3-HMAC-SHA256 Credential=" + key.id + "/" + scope +
                                                  ", SignedHeaders=" + list +
                                                  ", Signature=" + hex(hmac_sha256(signing, text))});
}

inline Request tencent_request(const TencentCall& call, const std::string& body, WallTime now,
                               const TencentKey& key = {}) {
  Request request{.method = "POST", .target = "/", .body = body};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  request.headers = {{"Host", call.host},
                     {"Content-Type", "application/json"},
                     {"X-TC-Action", call.action},
                     {"X-TC-Version", call.version},
                     {"X-TC-Timestamp", std::to_string(seconds)}};
  if (!call.region.empty()) request.headers.push_back({"X-TC-Region", call.region});
  sign_tc3(request, key, call.service);
  return request;
}

/// The answer's `Response`.
inline Json ask(Cloud& cloud, const Clock& clock, const TencentCall& call, const Json& parameters,
                const TencentKey& key = {}) {
  const Answer answer = cloud.handle(tencent_request(call, parameters.dump(), clock.wall_now(), key));
  return Json::parse(answer.body).at("Response");
}

inline std::string error_code(const Json& response) {
  return response.contains("Error") ? response.at("Error").at("Code").get<std::string>() : "OK";
}

inline TencentCall mps() { return {}; }
inline TencentCall vod() { return {.service = "vod", .version = "2018-07-17"}; }
inline TencentCall batch(const std::string& action) {
  return {.service = "batch", .version = "2017-03-12", .action = action, .region = "ap-guangzhou"};
}

/// All pages of a listing, one after another.
inline std::vector<Json> scroll(Cloud& cloud, const Clock& clock, const TencentCall& call, Json parameters) {
  std::vector<Json> items;
  for (int page = 0; page < 10000; ++page) {
    const Json response = ask(cloud, clock, call, parameters);
    for (const Json& item : response.at("TaskSet")) items.push_back(item);
    const auto token = response.value("ScrollToken", "");
    if (token.empty() || response.at("TaskSet").empty()) break;
    parameters["ScrollToken"] = token;
  }
  return items;
}

struct AlibabaKey {
  std::string id = "LTAItest";
  std::string key = "test-secret";
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::string encoded(Pairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += (text.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
  }
  return text;
}

/// RPC style, HMAC-SHA1.
inline Request rpc_request(Pairs pairs, WallTime now, const std::string& nonce, const AlibabaKey& key = {}) {
  const Pairs common{{"Version", "2014-05-26"},   {"AccessKeyId", key.id},   {"SignatureMethod", "HMAC-SHA1"},
                     {"SignatureVersion", "1.0"}, {"SignatureNonce", nonce}, {"Timestamp", utc_seconds(now)}};
  pairs.insert(pairs.end(), common.begin(), common.end());
  const std::string query = encoded(pairs);
  const std::string signature = base64(hmac_sha1(key.key + "&", "GET&%2F&" + percent_encode(query)));
  return {.method = "GET",
          .target = "/?" + query + "&Signature=" + percent_encode(signature),
          .headers = {{"Host", "ecs.cn-hangzhou.aliyuncs.com"}}};
}

/// ACS3.
inline Request acs3_request(const Pairs& pairs, WallTime now, const std::string& nonce, const AlibabaKey& key = {}) {
  Request request{.method = "POST", .target = "/?" + encoded(pairs)};
  request.headers = {
      {"host", "127.0.0.1:18080"},      {"x-acs-action", "DescribeTasks"}, {"x-acs-content-sha256", hex(sha256(""))},
      {"x-acs-date", utc_seconds(now)}, {"x-acs-signature-nonce", nonce},  {"x-acs-version", "2014-05-26"}};
  std::string block;
  std::string list;
  for (const Header& header : request.headers) {
    block += header.name + ":" + header.value + "\n";
    list += (list.empty() ? "" : ";") + header.name;
  }
  const std::string canonical = "POST\n/\n" + encoded(pairs) + "\n" + block + "\n" + list + "\n" + hex(sha256(""));
  const std::string text = "ACS3-HMAC-SHA256\n" + hex(sha256(canonical));
  request.headers.push_back({"Authorization", "ACS3-HMAC-SHA256 Credential=" + key.id + ",SignedHeaders=" + list +
                                                  ",Signature=" + hex(hmac_sha256(key.key, text))});
  return request;
}

/// A small world with everything in it.
inline WorldPlan small_world() {
  return {.arrivals = {.history_tasks = 200,
                       .history = std::chrono::hours{3},
                       .per_second = 0.5,
                       .wave_per_second = 0.2,
                       .wave_period = std::chrono::minutes{3},
                       .burst_tasks = 15,
                       .burst_period = std::chrono::minutes{4}},
          .types = {{"WorkflowTask", 3}, {"EditMediaTask", 1}},
          .failed_share = 0.2,
          .window = std::chrono::hours{2}};
}

inline CloudPlan small_cloud() {
  CloudPlan plan;
  WorldPlan with_aborts = small_world();
  with_aborts.aborted_share = 0.1;
  plan.accounts.push_back({.name = "test",
                           .provider = "tencent",
                           .secret_id = "AKIDtest",
                           .secret_key = "test-key",
                           .queues = {{.service = "mps", .world = small_world()},
                                      {.service = "vod", .sub_app_id = 7, .world = with_aborts}},
                           .batches = {{.region = "ap-guangzhou"}}});
  plan.accounts.push_back({.name = "test-ali",
                           .provider = "alibaba",
                           .secret_id = "LTAItest",
                           .secret_key = "test-secret",
                           .queues = {{.service = "ecs", .region = "cn-hangzhou", .world = with_aborts}}});
  plan.limits = {{"mps.DescribeTasks", 0},  {"vod.DescribeTasks", 0}, {"vod.DescribeTaskDetail", 0},
                 {"batch.DescribeJobs", 0}, {"batch.DescribeJob", 0}, {"batch.DescribeTask", 0}};
  return plan;
}

inline Answer control(Cloud& cloud, const std::string& method, const std::string& what, const std::string& body = {}) {
  return cloud.handle({.method = method, .target = "/control/" + what, .body = body});
}

/// The truth of one service, as the control path tells it.
inline Json truth_of(Cloud& cloud, const std::string& service) {
  const Json truth = Json::parse(control(cloud, "GET", "truth").body);
  for (const Json& queue : truth.at("queues")) {
    if (queue.at("service") == service) return queue;
  }
  return nullptr;
}

}  // namespace taskqueue::simulator
