#include "exporter/simulator/meter.h"

#include <algorithm>
#include <cmath>

namespace taskqueue::simulator {

bool Meter::arrive(const MeterKey& key, double per_second, const Clock& clock) {
  const SteadyTime now = clock.steady_now();
  const auto wall = static_cast<double>(clock.wall_now().time_since_epoch().count()) / 1000.0;
  const Lock lock(mutex_);
  State& state = states_[key];

  state.recent.push_back(now);
  while (now - state.recent.front() >= std::chrono::seconds{1}) state.recent.pop_front();
  ++state.reading.total;
  state.reading.most_in_any_second = std::max<std::uint64_t>(state.reading.most_in_any_second, state.recent.size());

  if (per_second <= 0) return true;
  const double length = std::max(1.0, 1.0 / per_second);
  const auto window = static_cast<std::int64_t>(std::floor(wall / length));
  if (window != state.window) {
    state.window = window;
    state.passed = 0;
  }
  const auto minute = static_cast<std::int64_t>(std::floor(wall / 60));
  if (state.refused_minute == minute) return false;
  if (state.passed + 1 > std::max(1.0, per_second)) {
    if (key.service == "ecs") state.refused_minute = minute;
    return false;
  }
  state.passed += 1;
  return true;
}

void Meter::answered(const MeterKey& key, const std::string& code) {
  const Lock lock(mutex_);
  ++states_[key].reading.by_code[code];
}

std::map<MeterKey, MeterReading> Meter::readings() const {
  const Lock lock(mutex_);
  std::map<MeterKey, MeterReading> copy;
  for (const auto& [key, state] : states_) {
    if (state.reading.total > 0 || !state.reading.by_code.empty()) copy.emplace(key, state.reading);
  }
  return copy;
}

void Meter::reset() {
  const Lock lock(mutex_);
  for (auto& [key, state] : states_) state.reading = {};
}

}  // namespace taskqueue::simulator
