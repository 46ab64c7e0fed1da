#include "exporter/refresh/shelf.h"

#include <utility>

namespace taskqueue {
namespace {

/// `before`: what was shown of the queue until now, or null.
std::shared_ptr<const Shown> show(QueueLabels labels, QueueStatus status, std::shared_ptr<const Snapshot> snapshot,
                                  WallTime now, const Shown* before) {
  auto shown = std::make_shared<Shown>();
  shown->labels = std::move(labels);
  shown->status = std::move(status);
  shown->snapshot = std::move(snapshot);
  shown->stale = is_stale(shown->status, now);
  ShownBefore shown_before;
  if (before != nullptr) shown_before = {&before->rendering, before->snapshot.get()};
  shown->rendering = render(shown->labels, shown->status, shown->snapshot.get(), now, shown_before);
  return shown;
}

}  // namespace

void Shelf::arrange(const std::vector<QueueLabels>& queues) {
  const Lock lock(mutex_);
  View arranged;
  std::map<QueueLabels, std::size_t> places;
  for (const QueueLabels& labels : queues) {
    const auto kept = places_.find(labels);
    places.emplace(labels, arranged.size());
    arranged.push_back(kept != places_.end() ? shown_[kept->second] : show(labels, {}, nullptr, WallTime{}, nullptr));
  }
  shown_ = std::move(arranged);
  places_ = std::move(places);
}

void Shelf::publish(const QueueLabels& queue, QueueStatus status, std::shared_ptr<const Snapshot> snapshot,
                    WallTime now) {
  const auto before = find(queue);
  if (!before) return;
  std::shared_ptr<const Shown> shown = show(queue, std::move(status), std::move(snapshot), now, before.get());
  const Lock lock(mutex_);
  const auto place = places_.find(queue);
  if (place != places_.end()) shown_[place->second].swap(shown);
}

void Shelf::restate(const QueueLabels& queue, QueueStatus status, WallTime now) {
  if (const auto before = find(queue)) publish(queue, std::move(status), before->snapshot, now);
}

std::shared_ptr<const Shown> Shelf::find(const QueueLabels& queue) {
  const Lock lock(mutex_);
  const auto place = places_.find(queue);
  return place == places_.end() ? nullptr : shown_[place->second];
}

Shelf::View Shelf::view(WallTime now) {
  View view;
  {
    const Lock lock(mutex_);
    view = shown_;
  }
  for (auto& each : view) {
    if (each->stale == is_stale(each->status, now)) continue;
    const auto before = std::exchange(each, show(each->labels, each->status, each->snapshot, now, each.get()));
    const Lock lock(mutex_);
    const auto place = places_.find(each->labels);
    // For the next viewer, unless something newer stands there by now.
    if (place != places_.end() && shown_[place->second] == before) shown_[place->second] = each;
  }
  return view;
}

}  // namespace taskqueue
