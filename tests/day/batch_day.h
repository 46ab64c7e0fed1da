// A Batch queue and its cloud in one thread on one manual clock, with everything that can go wrong on the way.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "exporter/catalogue.h"
#include "exporter/config/load.h"
#include "exporter/ledger/memory_ledger.h"
#include "exporter/manual_clock.h"
#include "exporter/queue_plans.h"
#include "exporter/refresh/scheduler.h"
#include "exporter/simulator/cloud.h"
#include "tests/catch.h"

namespace taskqueue {

/// The exporter's clock, whose idea of the time of day is off.
class WrongClock final : public Clock {
 public:
  explicit WrongClock(Clock& right) : right_(right) {}

  [[nodiscard]] SteadyTime steady_now() const override { return right_.steady_now(); }
  [[nodiscard]] WallTime wall_now() const override { return right_.wall_now() + off; }
  bool sleep_until(SteadyTime when, std::stop_token stop) override { return right_.sleep_until(when, std::move(stop)); }
  Milliseconds off{0};

 private:
  Clock& right_;
};

/// Carries requests into a cloud without a socket, acts out its faults, and remembers what was asked for.
class BatchTransport final : public Transport {
 public:
  BatchTransport(simulator::Cloud& cloud, Clock& clock) : cloud_(cloud), clock_(clock) {}

  struct Call {
    SteadyTime when;
    std::string action;
    nlohmann::json parameters;
  };
  std::vector<Call> calls;

  Result<HttpResponse, Failure> send(const Endpoint&, const HttpRequest& request, SteadyTime deadline,
                                     const std::stop_token& stop) override {
    simulator::Request wire{.method = request.method, .target = request.target, .headers = {}, .body = request.body};
    Call call{clock_.steady_now(), "", nlohmann::json::parse(request.body)};
    for (const Header& header : request.headers) {
      if (header.name == "X-TC-Action") call.action = header.value;
      wire.headers.push_back({header.name, header.value});
    }
    calls.push_back(std::move(call));
    const simulator::Answer answer = cloud_.handle(wire);
    using simulator::WireFault;
    if (answer.fault == WireFault::close || answer.fault == WireFault::cut) {
      return Unexpected(Failure{.kind = FailureKind::network, .sentence = "the connection broke"});
    }
    const bool never_comes = answer.fault == WireFault::hang || answer.fault == WireFault::drip;
    clock_.sleep_until(never_comes ? deadline : std::min(deadline, clock_.steady_now() + answer.delay), stop);
    if (clock_.steady_now() >= deadline) {
      return Unexpected(Failure{.kind = FailureKind::timeout, .sentence = "no answer in time"});
    }
    HttpResponse response;
    response.status = answer.status;
    for (const auto& header : answer.headers) response.headers.push_back({header.name, header.value});
    response.body = answer.body;
    return response;
  }

 private:
  simulator::Cloud& cloud_;
  Clock& clock_;
};

struct BatchDayPlan {
  simulator::BatchWorldPlan world{};
  std::uint64_t seed = 1;
  std::string polling = "interval = \"5s\"\nquota_share = 1";
  std::string queue{};  // further lines of the queue
};

class BatchDay {
 public:
  explicit BatchDay(const BatchDayPlan& plan)
      : cloud_(cloud_plan(plan), clock_),
        transport_(std::make_shared<BatchTransport>(cloud_, clock_)),
        random_(plan.seed),
        callers_({wrong_clock_, random_, instruments_, log_, [](std::string_view) { return std::nullopt; },
                  [this](const auto&) { return transport_; }}),
        scheduler_({wrong_clock_, ledger_, shelf_, instruments_, log_}, executor_) {
    const Loaded config = parse_config("[polling]\n" + plan.polling + R"(
[accounts.farm]
provider = "tencent"
credentials = "static"
secret_id = "AKIDfarm00000000000000000000000001"
secret_key = "farm-key-of-no-worth"
[queues.render]
service = "batch"
account = "farm"
region = "ap-guangzhou"
endpoint = "http://127.0.0.1:1"
)" + plan.queue,
                                       "day", service_rules());
    if (!config) FAIL(describe(config.error().front()));
    auto plans = callers_.plans(*config);
    key_ = plans.front().key;
    scheduler_.replace(std::move(plans));
  }

  void live_for(Milliseconds time) {
    const SteadyTime end = clock_.steady_now() + time;
    while (clock_.steady_now() < end) clock_.sleep_until(std::min(end, scheduler_.tick()), {});
  }
  /// Until the next refresh has ended.
  void refresh() {
    const std::uint64_t before = refreshes();
    while (refreshes() == before) clock_.sleep_until(scheduler_.tick(), {});
  }
  /// Until a refresh that began after now was a success and complete.
  void read_whole(int most_refreshes = 100) {
    for (int i = 0; i < most_refreshes; ++i) {
      refresh();
      if (shown().status.last_refresh_succeeded && shown().snapshot->complete) return;
    }
    FAIL("no refresh is complete");
  }

  std::string control(const std::string& method, const std::string& what, const std::string& body = "") {
    const simulator::Answer answer =
        cloud_.handle({.method = method, .target = "/control/" + what, .headers = {}, .body = body});
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.body;
  }
  /// The truth of the one queue.
  [[nodiscard]] nlohmann::json truth() { return nlohmann::json::parse(control("GET", "truth"))["queues"][0]; }
  [[nodiscard]] nlohmann::json requests() { return nlohmann::json::parse(control("GET", "requests"))["actions"]; }

  [[nodiscard]] const Shown& shown() {
    view_ = shelf_.view(wrong_clock_.wall_now());
    return *view_.at(0);
  }
  [[nodiscard]] const Snapshot& snapshot() { return *shown().snapshot; }
  [[nodiscard]] std::shared_ptr<const QueueState> state() { return ledger_.load(key_)->state; }
  [[nodiscard]] SteadyTime now() const { return clock_.steady_now(); }
  [[nodiscard]] WallTime cloud_now() const { return clock_.wall_now(); }
  [[nodiscard]] std::vector<BatchTransport::Call>& calls() const { return transport_->calls; }
  void put_clock_off_by(Milliseconds off) { wrong_clock_.off = off; }

 private:
  struct Dice final : Random {
    explicit Dice(std::uint64_t seed) : engine(seed) {}
    std::uint64_t bits() override { return engine(); }
    std::mt19937_64 engine;
  };
  static simulator::CloudPlan cloud_plan(const BatchDayPlan& plan) {
    simulator::CloudPlan cloud{.seed = plan.seed};
    cloud.accounts.push_back({.name = "farm",
                              .provider = "tencent",
                              .secret_id = "AKIDfarm00000000000000000000000001",
                              .secret_key = "farm-key-of-no-worth",
                              .batches = {{.region = "ap-guangzhou", .world = plan.world}}});
    return cloud;
  }
  [[nodiscard]] std::uint64_t refreshes() {
    std::uint64_t sum = 0;
    for (const auto& [result, count] : shown().status.refreshes) sum += count;
    return sum;
  }

  ManualClock clock_{WallTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}}};
  WrongClock wrong_clock_{clock_};
  simulator::Cloud cloud_;
  std::shared_ptr<BatchTransport> transport_;
  Dice random_;
  SilentLog log_;
  Instruments instruments_;
  Callers callers_;
  MemoryLedger ledger_;
  Shelf shelf_;
  InlineExecutor executor_;
  Scheduler scheduler_;
  LedgerKey key_;
  Shelf::View view_;
};

}  // namespace taskqueue
