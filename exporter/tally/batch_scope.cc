#include "exporter/tally/batch_scope.h"

#include <algorithm>

namespace taskqueue {
namespace {

bool is_inside_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && is_inside_character(text[size])) ++size;
  return size;
}

/// On a mismatch the last `*` takes one character more; an earlier one need never be tried again.
bool fits_pattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      n += character_size(name.substr(n));
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      taken += character_size(name.substr(taken));
      n = taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

bool BatchScope::names_job(const std::string& id) const {
  return named.empty() || std::ranges::find(named, id, &Named::id) != named.end();
}

bool BatchScope::names_all_of(const std::string& id) const {
  return named.empty() ||
         std::ranges::any_of(named, [&](const Named& each) { return each.id == id && each.tasks.empty(); });
}

bool BatchScope::names_task(const std::string& id, const std::string& task) const {
  return named.empty() || std::ranges::any_of(named, [&](const Named& each) {
           return each.id == id && (each.tasks.empty() || std::ranges::find(each.tasks, task) != each.tasks.end());
         });
}

bool fits(const std::vector<std::string>& patterns, std::string_view name) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const auto& each) { return fits_pattern(each, name); });
}

}  // namespace taskqueue
