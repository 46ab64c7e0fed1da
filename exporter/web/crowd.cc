#include "exporter/web/crowd.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace taskqueue::web {

bool Crowd::make_room() { return guests_.size() < capacity_ || close_one(); }

bool Crowd::close_one() {
  const auto line = std::ranges::find_if(lines_, [](const Queue& each) { return !each.empty(); });
  if (line == lines_.end()) return false;
  // Held while it closes: leaving drops the crowd's own hold.
  const std::shared_ptr<Guest> guest = guests_.at(line->front()).guest;
  guest->close();
  return true;
}

void Crowd::enter(std::shared_ptr<Guest> guest) {
  Guest* const key = guest.get();
  guests_.emplace(key, Place{.guest = std::move(guest)});
}

void Crowd::leave(Guest& guest) {
  end_waiting(guest);
  if (guests_.erase(&guest) > 0) tell_if_empty();
}

void Crowd::begin_waiting(Guest& guest, Line line) {
  Queue& queue = lines_.at(static_cast<std::size_t>(line));
  const auto place = guests_.find(&guest);
  if (place == guests_.end() || place->second.line == &queue) return;
  end_waiting(guest);
  place->second.line = &queue;
  place->second.in_line = queue.insert(queue.end(), &guest);
}

void Crowd::end_waiting(Guest& guest) {
  const auto place = guests_.find(&guest);
  if (place == guests_.end() || place->second.line == nullptr) return;
  place->second.line->erase(place->second.in_line);
  place->second.line = nullptr;
}

void Crowd::wind_down(std::function<void()> when_empty) {
  std::vector<std::shared_ptr<Guest>> guests;
  for (const auto& [key, place] : guests_) guests.push_back(place.guest);
  for (const auto& guest : guests) guest->wind_down();
  when_empty_ = std::move(when_empty);
  tell_if_empty();
}

void Crowd::close_all() {
  std::vector<std::shared_ptr<Guest>> guests;
  for (const auto& [key, place] : guests_) guests.push_back(place.guest);
  for (const auto& guest : guests) guest->close();
}

void Crowd::tell_if_empty() {
  if (guests_.empty() && when_empty_) std::exchange(when_empty_, nullptr)();
}

}  // namespace taskqueue::web
