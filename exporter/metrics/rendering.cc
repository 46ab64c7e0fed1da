#include "exporter/metrics/rendering.h"

#include <algorithm>
#include <chrono>

#include "exporter/metrics/family.h"
#include "exporter/metrics/lines.h"

namespace taskqueue {
namespace {

double seconds(Milliseconds duration) { return std::chrono::duration<double>(duration).count(); }

/// Renders one queue, family by family in the catalogue's order.
class QueueRenderer {
 public:
  QueueRenderer(const QueueLabels& labels, const ShownBefore& before)
      : before_(before),
        lines_(label_text({{"queue", labels.queue},
                           {"cloud_service", labels.cloud_service},
                           {"account", labels.account},
                           {"cloud_region", labels.cloud_region}})) {}

  void gauges(const Snapshot& snapshot);
  void counters(const Snapshot& snapshot);
  void status(const QueueStatus& status, const Snapshot* snapshot, WallTime now);
  [[nodiscard]] Rendering take() { return std::move(rendering_); }

 private:
  void end(QueueFamily family);
  [[nodiscard]] const Fragment* shown_before(QueueFamily family) const;
  template <class Number>
  void single(QueueFamily family, Number value) {
    lines_.add(head(family).name, {}, value);
    end(family);
  }
  void oldest(QueueFamily family, const Snapshot& snapshot, std::optional<WallTime> OldestTimes::*which);
  void histograms(QueueFamily family, const Snapshot& snapshot, Histogram TypeCounters::*which);
  void histogram(std::string_view name, std::string_view type, const Histogram& histogram);
  void outcomes(QueueFamily family, const std::map<Phase, std::uint64_t>& counts);

  const ShownBefore before_;
  Lines lines_;
  Rendering rendering_;
};

const Fragment* QueueRenderer::shown_before(QueueFamily family) const {
  if (before_.rendering == nullptr) return nullptr;
  const auto found = std::ranges::find(*before_.rendering, static_cast<FamilyIndex>(family), &Fragment::family);
  return found == before_.rendering->end() ? nullptr : &*found;
}

void QueueRenderer::end(QueueFamily family) {
  const MarkedText& content = lines_.content();
  if (content.text.empty()) return;
  const Fragment* const before = shown_before(family);
  if (before != nullptr && before->lines->content() == content) {
    rendering_.push_back(*before);
  } else {
    auto passage = std::make_shared<const Passage>(MarkedText(content));  // a copy, without room to spare
    if (before != nullptr) passage->prepare_like(*before->lines);
    rendering_.push_back({static_cast<FamilyIndex>(family), std::move(passage)});
  }
  lines_.clear();
}

void QueueRenderer::oldest(QueueFamily family, const Snapshot& snapshot, std::optional<WallTime> OldestTimes::*which) {
  for (const auto& [type, times] : snapshot.oldest) {
    if (times.*which) lines_.add(head(family).name, {{"type", type}}, unix_seconds(*(times.*which)));
  }
  end(family);
}

void QueueRenderer::gauges(const Snapshot& snapshot) {
  for (const TaskCount& each : snapshot.tasks) {
    lines_.add(head(QueueFamily::tasks).name,
               {{"type", each.type}, {"status", each.status}, {"phase", word(each.phase)}}, each.count);
  }
  end(QueueFamily::tasks);
  for (const InstanceCount& each : snapshot.instances) {
    lines_.add(head(QueueFamily::task_instances).name,
               {{"job_id", each.job_id},
                {"job_name", each.job_name},
                {"task", each.task},
                {"status", each.status},
                {"phase", word(each.phase)}},
               each.count);
  }
  end(QueueFamily::task_instances);
  for (const JobCount& each : snapshot.jobs) {
    lines_.add(head(QueueFamily::jobs).name, {{"status", each.status}, {"phase", word(each.phase)}}, each.count);
  }
  end(QueueFamily::jobs);
  if (snapshot.window) single(QueueFamily::window, std::int64_t{snapshot.window->count()});
  oldest(QueueFamily::oldest_queued, snapshot, &OldestTimes::queued);
  oldest(QueueFamily::oldest_running, snapshot, &OldestTimes::running);
  oldest(QueueFamily::oldest_unfinished, snapshot, &OldestTimes::unfinished);
}

void QueueRenderer::histogram(std::string_view name, std::string_view type, const Histogram& histogram) {
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
    below += histogram.buckets[i];
    const bool last = i == task_seconds_bounds.size();
    const std::string bound = last ? "+Inf" : bound_text(static_cast<double>(task_seconds_bounds[i]));
    lines_.add(bucket, {{"type", type}, {"le", bound}}, below);
    lines_.mark(exemplar_text(histogram.exemplars[i]));
  }
  lines_.add(std::string(name) + "_sum", {{"type", type}}, histogram.sum);
  lines_.add(std::string(name) + "_count", {{"type", type}}, below);
}

/// True if both have the same types, and of each the same histogram.
bool is_same(const Snapshot& one, const Snapshot& other, Histogram TypeCounters::*which) {
  return &one == &other || std::ranges::equal(one.counters, other.counters, [&](const auto& left, const auto& right) {
    return left.first == right.first && left.second.*which == right.second.*which;
  });
}

void QueueRenderer::histograms(QueueFamily family, const Snapshot& snapshot, Histogram TypeCounters::*which) {
  const Fragment* const before = shown_before(family);
  if (before != nullptr && before_.snapshot != nullptr && is_same(snapshot, *before_.snapshot, which)) {
    rendering_.push_back(*before);
    return;
  }
  for (const auto& [type, counters] : snapshot.counters) histogram(head(family).name, type, counters.*which);
  end(family);
}

void QueueRenderer::outcomes(QueueFamily family, const std::map<Phase, std::uint64_t>& counts) {
  for (const auto& [outcome, count] : counts) lines_.add(head(family).name, {{"outcome", word(outcome)}}, count);
  end(family);
}

void QueueRenderer::counters(const Snapshot& snapshot) {
  for (const auto& [type, counters] : snapshot.counters) {
    lines_.add(head(QueueFamily::arrived).name, {{"type", type}}, counters.arrived);
  }
  end(QueueFamily::arrived);
  for (const auto& [type, counters] : snapshot.counters) {
    for (const auto& [outcome, count] : counters.finished) {
      lines_.add(head(QueueFamily::finished).name, {{"type", type}, {"outcome", word(outcome)}}, count);
    }
  }
  end(QueueFamily::finished);
  if (snapshot.tells_start) {
    histograms(QueueFamily::wait, snapshot, &TypeCounters::wait);
    histograms(QueueFamily::run, snapshot, &TypeCounters::run);
  }
  histograms(QueueFamily::turnaround, snapshot, &TypeCounters::turnaround);
  outcomes(QueueFamily::instances_finished, snapshot.instances_finished);
  outcomes(QueueFamily::jobs_finished, snapshot.jobs_finished);
}

void QueueRenderer::status(const QueueStatus& status, const Snapshot* snapshot, WallTime now) {
  single(QueueFamily::up, std::int64_t{is_up(status, now)});
  const bool covers_all = snapshot != nullptr && snapshot->complete && snapshot->series_dropped == 0;
  single(QueueFamily::data_complete, std::int64_t{covers_all});
  if (status.last_success) single(QueueFamily::last_success, unix_seconds(*status.last_success));
  single(QueueFamily::refresh_interval, seconds(status.interval));
  if (status.last_duration) single(QueueFamily::refresh_duration, seconds(*status.last_duration));
  for (const auto& [result, count] : status.refreshes) {
    lines_.add(head(QueueFamily::refreshes).name, {{"result", result}}, count);
  }
  end(QueueFamily::refreshes);
  for (const auto& [reason, count] : status.skipped) {
    lines_.add(head(QueueFamily::refreshes_skipped).name, {{"reason", reason}}, count);
  }
  end(QueueFamily::refreshes_skipped);
  single(QueueFamily::series_dropped, snapshot != nullptr ? snapshot->series_dropped : std::uint64_t{0});
  single(QueueFamily::leader, std::int64_t{status.leader});
}

}  // namespace

Rendering render(const QueueLabels& labels, const QueueStatus& status, const Snapshot* snapshot, WallTime now,
                 const ShownBefore& before) {
  QueueRenderer renderer(labels, before);
  if (snapshot != nullptr) {
    if (!status.drops_stale || !is_stale(status, now)) renderer.gauges(*snapshot);
    renderer.counters(*snapshot);
  }
  renderer.status(status, snapshot, now);
  return renderer.take();
}

}  // namespace taskqueue
