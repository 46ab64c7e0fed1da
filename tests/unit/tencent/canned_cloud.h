// A client whose cloud is a function of the request's parameters.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "exporter/api/client.h"
#include "exporter/api/local_quota.h"
#include "exporter/manual_clock.h"
#include "exporter/tencent/tencent_dialect.h"
#include "exporter/utc.h"

namespace taskqueue {

class CannedCloud final : public Transport, public CredentialsProvider, public Random {
 public:
  /// Gives the content of `Response`.
  using Answers = std::function<Json(const Json& parameters)>;
  explicit CannedCloud(Answers answers) : answers_(std::move(answers)) {}

  Result<HttpResponse, Failure> send(const Endpoint&, const HttpRequest& request, SteadyTime,
                                     const std::stop_token&) override {
    asked.push_back(Json::parse(request.body));
    HttpResponse response;
    response.status = 200;
    response.headers = {{"Date", "Sun, 01 Mar 2026 10:00:00 GMT"}};
    response.body = Json{{"Response", answers_(asked.back())}}.dump();
    return response;
  }
  Result<Credentials, Failure> get() override { return Credentials{.id = "id", .key = Secret("key"), .token = {}}; }
  std::uint64_t bits() override { return ++drawn_; }

  [[nodiscard]] std::unique_ptr<Client> client() {
    return std::make_unique<Client>(ClientTarget{.endpoint = {},
                                                 .provider = "tencent",
                                                 .account = "media",
                                                 .cloud_service = "mps",
                                                 .cloud_region = "",
                                                 .timeout = std::chrono::seconds{1},
                                                 .ceilings = {{"DescribeTasks", 1000}}},
                                    std::make_unique<TencentDialect>(TencentDialect::Product{
                                        .service = "mps", .version = "2019-06-12", .region = ""}),
                                    ClientParts{clock_, *this, *this, quotas_, cloud_clock_, instruments_, *this, log_},
                                    std::stop_token{});
  }

  std::vector<Json> asked;

 private:
  const Answers answers_;
  std::uint64_t drawn_ = 0;
  ManualClock clock_{*parse_utc("2026-03-01T10:00:00Z")};
  LocalQuotaBook quotas_{clock_};
  Instruments instruments_;
  CloudClock cloud_clock_{clock_, "tencent", instruments_};
  SilentLog log_;
};

inline Json error_answer(const std::string& code) {
  return {{"Error", {{"Code", code}, {"Message", "no"}}}, {"RequestId", "r"}};
}

}  // namespace taskqueue
