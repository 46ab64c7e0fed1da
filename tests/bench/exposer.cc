// The same ten thousand series served by prometheus-cpp's own server.
//   exposer [QUEUES]
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "exporter/clock.h"
#include "exporter/metrics/family.h"
#include "exporter/metrics/lines.h"
#include "tests/bench/ten_thousand.h"

using namespace taskqueue;

namespace {

using prometheus::Labels;

class Filler {
 public:
  explicit Filler(prometheus::Registry& registry) : registry_(registry) {}

  void fill(const bench::BusyQueue& queue);

 private:
  template <class Builder>
  auto& family(Builder builder, QueueFamily which) {
    return builder.Name(std::string(head(which).name)).Help(help_text(head(which))).Register(registry_);
  }
  Labels with(Labels more) const {
    more.insert(shared_.begin(), shared_.end());
    return more;
  }
  void gauge(QueueFamily which, double value, Labels labels = {}) {
    family(prometheus::BuildGauge(), which).Add(with(std::move(labels))).Set(value);
  }
  void counter(QueueFamily which, double value, Labels labels) {
    family(prometheus::BuildCounter(), which).Add(with(std::move(labels))).Increment(value);
  }
  void histogram(QueueFamily which, const Histogram& counts, const std::string& type);

  prometheus::Registry& registry_;
  Labels shared_;
};

void Filler::histogram(QueueFamily which, const Histogram& counts, const std::string& type) {
  const prometheus::Histogram::BucketBoundaries bounds(task_seconds_bounds.begin(), task_seconds_bounds.end());
  std::vector<double> increments(counts.buckets.begin(), counts.buckets.end());
  family(prometheus::BuildHistogram(), which)
      .Add(with({{"type", type}}), bounds)
      .ObserveMultiple(increments, counts.sum);
}

void Filler::fill(const bench::BusyQueue& queue) {
  using enum QueueFamily;
  shared_ = {
      {"queue", queue.labels.queue}, {"cloud_service", queue.labels.cloud_service}, {"account", queue.labels.account}};
  for (const auto& task : queue.snapshot.tasks) {
    gauge(tasks, static_cast<double>(task.count),
          {{"type", task.type}, {"status", task.status}, {"phase", std::string(word(task.phase))}});
  }
  for (const auto& [type, times] : queue.snapshot.oldest) {
    gauge(oldest_queued, unix_seconds(*times.queued), {{"type", type}});
    gauge(oldest_running, unix_seconds(*times.running), {{"type", type}});
    gauge(oldest_unfinished, unix_seconds(*times.unfinished), {{"type", type}});
  }
  for (const auto& [type, counts] : queue.snapshot.counters) {
    counter(arrived, static_cast<double>(counts.arrived), {{"type", type}});
    for (const auto& [outcome, count] : counts.finished) {
      counter(finished, static_cast<double>(count), {{"type", type}, {"outcome", std::string(word(outcome))}});
    }
    histogram(wait, counts.wait, type);
    histogram(run, counts.run, type);
    histogram(turnaround, counts.turnaround, type);
  }
  gauge(window, 604800);
  gauge(up, 1);
  gauge(data_complete, 1);
  gauge(last_success, unix_seconds(*queue.status.last_success));
  gauge(refresh_interval, 30);
  gauge(refresh_duration, 0.42);
  for (const auto& [result, count] : queue.status.refreshes) {
    counter(refreshes, static_cast<double>(count), {{"result", result}});
  }
  gauge(series_dropped, 0);
  gauge(leader, 1);
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const SystemClock clock;
  const auto registry = std::make_shared<prometheus::Registry>();
  Filler filler(*registry);
  const std::uint64_t queues = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 9;
  for (const auto& queue : bench::busy_queues(queues, clock.wall_now())) filler.fill(queue);
  prometheus::Exposer exposer("127.0.0.1:0", 8);
  exposer.RegisterCollectable(registry);
  std::printf("listens on http://127.0.0.1:%d\n", exposer.GetListeningPorts().at(0));
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&signals, &signal);
}
