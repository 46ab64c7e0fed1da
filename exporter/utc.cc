#include "exporter/utc.h"

#include <array>
#include <cstdio>

namespace taskqueue {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

struct DateParts {
  int year, month, day, hour, minute, second, millisecond;
};

DateParts split(WallTime time) {
  const auto midnight = floor<days>(time);
  const year_month_day date{midnight};
  const std::chrono::hh_mm_ss clock{time - midnight};
  return {int{date.year()},
          static_cast<int>(unsigned{date.month()}),
          static_cast<int>(unsigned{date.day()}),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

std::optional<WallTime> in_range(WallTime time) {
  return time >= WallTime{} && time <= last_utc ? std::optional(time) : std::nullopt;
}

std::optional<WallTime> join(const DateParts& parts) {
  const year_month_day date{year{parts.year}, month{static_cast<unsigned>(parts.month)},
                            day{static_cast<unsigned>(parts.day)}};
  if (parts.year < 1970 || !date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  return in_range(WallTime{sys_days{date}} + hours{parts.hour} + minutes{parts.minute} + seconds{parts.second} +
                  Milliseconds{parts.millisecond});
}

/// Eats its way through a text; one wrong bite spoils the rest.
class Bites {
 public:
  explicit Bites(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  bool eat(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void must(char c) {
    if (!eat(c)) fail();
  }
  /// A fraction of a second, in milliseconds; further digits are dropped.
  int fraction() {
    int value = 0;
    int weight = 100;
    bool any = false;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      value += (rest_[0] - '0') * weight;
      weight /= 10;
      any = true;
      rest_.remove_prefix(1);
    }
    return any ? value : fail();
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  int fail() {
    good_ = false;
    return 0;
  }
  std::string_view rest_;
  bool good_ = true;
};

/// `YYYY-MM-DDThh:mm:ssZ`, as nearly every time comes: three of them for each task that is listed.
std::optional<WallTime> parse_usual_utc(std::string_view text) {
  if (text.size() != 20) return std::nullopt;
  const char* const at = text.data();
  bool good = at[4] == '-' && at[7] == '-' && at[10] == 'T' && at[13] == ':' && at[16] == ':' && at[19] == 'Z';
  const auto two = [&](std::size_t place) {
    const int tens = at[place] - '0';
    const int ones = at[place + 1] - '0';
    good = good && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
    return tens * 10 + ones;
  };
  const DateParts parts{two(0) * 100 + two(2), two(5), two(8), two(11), two(14), two(17), 0};
  return good ? join(parts) : std::nullopt;
}

std::string formatted(const char* format, const DateParts& p) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), format, p.year, p.month, p.day, p.hour, p.minute, p.second, p.millisecond);
  return text.data();
}

}  // namespace

std::string utc_text(WallTime time) { return formatted("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", split(time)); }

std::string utc_seconds(WallTime time) { return utc_text(time).substr(0, 19) + "Z"; }

std::string utc_date(WallTime time) { return utc_text(time).substr(0, 10); }

std::optional<WallTime> parse_utc(std::string_view text) {
  if (const auto usual = parse_usual_utc(text)) return usual;
  Bites bites(text);
  DateParts parts{};
  parts.year = bites.number(4);
  bites.must('-');
  parts.month = bites.number(2);
  bites.must('-');
  parts.day = bites.number(2);
  bites.must('T');
  parts.hour = bites.number(2);
  bites.must(':');
  parts.minute = bites.number(2);
  if (bites.eat(':')) {
    parts.second = bites.number(2);
    if (bites.eat('.')) parts.millisecond = bites.fraction();
  }
  Milliseconds offset{0};
  if (!bites.eat('Z')) {
    const bool east = bites.eat('+');
    if (!east) bites.must('-');
    offset = hours{bites.number(2)};
    bites.eat(':');
    offset += minutes{bites.number(2)};
    if (!east) offset = -offset;
  }
  if (!bites.good() || !bites.at_end()) return std::nullopt;
  const auto local = join(parts);
  if (!local) return std::nullopt;
  return in_range(*local - offset);
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  DateParts parts{};
  Bites day(text.substr(5, 3));
  parts.day = day.number(2);
  day.must(' ');
  for (std::size_t i = 0; i < months.size(); ++i) {
    if (text.substr(8, 3) == months[i]) parts.month = static_cast<int>(i) + 1;
  }
  Bites rest(text.substr(11, 14));
  rest.must(' ');
  parts.year = rest.number(4);
  rest.must(' ');
  parts.hour = rest.number(2);
  rest.must(':');
  parts.minute = rest.number(2);
  rest.must(':');
  parts.second = rest.number(2);
  if (!day.good() || !rest.good() || parts.month == 0) return std::nullopt;
  return join(parts);
}

}  // namespace taskqueue
