// A real client over a transport that a test answers: no sockets, no waiting.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/api/client.h"
#include "exporter/api/local_quota.h"
#include "exporter/manual_clock.h"
#include "exporter/utc.h"

namespace taskqueue {

class ScriptedCloud {
 public:
  using Answerer = std::function<HttpResponse(const HttpRequest& request)>;

  explicit ScriptedCloud(Answerer answer) : transport_(requests, std::move(answer)) {}

  [[nodiscard]] std::unique_ptr<Client> client(std::unique_ptr<const Dialect> dialect,
                                               const std::vector<std::string>& actions) {
    ClientTarget target{.endpoint = {.tls = false, .host = "127.0.0.1", .port = 1},
                        .provider = "cloud",
                        .account = "a",
                        .cloud_service = "s",
                        .cloud_region = "r",
                        .timeout = std::chrono::seconds{10},
                        .ceilings = {}};
    for (const std::string& action : actions) target.ceilings[action] = 1000;
    return std::make_unique<Client>(
        std::move(target), std::move(dialect),
        ClientParts{clock, transport_, keys_, quotas_, cloud_clock_, instruments_, random_, log_}, stop.get_token());
  }

  /// An answer with the date of `clock`.
  [[nodiscard]] HttpResponse says(std::string body, int status = 200) const {
    HttpResponse response;
    response.status = status;
    response.headers = {{"Date", "Sun, 01 Mar 2026 10:00:00 GMT"}};
    response.body = std::move(body);
    return response;
  }

  ManualClock clock{*parse_utc("2026-03-01T10:00:00Z")};
  std::vector<HttpRequest> requests;  // as sent, in order
  std::stop_source stop;

 private:
  struct AnsweringTransport final : Transport {
    AnsweringTransport(std::vector<HttpRequest>& log, Answerer answerer) : requests(log), answer(std::move(answerer)) {}
    Result<HttpResponse, Failure> send(const Endpoint&, const HttpRequest& request, SteadyTime,
                                       const std::stop_token&) override {
      requests.push_back(request);
      return answer(request);
    }
    std::vector<HttpRequest>& requests;
    Answerer answer;
  };
  struct FixedKeys final : CredentialsProvider {
    Result<Credentials, Failure> get(const std::stop_token&) override {
      return Credentials{.id = "id", .key = Secret("key"), .token = {}};
    }
  };
  struct CountingRandom final : Random {
    std::uint64_t bits() override { return ++last; }
    std::uint64_t last = 0;
  };

  AnsweringTransport transport_;
  FixedKeys keys_;
  LocalQuotaBook quotas_{clock};
  Instruments instruments_;
  CloudClock cloud_clock_{clock, "cloud", instruments_};
  CountingRandom random_;
  SilentLog log_;
};

}  // namespace taskqueue
