#include "exporter/web/answer_head.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <string_view>

namespace taskqueue::web {
namespace {

struct FixedHeader {
  std::string_view name;
  std::string_view value;
};

constexpr std::array<FixedHeader, 2> on_every_answer{{
    {"X-Content-Type-Options", "nosniff"},
    {"Cache-Control", "no-store"},
}};

constexpr std::array<FixedHeader, 3> on_html{{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
     "form-action 'none'; "
     "frame-ancestors 'none'"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
}};

/// A line break in a value would begin a header of someone else's making.
void append_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name) += ": ";
  for (const char c : value) {
    if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') head += c;
  }
  head += "\r\n";
}

bool has(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [&](const Header& header) { return same_ignoring_case(header.name, name); });
}

void append_fixed(std::string& head, const Response& response, std::span<const FixedHeader> headers) {
  for (const FixedHeader& header : headers) {
    if (!has(response, header.name)) append_header(head, header.name, header.value);
  }
}

}  // namespace

std::string http_date(WallTime time) {
  static constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss hour{std::chrono::floor<std::chrono::seconds>(time - day)};
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                weekdays.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                static_cast<int>(hour.hours().count()), static_cast<int>(hour.minutes().count()),
                static_cast<int>(hour.seconds().count()));
  return buffer.data();
}

std::string answer_head(const Response& response, AnswerFacts facts) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head.append(reason(response.status)) += "\r\n";
  append_header(head, "Date", http_date(facts.now));
  append_header(head, "Content-Type", response.content_type);
  append_header(head, "Content-Length", std::to_string(response.length()));
  append_header(head, "Connection", facts.keep_alive ? "keep-alive" : "close");
  append_fixed(head, response, on_every_answer);
  if (response.content_type.starts_with("text/html")) append_fixed(head, response, on_html);
  for (const Header& header : response.headers) append_header(head, header.name, header.value);
  return head += "\r\n";
}

}  // namespace taskqueue::web
