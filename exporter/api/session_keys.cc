#include "exporter/api/session_keys.h"

#include <chrono>
#include <utility>

#include "exporter/config/text_file.h"

namespace taskqueue {
namespace {

// Keys last for hours. What the vendors allow is far more; nobody needs it.
constexpr double calls_per_second = 2;
constexpr std::size_t largest_token = std::size_t{64} * 1024;

}  // namespace

Result<Credentials, Failure> SessionKeys::fetch(const std::stop_token& stop) {
  const auto parameters = recipe_.parameters();
  if (!parameters) return Unexpected(parameters.error());
  Client client({.endpoint = recipe_.endpoint,
                 .provider = recipe_.provider,
                 .account = recipe_.account,
                 .cloud_service = "sts",
                 .cloud_region = "",
                 .timeout = std::chrono::seconds{5},
                 .ceilings = {{recipe_.action, calls_per_second}}},
                recipe_.make_dialect(),
                {parts_.clock, parts_.transport, *base_, parts_.quotas, parts_.cloud_clock, parts_.instruments,
                 parts_.random, parts_.log},
                stop);
  const auto answer = client.call({.action = recipe_.action,
                                   .parameters = *parameters,
                                   .secrets = {"WebIdentityToken", "OIDCToken", "ExternalId"}});
  const std::string what = recipe_.action + " of " + recipe_.role;
  if (answer) return checked_temporary(recipe_.read(*answer), what, parts_.cloud_clock.now());
  Failure failure = answer.error();
  if (failure.kind == FailureKind::stopped) return Unexpected(std::move(failure));
  const std::string code = failure.code.empty() ? "" : failure.code + ": ";
  failure.sentence = what + " at " + host_header(recipe_.endpoint) + " failed: " + code + failure.sentence;
  failure.kind = FailureKind::credentials;
  failure.retry_after.reset();
  return Unexpected(std::move(failure));
}

Result<std::string, Failure> read_token_file(const std::string& file) {
  auto text = read_text_file(file, largest_token);
  if (!text) return Unexpected(no_keys(file + " " + text.error()));
  const std::size_t first = text->find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return Unexpected(no_keys(file + " is empty"));
  return text->substr(first, text->find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace taskqueue
