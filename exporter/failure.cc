#include "exporter/failure.h"

namespace taskqueue {
namespace {

constexpr std::size_t longest_text = 200;

bool is_inside_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string shortened(std::string_view text) {
  if (text.size() <= longest_text) return std::string(text);
  std::size_t end = longest_text;
  while (end > 0 && is_inside_character(text[end])) --end;
  return std::string(text.substr(0, end));
}

Failure shortened(Failure failure) {
  failure.code = shortened(failure.code);
  failure.sentence = shortened(failure.sentence);
  failure.request_id = shortened(failure.request_id);
  return failure;
}

std::string_view word(FailureKind kind) {
  switch (kind) {
    case FailureKind::throttled: return "throttled";
    case FailureKind::network: return "network";
    case FailureKind::timeout: return "timeout";
    case FailureKind::server: return "server";
    case FailureKind::credentials: return "credentials";
    case FailureKind::permission: return "permission";
    case FailureKind::request: return "request";
    case FailureKind::not_found: return "not_found";
    case FailureKind::answer: return "answer";
    case FailureKind::stopped: return "stopped";
  }
  return "answer";
}

bool is_worth_retrying(FailureKind kind) {
  return kind == FailureKind::throttled || kind == FailureKind::network || kind == FailureKind::timeout ||
         kind == FailureKind::server || kind == FailureKind::answer;
}

std::string_view advice(FailureKind kind) {
  switch (kind) {
    case FailureKind::throttled: return "Lower quota_share or lengthen interval: others use this API's limit too.";
    case FailureKind::network: return "Check name resolution, firewall, proxy and endpoint.";
    case FailureKind::timeout: return "Check the network path; raise timeout if the API is slow.";
    case FailureKind::server: return "The cloud's own fault: wait, or look at the provider's status page.";
    case FailureKind::credentials: return "Check this account's credentials and the machine's clock.";
    case FailureKind::permission: return "Allow this action to the account's user or role, or activate the service.";
    case FailureKind::request: return "Check the queue's region, sub_app_id and jobs in the configuration.";
    case FailureKind::not_found: return "Check that what the configuration names exists in this region.";
    case FailureKind::answer: return "Check that endpoint is the provider's API and not a proxy's page.";
    case FailureKind::stopped: return "";
  }
  return "";
}

}  // namespace taskqueue
