#include "exporter/health_check.h"

#include <chrono>

#include "exporter/api/httplib_transport.h"
#include "exporter/config/endpoint.h"
#include "exporter/web/response.h"

namespace taskqueue {
namespace {

constexpr auto patience = std::chrono::seconds{5};
constexpr int ok = 200;

/// It may want a password, have enough of requests for now, or speak HTTPS where the image's check does not know it:
/// who says so is there.
bool is_sign_of_life(const HttpResponse& answer) {
  constexpr int unauthorized = 401;
  constexpr int too_many_requests = 429;
  return answer.status == ok || answer.status == unauthorized || answer.status == too_many_requests ||
         answer.body.starts_with(web::speaks_https);
}

}  // namespace

std::optional<std::string> sickness_at(std::string_view url, const Clock& clock) {
  const std::string name(url);
  const auto scheme = url.find("://");
  const auto slash = scheme == std::string_view::npos ? scheme : url.find('/', scheme + 3);
  const auto endpoint = parse_endpoint(url.substr(0, slash));
  if (!endpoint) return name + " is no URL like http://127.0.0.1:19160/-/healthy";

  HttpRequest request{
      .method = "GET", .target = "/-/healthy", .headers = {{"Host", host_header(*endpoint)}}, .body = {}};
  if (slash != std::string_view::npos && slash + 1 < url.size()) request.target = url.substr(slash);
  HttplibTransport transport(clock, {});
  const auto answer = transport.send(*endpoint, request, clock.steady_now() + patience, {});
  if (!answer) return name + ": " + answer.error().sentence;
  if (is_sign_of_life(*answer)) return std::nullopt;
  return name + ": " + std::to_string(answer->status) + " " + answer->body;
}

}  // namespace taskqueue
