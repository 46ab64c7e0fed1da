// A request as it came over the wire, and the answer to act out. Bytes, no sockets.
#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"

namespace taskqueue::simulator {

struct Header {
  std::string name{};
  std::string value{};

  bool operator==(const Header&) const = default;
};

/// ASCII letters made small: header names and the values that signatures cover.
[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return small;
}

struct Request {
  std::string method{};           // GET, POST
  std::string target{};           // path?query, nothing decoded
  std::vector<Header> headers{};  // in the order received, nothing decoded
  std::string body{};

  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
  }
  /// The value of the only header of this name, whatever its case; nothing where it is missing or there are several.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const Header& header : headers) {
      if (header.name.size() != name.size() || lower(header.name) != lower(name)) continue;
      if (found) return std::nullopt;
      found = header.value;
    }
    return found;
  }
};

enum class WireFault {
  none,
  hang,   // say nothing until the client goes away
  close,  // close without an answer
  cut,    // announce the whole body, send half of it, close
  drip,   // send the answer byte by byte, slowly
};

struct Answer {
  int status = 200;
  std::vector<Header> headers{};
  std::string body{};
  WireFault fault = WireFault::none;
  Milliseconds delay{0};  // before the first byte
};

}  // namespace taskqueue::simulator
