#include "exporter/refresh/agenda.h"

namespace taskqueue {

void Agenda::withdraw(Number item) {
  const auto place = places_.find(item);
  if (place == places_.end()) return;
  const auto [due, lane] = place->second;
  places_.erase(place);
  if (!lane) {
    calendar_.erase({due, item});
    return;
  }
  (*lane)->second.waiting.erase({due, item});
  settle(*lane);
}

/// Brings ready_ up to date with the lane, and lets an empty lane go.
void Agenda::settle(Lanes::iterator lane) {
  Lane& state = lane->second;
  if (state.ready) ready_.erase(*state.ready);
  state.ready.reset();
  if (state.waiting.empty()) {
    if (state.in_flight == 0) lanes_.erase(lane);
    return;
  }
  if (state.in_flight >= most_in_lane) return;
  state.ready = *state.waiting.begin();
  ready_.emplace(*state.ready, lane);
}

void Agenda::file(Number item, SteadyTime due) {
  withdraw(item);
  calendar_.emplace(due, item);
  places_.emplace(item, std::pair{due, std::nullopt});
}

std::optional<Agenda::Number> Agenda::take_due(SteadyTime now) {
  if (calendar_.empty() || calendar_.begin()->first > now) return std::nullopt;
  const Number item = calendar_.begin()->second;
  withdraw(item);
  return item;
}

void Agenda::wait(Number item, const std::string& lane, SteadyTime due) {
  withdraw(item);
  const auto place = lanes_.try_emplace(lane).first;
  place->second.waiting.emplace(due, item);
  places_.emplace(item, std::pair{due, std::optional(place)});
  settle(place);
}

std::optional<Agenda::Number> Agenda::take_place() {
  if (!has_place()) return std::nullopt;
  const auto [entry, lane] = *ready_.begin();
  ++lane->second.in_flight;
  ++in_flight_;
  withdraw(entry.second);
  return entry.second;
}

void Agenda::leave(const std::string& lane) {
  const auto place = lanes_.find(lane);
  --place->second.in_flight;
  --in_flight_;
  settle(place);
}

std::optional<SteadyTime> Agenda::next() const {
  return calendar_.empty() ? std::nullopt : std::optional(calendar_.begin()->first);
}

void Agenda::clear() {
  calendar_.clear();
  ready_.clear();
  places_.clear();
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    const auto here = lane++;
    here->second.waiting.clear();
    here->second.ready.reset();
    if (here->second.in_flight == 0) lanes_.erase(here);
  }
}

}  // namespace taskqueue
