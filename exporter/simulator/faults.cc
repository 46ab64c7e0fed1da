#include "exporter/simulator/faults.h"

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "exporter/simulator/chance.h"
#include "exporter/simulator/json.h"

namespace taskqueue::simulator {
namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 9> kinds{{
    {"error", FaultKind::error},
    {"http", FaultKind::http},
    {"hang", FaultKind::hang},
    {"close", FaultKind::close},
    {"cut", FaultKind::cut},
    {"drip", FaultKind::drip},
    {"garbage", FaultKind::garbage},
    {"html", FaultKind::html},
    {"slow", FaultKind::slow},
}};

constexpr std::array<std::string_view, 11> fields{"service", "action",        "account",       "kind",
                                                  "code",    "message",       "status",        "share",
                                                  "times",   "after_seconds", "retry_after_ms"};

FaultKind kind_of(const std::string& name) {
  for (const auto& [text, kind] : kinds) {
    if (text == name) return kind;
  }
  throw std::invalid_argument("no fault is called " + name);
}

Fault read_fault(const Json& json) {
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(fields, name) == fields.end()) throw std::invalid_argument("a fault has no field " + name);
  }
  Fault fault;
  fault.kind = kind_of(json.at("kind").get<std::string>());
  fault.service = json.value("service", "");
  fault.action = json.value("action", "");
  fault.account = json.value("account", "");
  fault.code = json.value("code", fault.code);
  fault.message = json.value("message", fault.message);
  fault.status = json.value("status", 0);
  fault.share = json.value("share", 1.0);
  if (json.contains("times")) fault.times = json.at("times").get<std::uint64_t>();
  fault.after = Milliseconds{static_cast<std::int64_t>(json.value("after_seconds", 1.0) * 1000)};
  if (json.contains("retry_after_ms")) fault.retry_after = Milliseconds{json.at("retry_after_ms").get<std::int64_t>()};
  return fault;
}

bool fits(const std::string& pattern, const std::string& name) { return pattern.empty() || pattern == name; }

}  // namespace

std::string word(FaultKind kind) {
  for (const auto& [text, value] : kinds) {
    if (value == kind) return std::string(text);
  }
  return {};
}

std::vector<Fault> read_faults(const std::string& json) {
  try {
    const Json list = Json::parse(json);
    if (!list.is_array()) throw std::invalid_argument("faults are a JSON list");
    std::vector<Fault> faults;
    for (const Json& item : list) faults.push_back(read_fault(item));
    return faults;
  } catch (const Json::exception& error) {
    throw std::invalid_argument(error.what());
  }
}

void Faults::replace(std::vector<Fault> faults) {
  const Lock lock(mutex_);
  faults_ = std::move(faults);
}

std::optional<Fault> Faults::strike(const Call& call) {
  const Lock lock(mutex_);
  ++calls_;
  std::uint64_t place = 0;
  for (Fault& fault : faults_) {
    const std::uint64_t luck = draw(seed_, calls_, 100 + place++);  // each fault's own
    if (fault.times == 0U || !fits(fault.service, call.service) || !fits(fault.action, call.action) ||
        !fits(fault.account, call.account)) {
      continue;
    }
    if (share(luck) >= fault.share) continue;
    if (fault.times) --*fault.times;
    return fault;
  }
  return std::nullopt;
}

}  // namespace taskqueue::simulator
