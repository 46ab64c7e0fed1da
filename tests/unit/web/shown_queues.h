// A small world of shown queues, as the shelf would give it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "exporter/metrics/snapshot.h"
#include "exporter/refresh/shelf.h"
#include "exporter/utc.h"

namespace taskqueue::web::shown {

inline const WallTime now = *parse_utc("2030-01-02T12:00:00Z");

inline WallTime ago(std::chrono::seconds length) { return now - length; }

inline QueueStatus working() {
  QueueStatus status;
  status.tried = true;
  status.last_refresh_succeeded = true;
  status.last_success = ago(std::chrono::seconds{12});
  status.last_duration = Milliseconds{420};
  status.interval = std::chrono::seconds{30};
  status.stale_after = std::chrono::minutes{5};
  return status;
}

inline Snapshot counted() {
  Snapshot snapshot;
  snapshot.began = ago(std::chrono::seconds{12});
  snapshot.complete = true;
  snapshot.tasks = {{"WorkflowTask", "WAITING", Phase::queued, 1200},
                    {"WorkflowTask", "PROCESSING", Phase::running, 40},
                    {"EditMediaTask", "WAITING", Phase::queued, 34},
                    {"WorkflowTask", "FINISH", Phase::succeeded, 48210},
                    {"WorkflowTask", "FINISH", Phase::failed, 7}};
  snapshot.oldest["WorkflowTask"] = {ago(std::chrono::minutes{5}), ago(std::chrono::hours{2}),
                                     ago(std::chrono::hours{2})};
  snapshot.oldest["EditMediaTask"] = {ago(std::chrono::minutes{42}), std::nullopt, ago(std::chrono::minutes{42})};
  snapshot.oldest_queued = {{"2459-EditMedia-17", "EditMediaTask", ago(std::chrono::minutes{42})}};
  snapshot.longest_running = {{"2459-Workflow-3", "WorkflowTask", ago(std::chrono::hours{2})}};
  return snapshot;
}

inline std::shared_ptr<const Shown> queue(QueueLabels labels, QueueStatus status, std::optional<Snapshot> snapshot) {
  auto shown = std::make_shared<Shown>();
  shown->labels = std::move(labels);
  shown->stale = is_stale(status, now);
  shown->status = std::move(status);
  if (snapshot) shown->snapshot = std::make_shared<const Snapshot>(std::move(*snapshot));
  return shown;
}

inline Failure throttled() {
  Failure failure;
  failure.kind = FailureKind::throttled;
  failure.code = "RequestLimitExceeded";
  failure.sentence = "The API refuses more than 20 requests a second.";
  failure.request_id = "b2c3-77";
  return failure;
}

inline const QueueLabels transcode{"transcode", "mps", "media", ""};
inline const QueueLabels render{"render", "batch", "media", "ap-guangzhou"};

}  // namespace taskqueue::web::shown
