// A whole exporter and its cloud in one thread on one manual clock: hours of polling in seconds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

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

/// The exporter's view of the time: its wall clock may be off against the cloud's, its steady clock never is.
class OffsetClock final : public Clock {
 public:
  explicit OffsetClock(ManualClock& base) : base_(base) {}

  [[nodiscard]] SteadyTime steady_now() const override { return base_.steady_now(); }
  [[nodiscard]] WallTime wall_now() const override { return base_.wall_now() + offset_; }
  bool sleep_until(SteadyTime when, std::stop_token stop) override { return base_.sleep_until(when, std::move(stop)); }
  void set_offset(Milliseconds ahead) { offset_ = ahead; }

 private:
  ManualClock& base_;
  Milliseconds offset_{0};
};

/// Carries requests into a cloud without a socket, and acts out on the clock what goes wrong on the way.
class InProcessTransport final : public Transport {
 public:
  InProcessTransport(simulator::Cloud& cloud, ManualClock& clock) : cloud_(cloud), clock_(clock) {}

  Result<HttpResponse, Failure> send(const Endpoint&, const HttpRequest& request, SteadyTime deadline,
                                     const std::stop_token& stop) override;

  /// How long a request and its answer are under way together; half of it before the cloud looks at its world.
  void set_latency(Milliseconds there_and_back) { latency_ = there_and_back; }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  /// Called before each request.
  void watch(std::function<void()> watcher) { watcher_ = std::move(watcher); }
  /// Changes each answer's JSON on the way.
  void set_mangler(std::function<void(nlohmann::json&)> mangler) { mangler_ = std::move(mangler); }

 private:
  simulator::Cloud& cloud_;
  ManualClock& clock_;
  Milliseconds latency_{0};
  std::uint64_t calls_ = 0;
  std::function<void()> watcher_;
  std::function<void(nlohmann::json&)> mangler_;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

/// One refresh that a day saw.
struct Refreshed {
  std::shared_ptr<const Shown> shown;  // as it stands after it
  std::uint64_t calls = 0;             // that it sent, retries included
  Milliseconds took{0};
};

class Day {
 public:
  /// `polling`: lines of [polling]; the accounts and queues are the plan's own.
  Day(const simulator::CloudPlan& plan, const std::string& polling, std::uint64_t seed = 42);

  void live_for(std::chrono::seconds time);
  /// Until the data of every queue are complete.
  void live_until_complete(std::chrono::seconds at_most = std::chrono::hours{6}) { REQUIRE(becomes_complete(at_most)); }
  /// The same; false where that takes longer.
  [[nodiscard]] bool becomes_complete(std::chrono::seconds at_most);
  /// Time passes in which the exporter does nothing.
  void sleep_for(std::chrono::seconds time) { clock_.advance(time); }

  /// Stops life in the cloud until every queue was read successfully so many times more: what must be missed more than
  /// once before it counts has been.
  void freeze(std::uint64_t successes = 3);
  /// Lives until every queue was read successfully so many times more; false where that takes longer than `at_most`.
  [[nodiscard]] bool settles(std::uint64_t successes, std::chrono::seconds at_most);
  void pause();
  void thaw();

  /// Changes the configuration as a reload does.
  void reload(const std::string& polling);

  /// Life stands still while a refresh is under way, however long it waits for its quota: what it read is then still
  /// the truth when it ends.
  void stand_still_in_refreshes() { stands_still_ = true; }

  /// Called after each refresh.
  void watch(std::function<void(const Refreshed&)> watcher) { watcher_ = std::move(watcher); }

  /// Called before each request.
  void watch_requests(std::function<void()> watcher) { transport_->watch(std::move(watcher)); }

  void set_mangler(std::function<void(nlohmann::json&)> mangler) { transport_->set_mangler(std::move(mangler)); }

  /// The exporter's wall clock is so far ahead of the cloud's from now on.
  void set_clock_offset(Milliseconds ahead) { exporter_clock_.set_offset(ahead); }
  /// The cloud's Date and its look at signatures are so far ahead of the times of its tasks from now on.
  void set_cloud_skew(std::chrono::seconds ahead);
  void set_latency(Milliseconds there_and_back) { transport_->set_latency(there_and_back); }
  /// A JSON list, as the control path takes it.
  void set_faults(const nlohmann::json& faults) { control("POST", "faults", faults.dump()); }

  /// What the cloud holds. Tasks that leave the window within `edge` of now are told as `at_edge`.
  [[nodiscard]] nlohmann::json truth(std::chrono::seconds edge = std::chrono::seconds{60});
  [[nodiscard]] nlohmann::json requests() { return nlohmann::json::parse(control("GET", "requests")); }
  [[nodiscard]] Shelf::View view() { return shelf_.view(exporter_clock_.wall_now()); }
  [[nodiscard]] std::shared_ptr<const Shown> shown(const std::string& queue);
  [[nodiscard]] const Instruments& instruments() const { return instruments_; }
  [[nodiscard]] const QuotaBook& quotas() const { return callers_.quotas(); }
  /// Calls so far.
  [[nodiscard]] std::uint64_t calls() const { return transport_->calls(); }
  [[nodiscard]] SteadyTime now() const { return clock_.steady_now(); }

  std::string control(const std::string& method, const std::string& what, const std::string& body = "");

 private:
  /// Runs a refresh in line and tells the day what it did.
  class WatchedExecutor final : public Executor {
   public:
    explicit WatchedExecutor(Day& day) : day_(day) {}
    void run(std::function<void()> work) override { day_.run_watched(work); }

   private:
    Day& day_;
  };
  void run_watched(const std::function<void()>& work);
  void watch_run(const std::function<void()>& work);
  std::map<std::string, std::uint64_t> count_refreshes();
  std::map<std::string, std::uint64_t> count_successes();
  Config configuration(const std::string& polling) const;

  ManualClock clock_{WallTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}}};
  OffsetClock exporter_clock_{clock_};
  const simulator::CloudPlan plan_;
  simulator::Cloud cloud_;
  const std::shared_ptr<InProcessTransport> transport_;
  SeededRandom random_;
  SilentLog log_;
  Instruments instruments_;
  Callers callers_;
  MemoryLedger ledger_;
  Shelf shelf_;
  WatchedExecutor executor_{*this};
  std::function<void(const Refreshed&)> watcher_;
  bool stands_still_ = false;
  bool paused_ = false;
  Scheduler scheduler_;
};

}  // namespace taskqueue
