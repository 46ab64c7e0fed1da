#include "exporter/tally/type_slots.h"

#include <algorithm>

#include "exporter/failure.h"

namespace taskqueue {

TypeSlots::TypeSlots(std::vector<std::string>& slots, std::size_t max_types, const Vocabulary& vocabulary)
    : slots_(slots), max_types_(max_types) {
  if (slots_.empty()) slots_ = vocabulary.types;
}

std::string TypeSlots::name(const std::string& listed) {
  std::string type = shortened(listed);
  if (std::ranges::find(slots_, type) != slots_.end()) return type;
  if (slots_.size() >= max_types_) return "other";
  slots_.push_back(type);
  return type;
}

}  // namespace taskqueue
