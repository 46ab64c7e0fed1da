#include "exporter/api/client.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

#include "exporter/api/redaction.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

constexpr int most_attempts = 3;
constexpr Milliseconds keys_stay_fresh = std::chrono::seconds{1};
// A longer silence than this is left to the next refresh: the limiter keeps it in any case.
constexpr Milliseconds longest_pause = std::chrono::seconds{5};

/// Hides what of the request is secret: keys, token, signature, and parameters that say so.
Redaction redaction_of(const Call& call, const Credentials& credentials, const HttpRequest& request) {
  constexpr std::string_view signature = "Signature=";
  Redaction redaction;
  redaction.hide(credentials.key.reveal());
  redaction.hide(credentials.token.reveal());
  for (const std::string& name : call.secrets) redaction.hide(call.parameters.value(name, ""));
  for (const Header& header : request.headers) {
    const std::size_t place = header.name == "Authorization" ? header.value.rfind(signature) : std::string::npos;
    if (place != std::string::npos) redaction.hide(header.value.substr(place + signature.size()));
  }
  return redaction;
}

Failure told_to_stop() { return Failure{.kind = FailureKind::stopped, .sentence = "stopped"}; }

}  // namespace

Client::Client(ClientTarget target, std::unique_ptr<const Dialect> dialect, const ClientParts& parts,
               std::stop_token stop)
    : target_(std::move(target)),
      host_(host_header(target_.endpoint)),
      dialect_(std::move(dialect)),
      parts_(parts),
      stop_(std::move(stop)) {
  for (const auto& [action, ceiling] : target_.ceilings) {
    CallLabels labels{target_.provider, target_.account, target_.cloud_service, target_.cloud_region, action};
    parts_.instruments.expect_calls(labels);
    lines_.emplace(action, Line{parts_.quotas.open(labels, ceiling), labels});
  }
}

Result<Answer, Failure> Client::call(const Call& call) {
  Line& line = lines_.at(call.action);
  bool clock_was_set = false;
  bool keys_were_changed = false;
  for (int attempts = 1;; ++attempts) {
    // Keys first: calls that have their permission and wait for keys would all leave at once.
    auto credentials = parts_.credentials.get(stop_);
    if (!credentials) return Unexpected(credentials.error());
    const SteadyTime had_keys = parts_.clock.steady_now();
    const auto taken = line.quota->take(call.urgency, stop_);
    if (!taken) return Unexpected(told_to_stop());
    if (parts_.clock.steady_now() - had_keys > keys_stay_fresh) credentials = parts_.credentials.get(stop_);
    if (!credentials) return Unexpected(credentials.error());
    Result<Answer, Failure> outcome = attempt(call, line, *taken, *credentials);
    if (outcome || attempts == most_attempts) return outcome;
    const Failure& failure = outcome.error();
    // The refusal told us the time: with the right one the same call is worth one more try.
    const bool is_clock_fault = dialect_->is_clock_fault(failure.code);
    if (is_clock_fault && !std::exchange(clock_was_set, true)) continue;
    // Keys may expire, or be withdrawn, between one call and the next.
    const bool is_keys_fault = failure.kind == FailureKind::credentials && !is_clock_fault;
    if (is_keys_fault && !std::exchange(keys_were_changed, true) && has_other_keys_than(*credentials)) continue;
    const Milliseconds pause = pause_before_retry(attempts, failure);
    if (!is_worth_retrying(failure.kind) || pause > longest_pause) return outcome;
    if (!parts_.clock.sleep_until(parts_.clock.steady_now() + pause, stop_)) return Unexpected(told_to_stop());
  }
}

bool Client::has_other_keys_than(const Credentials& refused) const {
  parts_.credentials.refused(refused);
  const auto others = parts_.credentials.get(stop_);
  return others && *others != refused;
}

SteadyTime Client::ready(const std::string& action, Urgency urgency) const {
  const auto line = lines_.find(action);
  return line == lines_.end() ? SteadyTime::max() : line->second.quota->next(urgency);
}

Result<Answer, Failure> Client::attempt(const Call& call, Line& line, SteadyTime taken,
                                        const Credentials& credentials) {
  const SteadyTime began = parts_.clock.steady_now();
  const WallTime sent = parts_.clock.wall_now();
  const Signing signing{credentials, host_, parts_.cloud_clock.now(), nonce(parts_.random)};
  const HttpRequest request = dialect_->request(call, signing);
  auto response = parts_.transport.send(target_.endpoint, request, began + target_.timeout, stop_);

  int status = 0;
  Result<Answer, Failure> outcome = Unexpected(Failure{});
  if (response) {
    line.quota->answered(taken);
    status = response->status;
    outcome = dialect_->judge(*response);
    const bool is_clock_fault = !outcome && dialect_->is_clock_fault(outcome.error().code);
    const auto date = parse_http_date(response->header("Date"));
    const bool is_dated = date && parts_.cloud_clock.learn(*date, sent, is_clock_fault);
    const Redaction redaction = redaction_of(call, credentials, request);
    if (outcome) {
      outcome->date = is_dated ? *date : parts_.cloud_clock.now();
      outcome->request_id = redaction.apply(std::move(outcome->request_id));
    } else {
      outcome = Unexpected(redaction.apply(std::move(outcome).error()));
    }
  } else {
    outcome = Unexpected(std::move(response).error());
  }
  account_for(line, outcome, status, std::chrono::duration<double>(parts_.clock.steady_now() - began).count());
  return outcome;
}

void Client::account_for(const Line& line, const Result<Answer, Failure>& outcome, int status, double seconds) {
  const std::string code = outcome ? "OK" : code_of(outcome.error(), status);
  parts_.instruments.call(line.labels, code, seconds);
  if (!outcome && outcome.error().kind == FailureKind::throttled) {
    parts_.instruments.throttled(line.labels);
    line.quota->throttled(outcome.error().retry_after);
  }
  if (!parts_.log.shows(LogLevel::debug)) return;  // before a text is made of every number
  parts_.log.debug("api", "called",
                   {{"account", target_.account},
                    {"cloud_service", target_.cloud_service},
                    {"action", line.labels.action},
                    {"code", code},
                    {"seconds", std::to_string(seconds)},
                    {"request_id", outcome ? outcome->request_id : outcome.error().request_id}});
}

std::string Client::code_of(const Failure& failure, int status) const {
  if (!failure.code.empty()) return dialect_->is_documented(failure.code) ? failure.code : "other";
  if (failure.kind == FailureKind::timeout || failure.kind == FailureKind::network)
    return std::string(word(failure.kind));
  if (status >= 500) return "http_5xx";
  if (status >= 400) return "http_4xx";
  return "other";
}

Milliseconds Client::pause_before_retry(int attempts, const Failure& failure) {
  if (failure.retry_after) return *failure.retry_after;
  const Milliseconds longest{failure.kind == FailureKind::throttled ? 2000 << (attempts - 1) : 500 << (attempts - 1)};
  // Half fixed, half drawn, so that clients that failed together do not come back together.
  const auto drawn =
      static_cast<Milliseconds::rep>(parts_.random.bits() % static_cast<std::uint64_t>(longest.count() / 2));
  return longest / 2 + Milliseconds{drawn};
}

}  // namespace taskqueue
