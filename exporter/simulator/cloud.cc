#include "exporter/simulator/cloud.h"

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "exporter/simulator/alibaba_door.h"
#include "exporter/simulator/chance.h"
#include "exporter/simulator/tencent_door.h"

namespace taskqueue::simulator {
namespace {

/// RFC 9110's IMF-fixdate.
std::string http_date(WallTime time) {
  static constexpr std::array<const char*, 7> week{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> year{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - midnight)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                week[std::chrono::weekday{midnight}.c_encoding()], unsigned{date.day()},
                year[unsigned{date.month()} - 1], int{date.year()}, static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text.data();
}

Answer json_answer(std::string body) {
  return {.headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

Answer html_answer(int status) {
  return {
      .status = status,
      .headers = {{"Content-Type", "text/html"}},
      .body = "<html><head><title>" + std::to_string(status) + "</title></head><body><h1>Gateway</h1></body></html>\n"};
}

/// What a fault makes of the answer that would have been right.
void spoil(Answer& answer, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::http:
      answer = {.status = fault.status == 0 ? 503 : fault.status,
                .headers = {{"Content-Type", "text/plain"}},
                .body = "the service is not available\n"};
      break;
    case FaultKind::html: answer = html_answer(fault.status == 0 ? 502 : fault.status); break;
    case FaultKind::garbage:
      answer = json_answer(answer.body.substr(0, answer.body.size() / 2) + "\xff\xfe{[\"\n");
      break;
    case FaultKind::hang: answer.fault = WireFault::hang; break;
    case FaultKind::close: answer.fault = WireFault::close; break;
    case FaultKind::cut: answer.fault = WireFault::cut; break;
    case FaultKind::drip: answer.fault = WireFault::drip; break;
    case FaultKind::slow: answer.delay = fault.after; break;
    case FaultKind::error:
      if (fault.status != 0) answer.status = fault.status;
      break;
  }
  if (fault.retry_after) answer.headers.push_back({"x-acs-retry-after", std::to_string(fault.retry_after->count())});
}

}  // namespace

Cloud::Cloud(CloudPlan plan, const Clock& clock)
    : clock_(clock),
      estate_(std::move(plan)),
      keys_(estate_),
      metadata_(estate_, keys_),
      faults_(estate_.plan().seed),
      timeline_(clock.wall_now() - estate_.plan().lead),
      quirks_(estate_.plan().quirks),
      limits_(estate_.plan().limits) {}

Answer Cloud::handle(const Request& request) {
  const bool is_control = request.path().starts_with("/control/");
  const bool is_metadata = !Metadata::question(request).empty();
  Answer answer = is_control ? control(request) : is_metadata ? serve_metadata(request) : serve(request);
  Milliseconds skew{0};
  {
    const Lock lock(mutex_);
    skew = skew_;
  }
  answer.headers.push_back({"Date", http_date(clock_.wall_now() + skew)});
  return answer;
}

Answer Cloud::serve(const Request& request) {
  const Caller caller = is_for_alibaba(request) ? alibaba_caller(request, keys_) : tencent_caller(request, keys_);
  const std::string account = caller.account == nullptr ? std::string() : caller.account->name;
  const MeterKey key{account, caller.service, caller.action, caller.region};
  const bool within_limit = meter_.arrive(key, limit(caller.service + "." + caller.action), clock_);
  const auto fault = faults_.strike({caller.service, caller.action, account});

  Served served;
  if (fault && fault->kind == FaultKind::error) {
    served.answer = error_answer(request, {fault->code, fault->message}, next_request_id());
    served.code = fault->code;
  } else {
    served = decide(request, caller, within_limit);
  }
  if (fault) spoil(served.answer, *fault);
  const bool replaced = fault && fault->kind != FaultKind::error && fault->kind != FaultKind::slow;
  meter_.answered(key, replaced ? word(fault->kind) : served.code);
  return std::move(served.answer);
}

Answer Cloud::serve_metadata(const Request& request) {
  const MeterKey key{"", "metadata", Metadata::question(request), ""};
  static_cast<void>(meter_.arrive(key, 0, clock_));
  const auto fault = faults_.strike({key.service, key.action, key.account});
  Answer answer = metadata_.answer(request, clock_.wall_now());
  if (fault) spoil(answer, *fault);
  meter_.answered(key, fault ? word(fault->kind) : std::to_string(answer.status));
  return answer;
}

Cloud::Served Cloud::decide(const Request& request, const Caller& caller, bool within_limit) {
  if (request.path() != "/") return {html_answer(404), "http_404"};
  const WallTime now = clock_.wall_now();
  const Quirks behaviour = quirks(caller.service);
  std::optional<Moment> moment;
  {
    const Lock lock(mutex_);
    moment.emplace(Moment{estate_, keys_, timeline_, now, now + skew_, behaviour, within_limit});
  }
  const std::string request_id = next_request_id();
  moment->lag = lag(behaviour.stale);
  const bool alibaba = is_for_alibaba(request);
  auto body = alibaba ? alibaba_answer(request, caller, *moment, nonces_, request_id)
                      : tencent_answer(request, caller, *moment, request_id);
  if (!body) return {error_answer(request, body.error(), request_id), body.error().code};
  Answer answer = json_answer(std::move(*body));
  if (alibaba && wants_xml(request)) answer.headers.front().value = "text/xml;charset=utf-8";
  return {std::move(answer), "OK"};
}

/// Tencent says 200 to everything; Alibaba has a status for each.
Answer Cloud::error_answer(const Request& request, const ApiError& error, const std::string& request_id) const {
  if (!is_for_alibaba(request)) return json_answer(tencent_error(error, request_id));
  Answer answer = json_answer(alibaba_error(request, error, request_id));
  answer.status = error.status;
  if (wants_xml(request)) answer.headers.front().value = "text/xml;charset=utf-8";
  return answer;
}

/// The form of a UUID, told by the seed and how many answers there were before.
std::string Cloud::next_request_id() {
  const std::uint64_t number = ++answers_;
  const std::uint64_t high = draw(estate_.plan().seed, number, 31);
  const std::uint64_t low = draw(estate_.plan().seed, number, 32);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32U),
                static_cast<unsigned>((high >> 16U) & 0xffffU), static_cast<unsigned>(high & 0xffffU),
                static_cast<unsigned>(low >> 48U),
                static_cast<unsigned long long>(low & 0xffffffffffffU));  // NOLINT(google-runtime-int)
  return text.data();
}

/// Drawn for each answer by itself, so that the pages of one listing may disagree.
Milliseconds Cloud::lag(Milliseconds most) const {
  if (most.count() == 0) return most;
  const double part = share(draw(estate_.plan().seed, answers_.load(), 33));
  return Milliseconds{static_cast<std::int64_t>(part * static_cast<double>(most.count()))};
}

Quirks Cloud::quirks(const std::string& service) {
  const Lock lock(mutex_);
  const auto found = quirks_.find(service);
  return found == quirks_.end() ? documented_quirks(service) : found->second;
}

double Cloud::limit(const std::string& action) {
  const Lock lock(mutex_);
  const auto found = limits_.find(action);
  return found == limits_.end() ? documented_limit(action) : found->second;
}

}  // namespace taskqueue::simulator
