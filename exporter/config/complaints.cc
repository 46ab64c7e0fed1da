#include "exporter/config/complaints.h"

#include <algorithm>
#include <utility>

namespace taskqueue {

void Complaints::add(TomlPlace place, std::string sentence) {
  complaints_.push_back({file_, place.line, place.column, std::move(sentence), lines_.shown(place.line)});
}

std::vector<Complaint> Complaints::take() {
  std::ranges::stable_sort(complaints_, [](const Complaint& a, const Complaint& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return std::exchange(complaints_, {});
}

}  // namespace taskqueue
