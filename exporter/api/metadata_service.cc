#include "exporter/api/metadata_service.h"

#include <algorithm>
#include <chrono>

namespace taskqueue {
namespace {

// It answers within milliseconds where there is one.
constexpr Milliseconds patience = std::chrono::seconds{2};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

Result<std::string, Failure> MetadataService::ask(const Question& question, const std::stop_token& stop) const {
  HttpRequest request{.method = question.method, .target = question.path, .headers = question.headers, .body = {}};
  request.headers.push_back({"Host", host_});
  const auto response = parts_.transport.send(endpoint_, request, parts_.clock.steady_now() + patience, stop);
  const int status = response ? response->status : 0;
  parts_.log.debug("credentials", "metadata asked",
                   {{"path", question.path}, {"status", status == 0 ? "" : std::to_string(status)}});
  if (response && status == 200) return trimmed(response->body);
  if (response) {
    Failure failure = no_keys(name() + " answers HTTP " + std::to_string(status) + " to " + question.path);
    failure.code = std::to_string(status);
    return Unexpected(std::move(failure));
  }
  if (response.error().kind == FailureKind::stopped) return Unexpected(response.error());
  return Unexpected(no_keys(name() + ": " + response.error().sentence));
}

bool is_role_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("+=,.@_-").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, allowed);
}

}  // namespace taskqueue
