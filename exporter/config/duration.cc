#include "exporter/config/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "exporter/ascii.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> units{{{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}}};
constexpr std::int64_t longest = 3650 * units[0].milliseconds;

std::string no_duration(std::string_view text) {
  const bool only_digits = !text.empty() && std::ranges::all_of(text, is_digit);
  if (only_digits)
    return in_quotes(text) + " has no unit: write " + in_quotes(std::string(text) + 's') + " if you mean seconds";
  return in_quotes(text) + " is no duration: write a number and a unit (ms, s, m, h, d), such as \"30s\" or \"1h30m\"";
}

/// Takes a number off the front of `rest`. Nothing where there is none or it is longer than any duration.
std::optional<std::int64_t> take_number(std::string_view& rest) {
  std::int64_t number = 0;
  if (rest.empty() || !is_digit(rest.front())) return std::nullopt;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return number;
}

/// Takes a unit off the front of `rest`; its place in `units`, or their number where there is none.
std::size_t take_unit(std::string_view& rest) {
  const auto end = std::ranges::find_if(rest, is_digit);
  const std::string_view name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  rest.remove_prefix(name.size());
  return static_cast<std::size_t>(unit - units.begin());
}

/// `duration` in the units of `choice` (a bit for each) alone, the larger first; empty where that is not exact.
std::string written_in(std::int64_t duration, unsigned choice) {
  std::string written;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if ((choice >> i & 1U) == 0) continue;
    written += std::to_string(duration / units[i].milliseconds);
    written += units[i].name;
    duration %= units[i].milliseconds;
  }
  return duration == 0 ? written : std::string();
}

}  // namespace

Result<Milliseconds, std::string> parse_duration(std::string_view text) {
  std::int64_t sum = 0;
  std::size_t next_unit = 0;
  std::string_view rest = text;
  do {
    const auto number = take_number(rest);
    if (!number) return Unexpected(no_duration(text));
    const std::size_t unit = take_unit(rest);
    if (unit < next_unit || unit == units.size()) return Unexpected(no_duration(text));
    next_unit = unit + 1;
    if (*number > (longest - sum) / units[unit].milliseconds) {
      return Unexpected(in_quotes(text) + " is too long: write at most \"3650d\"");
    }
    sum += *number * units[unit].milliseconds;
  } while (!rest.empty());
  return Milliseconds{sum};
}

std::string text(Milliseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string shortest;
  for (unsigned choice = 1; choice < 1U << units.size(); ++choice) {
    std::string written = written_in(duration.count(), choice);
    if (!written.empty() && (shortest.empty() || written.size() < shortest.size())) shortest = std::move(written);
  }
  return shortest;
}

}  // namespace taskqueue
