#include "exporter/ledger/redis_report.h"

#include <array>
#include <charconv>
#include <map>
#include <string_view>

namespace taskqueue {
namespace {

constexpr std::array kinds{FailureKind::throttled,   FailureKind::network,    FailureKind::timeout,
                           FailureKind::server,      FailureKind::credentials, FailureKind::permission,
                           FailureKind::request,     FailureKind::not_found,  FailureKind::answer,
                           FailureKind::stopped};

std::string text_of(const std::optional<WallTime>& time) {
  return time ? std::to_string(time->time_since_epoch().count()) : "";
}

std::optional<Milliseconds> milliseconds(const std::string& text) {
  Milliseconds::rep value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Milliseconds{value};
}

std::optional<WallTime> time_from(const std::string& text) {
  const auto value = milliseconds(text);
  if (!value) return std::nullopt;
  return WallTime{*value};
}

FailureKind kind_from(const std::string& text) {
  for (const FailureKind kind : kinds) {
    if (word(kind) == text) return kind;
  }
  return FailureKind::answer;
}

}  // namespace

std::vector<std::string> fields_of(const Report& report) {
  const Failure none{.kind = FailureKind::stopped};
  const Failure& failure = report.failure ? *report.failure : none;
  return {"succeeded",      report.succeeded ? "1" : "0",
          "last_success_ms", text_of(report.last_success),
          "duration_ms",    report.duration ? std::to_string(report.duration->count()) : "",
          "interval_ms",    std::to_string(report.interval.count()),
          "failure",        report.failure ? std::string(word(failure.kind)) : "",
          "code",           failure.code,
          "sentence",       failure.sentence,
          "request_id",     failure.request_id,
          "failure_at_ms",  text_of(report.failure_at)};
}

std::optional<Report> report_from(const RedisReply& hash) {
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i + 1 < hash.items.size(); i += 2) fields[hash.items[i].text] = hash.items[i + 1].text;
  if (!fields.contains("succeeded")) return std::nullopt;
  Report report{.succeeded = fields["succeeded"] == "1",
                .last_success = time_from(fields["last_success_ms"]),
                .duration = milliseconds(fields["duration_ms"]),
                .interval = milliseconds(fields["interval_ms"]).value_or(Milliseconds{0}),
                .failure_at = time_from(fields["failure_at_ms"])};
  if (!fields["failure"].empty()) {
    report.failure = Failure{.kind = kind_from(fields["failure"]),
                             .code = fields["code"],
                             .sentence = fields["sentence"],
                             .request_id = fields["request_id"]};
  }
  return report;
}

}  // namespace taskqueue
