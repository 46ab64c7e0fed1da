// The head of an answer: status line, what every answer carries, what this one adds.
#pragma once

#include <string>

#include "exporter/clock.h"
#include "exporter/web/response.h"

namespace taskqueue::web {

struct AnswerFacts {
  WallTime now{};
  bool keep_alive = false;
};

/// Ends with the empty line. Content-Length is the body's, also where the body is not sent (HEAD). Every answer
/// forbids guessing its type and storing it; HTML also forbids scripts that are not files of ours, frames and anything
/// from elsewhere.
[[nodiscard]] std::string answer_head(const Response& response, AnswerFacts facts);

/// `Thu, 27 Dec 2018 13:57:15 GMT` (RFC 9110, IMF-fixdate)
[[nodiscard]] std::string http_date(WallTime time);

}  // namespace taskqueue::web
