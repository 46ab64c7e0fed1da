#include "exporter/web/html.h"

#include <array>
#include <chrono>

namespace taskqueue::web {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string two_units(std::int64_t big, std::string_view big_name, std::int64_t small, std::string_view small_name) {
  std::string text = std::to_string(big) + ' ';
  text.append(big_name);
  if (small > 0) text.append(" " + std::to_string(small) + ' ').append(small_name);
  return text;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string spoken(Milliseconds length) {
  if (length <= Milliseconds{0}) return "0 s";
  if (length < seconds{10}) {
    const auto tenths = length.count() / 100;
    return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " s";
  }
  const auto whole = std::chrono::floor<seconds>(length);
  if (whole < minutes{1}) return std::to_string(whole.count()) + " s";
  if (whole < minutes{10}) return two_units(whole / minutes{1}, "min", whole % minutes{1} / seconds{1}, "s");
  if (whole < hours{1}) return std::to_string(whole / minutes{1}) + " min";
  if (whole < days{1}) return two_units(whole / hours{1}, "h", whole % hours{1} / minutes{1}, "min");
  return two_units(whole / days{1}, "d", whole % days{1} / hours{1}, "h");
}

std::string grouped(std::int64_t number) {
  constexpr std::string_view narrow_no_break_space = "\u202f";
  const std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text.append(narrow_no_break_space);
    text += digits[i];
  }
  return text;
}

}  // namespace taskqueue::web
