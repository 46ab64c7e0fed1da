// What holds of every answer that a dialect has judged.
#pragma once

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>

#include "exporter/api/dialect.h"
#include "exporter/config/utf8.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {

/// `503`, headers one a line, an empty line, the body. Without a status in front all of it is a body that came with
/// 200.
inline HttpResponse read_response(std::string_view text) {
  HttpResponse response{.status = 200, .headers = {{"Date", "Sun, 01 Mar 2026 10:00:00 GMT"}}, .body = {}};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), response.status);
  const auto digits = static_cast<std::size_t>(end - text.data());
  const bool has_status = error == std::errc{} && digits == 3 && text.substr(3).starts_with('\n');
  if (!has_status) {
    response.status = 200;
    response.body = text;
    return response;
  }
  text.remove_prefix(4);
  response.headers.clear();
  while (!text.empty() && !text.starts_with('\n')) {
    std::string_view line = take_until("\n", text);
    const std::string_view name = take_until(": ", line);
    response.headers.push_back({std::string(name), std::string(line)});
  }
  take_until("\n", text);
  response.body = text;
  return response;
}

inline void check_failure(const Failure& failure) {
  constexpr std::size_t longest = 200;
  must(!failure.sentence.empty(), "a failure says what happened");
  for (const std::string* const text : {&failure.code, &failure.sentence, &failure.request_id}) {
    must(text->size() <= longest, "what others send is shortened");
    for (std::string_view rest = *text; !rest.empty(); rest.remove_prefix(utf8_length(rest))) {
      must(utf8_length(rest) != 0, "what others send is UTF-8");
    }
  }
  if (failure.retry_after) {
    must(failure.retry_after->count() > 0 && *failure.retry_after <= std::chrono::seconds{120}, "a silence ends soon");
  }
}

inline void check_judgement(const Dialect& dialect, std::string_view input) {
  const HttpResponse response = read_response(input);
  const auto judged = dialect.judge(response);
  if (judged) {
    must(response.status == 200, "a good answer comes with 200");
    must(judged->fields.root().is_object(), "a good answer is an object");
    must(judged->request_id.size() <= 200, "its request id is shortened");
    return;
  }
  check_failure(judged.error());
  if (dialect.is_clock_fault(judged.error().code)) {
    must(dialect.is_documented(judged.error().code), "what says that our clock is off is documented");
  }
}

}  // namespace taskqueue::fuzz
