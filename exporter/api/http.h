// A request and its answer as plain values.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace taskqueue {

struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

/// The body's type is a header like any other; the transport adds nothing that signing does not know but
/// Accept-Encoding.
struct HttpRequest {
  std::string method = "POST";
  std::string target = "/";  // path and query exactly as sent
  std::vector<Header> headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;  // decompressed

  /// The first header of that name, whatever its case; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (const Header& each : headers) {
      if (std::ranges::equal(each.name, name, {}, lower, lower)) return each.value;
    }
    return {};
  }
};

}  // namespace taskqueue
