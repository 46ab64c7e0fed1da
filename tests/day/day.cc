#include "tests/day/day.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace taskqueue {

using std::chrono::seconds;

Result<HttpResponse, Failure> InProcessTransport::send(const Endpoint&, const HttpRequest& request, SteadyTime deadline,
                                                       const std::stop_token& stop) {
  ++calls_;
  if (watcher_) watcher_();
  clock_.sleep_until(clock_.steady_now() + latency_ / 2, stop);
  simulator::Request wire{.method = request.method, .target = request.target, .headers = {}, .body = request.body};
  for (const Header& header : request.headers) wire.headers.push_back({header.name, header.value});
  simulator::Answer answer = cloud_.handle(wire);

  const SteadyTime arrives = clock_.steady_now() + answer.delay + latency_ / 2;
  const bool never = answer.fault == simulator::WireFault::hang || answer.fault == simulator::WireFault::drip;
  clock_.sleep_until(never ? deadline : std::min(arrives, deadline), stop);
  if (never || arrives > deadline) {
    return Unexpected(Failure{.kind = FailureKind::timeout, .sentence = "no answer in time"});
  }
  if (answer.fault != simulator::WireFault::none) {
    return Unexpected(Failure{.kind = FailureKind::network, .sentence = "the connection broke"});
  }
  if (mangler_) {
    if (auto json = nlohmann::json::parse(answer.body, nullptr, false); json.is_object()) {
      mangler_(json);
      answer.body = json.dump();
    }
  }
  HttpResponse response{.status = answer.status, .headers = {}, .body = std::move(answer.body)};
  for (const auto& header : answer.headers) response.headers.push_back({header.name, header.value});
  return response;
}

Day::Day(const simulator::CloudPlan& plan, const std::string& polling, std::uint64_t seed)
    : plan_(plan),
      cloud_(plan, clock_),
      transport_(std::make_shared<InProcessTransport>(cloud_, clock_)),
      random_(seed),
      callers_({exporter_clock_, random_, instruments_, log_, [](std::string_view) { return std::nullopt; },
                [this](const auto&) { return transport_; }}),
      scheduler_({exporter_clock_, ledger_, shelf_, instruments_, log_}, executor_) {
  reload(polling);
}

Config Day::configuration(const std::string& polling) const {
  std::string text = simulator::configuration_for(plan_, "http://127.0.0.1:1");
  const std::size_t own = text.find("[polling]");
  if (own != std::string::npos) text.erase(own, text.find("\n[", own + 1) - own);
  auto config = parse_config("[polling]\n" + polling + "\n" + text, "day", service_rules());
  if (!config) FAIL(describe(config.error().front()));
  return std::move(*config);
}

void Day::reload(const std::string& polling) { scheduler_.replace(callers_.plans(configuration(polling))); }

void Day::live_for(seconds time) {
  const SteadyTime end = clock_.steady_now() + time;
  while (clock_.steady_now() < end) clock_.sleep_until(std::min(end, scheduler_.tick()), {});
}

bool Day::becomes_complete(seconds at_most) {
  const auto all_complete = [this] {
    const Shelf::View all = view();
    return std::ranges::all_of(all, [](const auto& each) { return each->snapshot && each->snapshot->complete; });
  };
  const SteadyTime end = clock_.steady_now() + at_most;
  // In steps of what a refresh may wait for, so that none is looked at twice.
  while (!all_complete() && clock_.steady_now() < end) clock_.sleep_until(std::min(end, scheduler_.tick()), {});
  return all_complete();
}

void Day::freeze(std::uint64_t successes) {
  pause();
  REQUIRE(settles(successes, std::chrono::hours{24}));
}

bool Day::settles(std::uint64_t successes, seconds at_most) {
  const auto before = count_successes();
  const auto settled = [&] {
    const auto now = count_successes();
    return std::ranges::all_of(now, [&](const auto& queue) {
      const auto earlier = before.find(queue.first);
      return earlier == before.end() || queue.second >= earlier->second + successes;
    });
  };
  const SteadyTime end = clock_.steady_now() + at_most;
  while (!settled() && clock_.steady_now() < end) clock_.sleep_until(std::min(end, scheduler_.tick()), {});
  return settled();
}

void Day::set_cloud_skew(seconds ahead) {
  control("POST", "clock", nlohmann::json{{"skew_seconds", ahead.count()}}.dump());
}

nlohmann::json Day::truth(seconds edge) {
  return nlohmann::json::parse(control("GET", "truth?edge_seconds=" + std::to_string(edge.count())));
}

std::shared_ptr<const Shown> Day::shown(const std::string& queue) {
  for (const auto& each : view()) {
    if (each->labels.queue == queue) return each;
  }
  FAIL("there is no queue " << queue);
  return nullptr;
}

std::string Day::control(const std::string& method, const std::string& what, const std::string& body) {
  const simulator::Answer answer =
      cloud_.handle({.method = method, .target = "/control/" + what, .headers = {}, .body = body});
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return answer.body;
}

void Day::pause() {
  control("POST", "pause");
  paused_ = true;
}

void Day::thaw() {
  control("POST", "resume");
  paused_ = false;
}

std::map<std::string, std::uint64_t> Day::count_refreshes() {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& each : view()) {
    for (const auto& [result, count] : each->status.refreshes) counts[each->labels.queue] += count;
  }
  return counts;
}

std::map<std::string, std::uint64_t> Day::count_successes() {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& each : view()) counts[each->labels.queue] = each->status.refreshes.at("success");
  return counts;
}

void Day::run_watched(const std::function<void()>& work) {
  if (!stands_still_) return watch_run(work);
  const bool lives = !paused_;
  if (lives) pause();
  watch_run(work);
  if (lives) thaw();
}

void Day::watch_run(const std::function<void()>& work) {
  if (!watcher_) return work();
  const auto refreshes = count_refreshes();
  const std::uint64_t calls = transport_->calls();
  const SteadyTime began = clock_.steady_now();
  work();
  const auto after = count_refreshes();
  for (const auto& [queue, count] : after) {
    const auto before = refreshes.find(queue);
    if (before != refreshes.end() && before->second == count) continue;
    watcher_({.shown = shown(queue),
              .calls = transport_->calls() - calls,
              .took = std::chrono::floor<Milliseconds>(clock_.steady_now() - began)});
  }
}

}  // namespace taskqueue
