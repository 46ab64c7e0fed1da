#include "exporter/tencent/tencent_dialect.h"

#include "exporter/tencent/error_codes.h"
#include "exporter/tencent/tc3.h"

namespace taskqueue {
namespace {

Failure not_an_answer(const HttpResponse& response, std::string why) {
  const int status = response.status;
  if (status == 429) return {.kind = FailureKind::throttled, .sentence = "HTTP 429 Too Many Requests"};
  if (status >= 500)
    return {.kind = FailureKind::server, .sentence = "HTTP " + std::to_string(status) + " from the gateway"};
  if (status != 200)
    return {.kind = FailureKind::answer, .sentence = "HTTP " + std::to_string(status) + " without an answer"};
  return {.kind = FailureKind::answer, .sentence = std::move(why)};
}

Failure from_error(const Value& error, std::string request_id) {
  Failure failure;
  failure.code = text_member(error, "Code");
  failure.kind = kind_of_tencent_code(failure.code);
  failure.sentence = text_member(error, "Message");
  if (failure.sentence.empty()) failure.sentence = failure.code.empty() ? "an error without a code" : failure.code;
  failure.request_id = std::move(request_id);
  return shortened(std::move(failure));
}

}  // namespace

HttpRequest TencentDialect::request(const Call& call, const Signing& signing) const {
  HttpRequest request;
  request.body = call.parameters.dump(-1, ' ', false, Json::error_handler_t::replace);
  request.headers = {{"Host", signing.host},       {"Content-Type", "application/json"},
                     {"X-TC-Action", call.action}, {"X-TC-Version", product_.version},
                     {"X-TC-Language", "en-US"},   {"X-TC-RequestClient", "taskqueue_exporter"}};
  if (!product_.region.empty()) request.headers.push_back({"X-TC-Region", product_.region});
  if (product_.is_signed) {
    signer_.sign(request, signing.credentials, signing.now);
  } else {
    mark_unsigned(request, signing.now);
  }
  return request;
}

Result<Answer, Failure> TencentDialect::judge(const HttpResponse& response) const {
  auto body = parse_json(response.body);
  if (!body) return Unexpected(not_an_answer(response, body.error().sentence));
  const Value* envelope = member(*body, "Response");
  if (envelope == nullptr || !envelope->is_object()) {
    return Unexpected(not_an_answer(response, "the answer has no Response: is endpoint the provider's API?"));
  }
  std::string request_id = text_member(*envelope, "RequestId");
  if (const Value* error = member(*envelope, "Error")) return Unexpected(from_error(*error, std::move(request_id)));
  if (response.status != 200) return Unexpected(not_an_answer(response, ""));
  return Answer{.fields = body->at(*envelope), .request_id = shortened(request_id)};
}

bool TencentDialect::is_documented(std::string_view code) const { return is_tencent_code(code); }

bool TencentDialect::is_clock_fault(std::string_view code) const { return code == "AuthFailure.SignatureExpire"; }

}  // namespace taskqueue
