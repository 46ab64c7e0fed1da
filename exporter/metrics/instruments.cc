#include "exporter/metrics/instruments.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "exporter/locks.h"
#include "exporter/metrics/lines.h"
#include "exporter/version.h"

namespace taskqueue {
namespace {

using prometheus::ClientMetric;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Labels;

const prometheus::Histogram::BucketBoundaries api_bounds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

Labels labels_of(const CallLabels& call) {
  Labels labels{{"provider", call.provider},
                {"account", call.account},
                {"cloud_service", call.cloud_service},
                {"action", call.action}};
  if (!call.cloud_region.empty()) labels["cloud_region"] = call.cloud_region;
  return labels;
}

template <class Builder>
auto& family(Builder builder, std::string_view name, prometheus::Registry& registry) {
  const FamilyHead& head = own_family(name);
  return builder.Name(std::string(head.name)).Help(std::string(head.help)).Register(registry);
}

std::string labels_text(const ClientMetric& metric) {
  std::string text;
  for (const auto& label : metric.label) {
    const std::string one = label_text({{label.name, label.value}});
    if (!text.empty() && !one.empty()) text += ',';
    text += one;
  }
  return text;
}

void write_histogram(Lines& lines, const std::string& name, const std::string& labels, const ClientMetric& metric) {
  const std::string before_le = labels.empty() ? "" : labels + ",";
  for (const auto& bucket : metric.histogram.bucket) {
    const bool last = bucket.upper_bound > 1e300;
    lines.add_rendered(name + "_bucket", before_le + "le=\"" + (last ? "+Inf" : bound_text(bucket.upper_bound)) + "\"",
                       static_cast<double>(bucket.cumulative_count));
  }
  lines.add_rendered(name + "_sum", labels, metric.histogram.sample_sum);
  lines.add_rendered(name + "_count", labels, static_cast<double>(metric.histogram.sample_count));
}

FamilyText to_text(const prometheus::MetricFamily& collected) {
  const FamilyHead& head = own_family(collected.name);
  std::vector<std::pair<std::string, const ClientMetric*>> metrics;
  for (const ClientMetric& metric : collected.metric) metrics.emplace_back(labels_text(metric), &metric);
  // prometheus-cpp keeps metrics in hash order; people and diffs want them sorted.
  std::ranges::sort(metrics, {}, &std::pair<std::string, const ClientMetric*>::first);
  Lines lines("");
  for (const auto& [labels, metric] : metrics) {
    switch (head.type) {
      case MetricType::gauge: lines.add_rendered(head.name, labels, metric->gauge.value); break;
      case MetricType::counter: lines.add_rendered(head.name, labels, metric->counter.value); break;
      case MetricType::histogram: write_histogram(lines, collected.name, labels, *metric); break;
    }
  }
  return {head, lines.take()};
}

}  // namespace

struct Instruments::Held {
  prometheus::Registry registry;
  Family<Counter>& requests = family(prometheus::BuildCounter(), "taskqueue_api_requests_total", registry);
  Family<prometheus::Histogram>& durations =
      family(prometheus::BuildHistogram(), "taskqueue_api_request_duration_seconds", registry);
  Family<Counter>& throttled = family(prometheus::BuildCounter(), "taskqueue_api_throttled_total", registry);
  Family<Gauge>& offsets = family(prometheus::BuildGauge(), "taskqueue_clock_offset_seconds", registry);
  Family<Gauge>& expiries =
      family(prometheus::BuildGauge(), "taskqueue_credentials_expiry_timestamp_seconds", registry);
  Mutex expiries_mutex;  // a gauge that is removed must not be in anybody's hands
  Gauge& ledger_up = family(prometheus::BuildGauge(), "taskqueue_ledger_up", registry).Add({});
  Counter& ledger_failures =
      family(prometheus::BuildCounter(), "taskqueue_ledger_write_failures_total", registry).Add({});
  Family<Counter>& takeovers = family(prometheus::BuildCounter(), "taskqueue_ledger_takeovers_total", registry);
  Family<Counter>& corrections = family(prometheus::BuildCounter(), "taskqueue_ledger_corrections_total", registry);
  Family<Gauge>& ledger_size = family(prometheus::BuildGauge(), "taskqueue_ledger_size_bytes", registry);
  Counter& bugs = family(prometheus::BuildCounter(), "taskqueue_exporter_bugs_total", registry).Add({});
  Gauge& build_info = family(prometheus::BuildGauge(), "taskqueue_exporter_build_info", registry)
                          .Add({{"version", version}, {"revision", revision}, {"compiler", compiler}});
  Gauge& reload_ok =
      family(prometheus::BuildGauge(), "taskqueue_exporter_config_last_reload_successful", registry).Add({});
  Gauge& reload_time =
      family(prometheus::BuildGauge(), "taskqueue_exporter_config_last_reload_success_timestamp_seconds", registry)
          .Add({});
  Family<Counter>& scrapes = family(prometheus::BuildCounter(), "promhttp_metric_handler_requests_total", registry);
};

Instruments::Instruments() : held_(std::make_unique<Held>()) {
  held_->build_info.Set(1);
  held_->ledger_up.Set(1);
  held_->scrapes.Add({{"code", "200"}});
  held_->scrapes.Add({{"code", "404"}});
  held_->scrapes.Add({{"code", "500"}});
}

Instruments::~Instruments() = default;

void Instruments::call(const CallLabels& labels, std::string_view code, double seconds) {
  Labels with_code = labels_of(labels);
  held_->durations.Add(with_code, api_bounds).Observe(seconds);
  with_code["code"] = std::string(code);
  held_->requests.Add(with_code).Increment();
}

void Instruments::expect_calls(const CallLabels& labels) {
  Labels with_code = labels_of(labels);
  held_->throttled.Add(with_code);
  held_->durations.Add(with_code, api_bounds);
  with_code["code"] = "OK";
  held_->requests.Add(with_code);
}

void Instruments::throttled(const CallLabels& labels) { held_->throttled.Add(labels_of(labels)).Increment(); }

void Instruments::clock_offset(std::string_view provider, double seconds) {
  held_->offsets.Add({{"provider", std::string(provider)}}).Set(seconds);
}

void Instruments::credentials_expiry(std::string_view account, std::optional<WallTime> expiry) {
  const Labels labels{{"account", std::string(account)}};
  const Lock lock(held_->expiries_mutex);
  Gauge& gauge = held_->expiries.Add(labels);
  expiry ? gauge.Set(unix_seconds(*expiry)) : held_->expiries.Remove(&gauge);
}

void Instruments::bug() { held_->bugs.Increment(); }

void Instruments::reloaded(bool success, WallTime now) {
  held_->reload_ok.Set(success ? 1 : 0);
  if (success) held_->reload_time.Set(unix_seconds(now));
}

void Instruments::scraped(int http_status) { held_->scrapes.Add({{"code", std::to_string(http_status)}}).Increment(); }

void Instruments::ledger(bool up) { held_->ledger_up.Set(up ? 1 : 0); }

void Instruments::ledger_write_failed() { held_->ledger_failures.Increment(); }

void Instruments::expect_takeovers(std::string_view queue) {
  held_->takeovers.Add({{"queue", std::string(queue)}});
}

void Instruments::took_over(std::string_view queue) {
  held_->takeovers.Add({{"queue", std::string(queue)}}).Increment();
}

void Instruments::ledger_size(std::int64_t bytes) { held_->ledger_size.Add({}).Set(static_cast<double>(bytes)); }

void Instruments::expect_corrections(std::string_view queue) {
  held_->corrections.Add({{"queue", std::string(queue)}});
}

void Instruments::ledger_corrected(std::string_view queue) {
  held_->corrections.Add({{"queue", std::string(queue)}}).Increment();
}

std::vector<FamilyText> Instruments::collect() const {
  std::vector<FamilyText> families;
  for (const prometheus::MetricFamily& collected : held_->registry.Collect()) families.push_back(to_text(collected));
  return families;
}

}  // namespace taskqueue
