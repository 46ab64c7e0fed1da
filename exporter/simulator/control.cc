// The cloud's control path: see cloud.h.
#include <charconv>
#include <stdexcept>
#include <utility>

#include "exporter/simulator/batch_truth.h"
#include "exporter/simulator/cloud.h"
#include "exporter/simulator/scene.h"
#include "exporter/simulator/truth.h"
#include "exporter/utc.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<const char*, 4> services{"mps", "vod", "batch", "ecs"};

Answer text_answer(int status, const std::string& text) {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = text + "\n"};
}

Answer json_line(std::string body) {
  return {.headers = {{"Content-Type", "application/json"}}, .body = std::move(body) + "\n"};
}

/// `edge_seconds` of the query: how near the window's edge is at the edge.
Milliseconds edge_of(const Request& request) {
  constexpr std::string_view name = "edge_seconds=";
  const std::string_view query = request.query();
  if (query.empty()) return std::chrono::seconds{60};
  if (!query.starts_with(name)) throw std::invalid_argument("the truth knows the parameter edge_seconds only");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(query.data() + name.size(), query.data() + query.size(), seconds);
  if (error != std::errc{} || end != query.data() + query.size() || seconds < 0 || seconds > 1'000'000) {
    throw std::invalid_argument("edge_seconds is a whole number");
  }
  return std::chrono::seconds{seconds};
}

}  // namespace

Answer Cloud::control(const Request& request) try {
  const std::string what = request.method + " " + std::string(request.path().substr(9));
  if (what == "GET truth") return json_line(truth(edge_of(request)));
  if (what == "GET requests") return json_line(requests());
  if (what == "GET quirks") return json_line(all_quirks());
  if (what == "GET keys") return json_line(keys_.text());
  if (what == "POST requests/reset") {
    meter_.reset();
  } else if (what == "POST pause" || what == "POST resume") {
    const Lock lock(mutex_);
    what == "POST pause" ? timeline_.pause(clock_.wall_now()) : timeline_.resume(clock_.wall_now());
  } else if (what == "POST faults") {
    faults_.replace(read_faults(request.body));
  } else if (what == "POST quirks") {
    switch_quirks(request.body);
  } else if (what == "POST limits") {
    switch_limits(request.body);
  } else if (what == "POST keys") {
    switch_keys(request.body);
  } else if (what == "POST metadata") {
    metadata_.behave(request.body);
  } else if (what == "POST clock") {
    switch_clock(request.body);
  } else {
    return text_answer(
        404,
        "The control path knows truth, requests, requests/reset, pause, resume, faults, quirks, limits, clock, keys, "
        "metadata.");
  }
  return text_answer(200, "ok");
} catch (const std::invalid_argument& error) {
  return text_answer(400, error.what());
} catch (const Json::exception& error) {
  return text_answer(400, error.what());
}

std::string Cloud::truth(Milliseconds edge) {
  const WallTime now = clock_.wall_now();
  std::unique_ptr<const Timeline> timeline;
  {
    const Lock lock(mutex_);
    timeline = std::make_unique<const Timeline>(timeline_);
  }
  Json all{{"now", utc_text(now)}, {"paused", timeline->paused()}, {"queues", Json::array()}};
  for (const Place& place : estate_.places()) {
    Json queue = Json::object();
    if (place.batch) {
      queue = batch_truth(*place.batch, *timeline, now);
    } else {
      const Quirks how = quirks(place.service);
      const Listing listing(*place.tasks, *timeline, now,
                            {place.tasks->plan().window, how.window_by_end, how.end_delay});
      queue = tasks_truth(*place.tasks, listing, place.service, edge);
    }
    queue["service"] = place.service;
    queue["account"] = place.account->name;
    if (place.service == "vod") queue["sub_app_id"] = place.sub_app_id;
    if (!place.region.empty()) queue["region"] = place.region;
    all["queues"].push_back(std::move(queue));
  }
  return all.dump(2);
}

std::string Cloud::requests() const {
  Json list = Json::array();
  std::uint64_t total = 0;
  for (const auto& [key, reading] : meter_.readings()) {
    total += reading.total;
    list.push_back({{"account", key.account},
                    {"service", key.service},
                    {"action", key.action},
                    {"region", key.region},
                    {"total", reading.total},
                    {"by_code", reading.by_code},
                    {"most_in_any_second", reading.most_in_any_second}});
  }
  return Json{{"total", total}, {"actions", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string Cloud::all_quirks() {
  Json all = Json::object();
  for (const char* service : services) all[service] = Json::parse(quirks_text(quirks(service)));
  return all.dump(2);
}

void Cloud::switch_quirks(const std::string& json) {
  const auto only = Json::parse(json).value("service", "");
  bool known = false;
  for (const std::string service : services) {
    if (!only.empty() && only != service) continue;
    known = true;
    const auto planned = estate_.plan().quirks.find(service);
    const Quirks initial = planned == estate_.plan().quirks.end() ? documented_quirks(service) : planned->second;
    const Quirks after = switched(quirks(service), initial, json);
    const Lock lock(mutex_);
    quirks_[service] = after;
  }
  if (!known) throw std::invalid_argument("no service is called " + only);
}

void Cloud::switch_limits(const std::string& json) {
  const auto limits = Json::parse(json).get<std::map<std::string, double>>();
  const Lock lock(mutex_);
  for (const auto& [action, per_second] : limits) limits_[action] = per_second;
}

void Cloud::switch_clock(const std::string& json) {
  const double seconds = Json::parse(json).at("skew_seconds").get<double>();
  const Lock lock(mutex_);
  skew_ = Milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

void Cloud::switch_keys(const std::string& json) {
  const Json wanted = Json::parse(json);
  if (const double seconds = wanted.value("life_seconds", -1.0); seconds >= 0) {
    const Milliseconds life{static_cast<std::int64_t>(seconds * 1000)};
    keys_.live(seconds > 0 ? std::optional(life) : std::nullopt);
  }
  if (wanted.value("revoke", false)) keys_.revoke(clock_.wall_now());
}

}  // namespace taskqueue::simulator
