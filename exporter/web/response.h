// What we answer, as a plain value. The body is a list of shared texts, so that big pieces are sent without copying.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/web/request.h"

namespace taskqueue::web {

/// A text that may be shared between answers and threads; never null.
using Piece = std::shared_ptr<const std::string>;

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<Header> headers;  // beside those that every answer has; one given here replaces the usual one
  std::vector<Piece> body;      // sent one after the other

  [[nodiscard]] std::size_t length() const;
  /// The body in one piece; for tests and small answers.
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Piece piece(std::string text);

/// What a port of HTTPS says to plain HTTP.
inline constexpr std::string_view speaks_https = "This port speaks HTTPS: ask with https:// instead of http://.";

/// A short answer for people; a newline is added.
[[nodiscard]] Response plain(int status, std::string_view sentence);

/// `Not Found` for 404; `Unknown` for what we never send.
[[nodiscard]] std::string_view reason(int status);

}  // namespace taskqueue::web
