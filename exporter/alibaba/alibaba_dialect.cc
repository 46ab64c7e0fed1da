#include "exporter/alibaba/alibaba_dialect.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "exporter/alibaba/acs3.h"
#include "exporter/alibaba/error_codes.h"
#include "exporter/api/digest.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

constexpr Milliseconds longest_quiet = std::chrono::seconds{120};

/// JSON objects are kept in the order of their keys, and names of parameters need no encoding: so this is canonical.
std::string query_of(const Json& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters.items()) {
    if (value.is_null()) continue;
    if (!query.empty()) query += '&';
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    query.append(percent_encode(name)).append("=").append(percent_encode(text));
  }
  return query;
}

std::optional<Milliseconds> retry_after(const HttpResponse& response) {
  const std::string_view text = response.header("x-acs-retry-after");
  Milliseconds::rep value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range && !text.starts_with('-')) return longest_quiet;
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return std::min(Milliseconds{value}, longest_quiet);
}

/// Never zero: a date cut to the full minute may be a second old.
Milliseconds to_next_minute(const HttpResponse& response) {
  using std::chrono::minutes;
  const auto date = parse_http_date(response.header("Date"));
  if (!date) return minutes{1};
  return std::chrono::floor<minutes>(*date) + minutes{1} - *date;
}

/// The server's message, without the string to sign that it prints when signatures differ: that one holds the keys' id
/// and the token.
std::string sentence_of(const std::string& message, std::string_view code) {
  const bool about_signature = code.find("Signature") != std::string_view::npos;
  const std::size_t end = std::min(message.find_first_of(about_signature ? ".:\n" : "\n"), message.size());
  return end == 0 ? std::string(code) : message.substr(0, end);
}

FailureKind kind_of_status(int status) {
  switch (status) {
    case 401: return FailureKind::credentials;
    case 403: return FailureKind::permission;
    case 429: return FailureKind::throttled;
    default: return status >= 500 ? FailureKind::server : FailureKind::request;
  }
}

Failure refusal(const HttpResponse& response, const Value& body) {
  Failure failure;
  failure.code = text_member(body, "Code");
  failure.kind = kind_of_alibaba_code(failure.code).value_or(kind_of_status(response.status));
  failure.sentence = sentence_of(text_member(body, "Message"), failure.code);
  failure.request_id = text_member(body, "RequestId");
  return shortened(std::move(failure));
}

Failure gateway_failure(const HttpResponse& response) {
  const bool told = response.status == 429 || response.status >= 500;
  return {.kind = told ? kind_of_status(response.status) : FailureKind::answer,
          .sentence = "HTTP " + std::to_string(response.status) + " without an error code"};
}

void add_quiet(Failure& failure, const HttpResponse& response) {
  const auto asked = retry_after(response);
  if (asked) failure.kind = FailureKind::throttled;
  if (failure.kind == FailureKind::throttled) failure.retry_after = asked ? *asked : to_next_minute(response);
}

}  // namespace

HttpRequest AlibabaDialect::request(const Call& call, const Signing& signing) const {
  HttpRequest request;
  const std::string query = query_of(call.parameters);
  if (!query.empty()) request.target += "?" + query;
  request.headers = {{"Host", signing.host},
                     {"accept", "application/json"},
                     {"x-acs-action", call.action},
                     {"x-acs-version", version_}};
  sign_acs3(request, signing.credentials, signing.now, signing.nonce);
  return request;
}

Result<Answer, Failure> AlibabaDialect::judge(const HttpResponse& response) const {
  auto body = parse_json(response.body);
  if (response.status == 200) {
    if (!body) return Unexpected(body.error());
    if (!body->root().is_object()) {
      return Unexpected(Failure{.kind = FailureKind::answer, .sentence = "the answer is no JSON object"});
    }
    std::string request_id = shortened(text_member(*body, "RequestId"));
    return Answer{.fields = std::move(*body), .request_id = std::move(request_id)};
  }
  const bool has_code = body && !text_member(*body, "Code").empty();
  Failure failure = has_code ? refusal(response, *body) : gateway_failure(response);
  add_quiet(failure, response);
  return Unexpected(std::move(failure));
}

bool AlibabaDialect::is_documented(std::string_view code) const { return is_alibaba_code(code); }

bool AlibabaDialect::is_clock_fault(std::string_view code) const { return code == "InvalidTimeStamp.Expired"; }

}  // namespace taskqueue
