#include "exporter/web/crowd.h"

#include <utility>
#include <vector>

namespace taskqueue::web {

bool Crowd::make_room() { return guests_.size() < capacity_ || close_longest_waiting(); }

bool Crowd::close_longest_waiting() {
  if (line_.empty()) return false;
  // Held while it closes: leaving drops the crowd's own hold.
  const std::shared_ptr<Guest> guest = guests_.at(line_.front()).guest;
  guest->close();
  return true;
}

void Crowd::enter(std::shared_ptr<Guest> guest) {
  Guest* const key = guest.get();
  guests_.emplace(key, Place{std::move(guest), line_.end()});
}

void Crowd::leave(Guest& guest) {
  end_waiting(guest);
  if (guests_.erase(&guest) > 0) tell_if_empty();
}

void Crowd::begin_waiting(Guest& guest) {
  const auto place = guests_.find(&guest);
  if (place == guests_.end() || place->second.in_line != line_.end()) return;
  place->second.in_line = line_.insert(line_.end(), &guest);
}

void Crowd::end_waiting(Guest& guest) {
  const auto place = guests_.find(&guest);
  if (place == guests_.end() || place->second.in_line == line_.end()) return;
  line_.erase(place->second.in_line);
  place->second.in_line = line_.end();
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
