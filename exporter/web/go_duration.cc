#include "exporter/web/go_duration.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace taskqueue::web {
namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};

// A unit that begins like another stands before it.
constexpr std::array<Unit, 8> units{
    {{"ns", 1}, {"us", 1e3}, {"\u00b5s", 1e3}, {"\u03bcs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

const Unit* unit_of(std::string_view text) {
  for (const Unit& unit : units) {
    if (text.starts_with(unit.name)) return &unit;
  }
  return nullptr;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text) {
  std::int64_t plain = 0;
  const auto whole = std::from_chars(text.data(), text.data() + text.size(), plain);
  if (!text.empty() && whole.ec == std::errc{} && whole.ptr == text.data() + text.size())
    return std::chrono::nanoseconds{plain};
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  double sum = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double number = 0;
    if (text.front() == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const Unit* const unit = unit_of(text);
    if (unit == nullptr) return std::nullopt;
    text.remove_prefix(unit->name.size());
    sum += number * unit->nanoseconds;
  }
  if (!(sum < 9.2e18)) return std::nullopt;
  return std::chrono::nanoseconds{std::llround(negative ? -sum : sum)};
}

}  // namespace taskqueue::web
