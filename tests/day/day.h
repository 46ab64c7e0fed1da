// A whole exporter and its cloud in one thread on one manual clock: hours of polling in seconds.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "exporter/api/quota_families.h"
#include "exporter/catalogue.h"
#include "exporter/config/load.h"
#include "exporter/ledger/memory_ledger.h"
#include "exporter/manual_clock.h"
#include "exporter/queue_plans.h"
#include "exporter/refresh/scheduler.h"
#include "exporter/simulator/cloud.h"
#include "exporter/simulator/demo.h"
#include "tests/catch.h"

namespace taskqueue {

/// Carries requests into a cloud without a socket.
class InProcessTransport final : public Transport {
 public:
  /// `watch` is called before each request, if it holds anything then.
  InProcessTransport(simulator::Cloud& cloud, const std::function<void()>& watch) : cloud_(cloud), watch_(watch) {}

  Result<HttpResponse, Failure> send(const Endpoint&, const HttpRequest& request, SteadyTime,
                                     const std::stop_token&) override {
    if (watch_) watch_();
    simulator::Request wire{.method = request.method, .target = request.target, .headers = {}, .body = request.body};
    for (const Header& header : request.headers) wire.headers.push_back({header.name, header.value});
    const simulator::Answer answer = cloud_.handle(wire);
    HttpResponse response;
    response.status = answer.status;
    for (const auto& header : answer.headers) response.headers.push_back({header.name, header.value});
    response.body = answer.body;
    return response;
  }

 private:
  simulator::Cloud& cloud_;
  const std::function<void()>& watch_;
};

class SeededRandom final : public Random {
 public:
  std::uint64_t bits() override { return engine_(); }

 private:
  std::mt19937_64 engine_{42};
};

class Day {
 public:
  /// `polling`: lines that come before the plan's own configuration.
  Day(const simulator::CloudPlan& plan, const std::string& polling)
      : cloud_(plan, clock_),
        callers_({clock_, random_, instruments_, log_, [](std::string_view) { return std::nullopt; },
                  [this](const auto&) { return std::make_shared<InProcessTransport>(cloud_, on_request); }}),
        scheduler_({clock_, ledger_, shelf_, instruments_, log_}, executor_) {
    std::string text = simulator::configuration_for(plan, "http://127.0.0.1:1");
    const std::size_t own = text.find("[polling]");
    if (own != std::string::npos) text.erase(own, text.find("\n[", own + 1) - own);
    const Loaded config = parse_config("[polling]\n" + polling + "\n" + text, "day", service_rules());
    if (!config) FAIL(describe(config.error().front()));
    scheduler_.replace(callers_.plans(*config));
  }

  void live_for(std::chrono::seconds time) {
    const SteadyTime end = clock_.steady_now() + time;
    while (clock_.steady_now() < end) clock_.sleep_until(std::min(end, scheduler_.tick()), {});
  }

  /// Stops life in the cloud and lets every queue be read once more.
  void freeze() {
    control("POST", "pause");
    const WallTime paused = clock_.wall_now();
    for (int rounds = 0; rounds < 100 && !all_read_since(paused); ++rounds) live_for(std::chrono::seconds{10});
    REQUIRE(all_read_since(paused));
  }
  void thaw() { control("POST", "resume"); }

  [[nodiscard]] nlohmann::json truth() { return nlohmann::json::parse(control("GET", "truth")); }
  [[nodiscard]] nlohmann::json requests() { return nlohmann::json::parse(control("GET", "requests")); }
  [[nodiscard]] Shelf::View view() { return shelf_.view(clock_.wall_now()); }

  [[nodiscard]] WallTime now() const { return clock_.wall_now(); }

  /// What /metrics says of the limiters.
  [[nodiscard]] std::string limiter_metrics() const {
    std::string text;
    for (const FamilyText& each : quota_families(callers_.quotas().entries())) text += each.lines;
    return text;
  }

  /// Called before each request.
  std::function<void()> on_request;

  std::string control(const std::string& method, const std::string& what, const std::string& body = "") {
    const simulator::Answer answer =
        cloud_.handle({.method = method, .target = "/control/" + what, .headers = {}, .body = body});
    REQUIRE(answer.status == 200);
    return answer.body;
  }

 private:
  bool all_read_since(WallTime when) {
    for (const auto& shown : view()) {
      if (!shown->status.last_success || *shown->status.last_success < when) return false;
    }
    return true;
  }

  ManualClock clock_{WallTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}}};
  simulator::Cloud cloud_;
  SeededRandom random_;
  SilentLog log_;
  Instruments instruments_;
  Callers callers_;
  MemoryLedger ledger_;
  Shelf shelf_;
  InlineExecutor executor_;
  Scheduler scheduler_;
};

}  // namespace taskqueue
