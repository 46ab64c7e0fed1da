// About ten thousand series: nine busy queues, each with all that a queue of tasks shows.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "exporter/metrics/queue_status.h"
#include "exporter/metrics/snapshot.h"

namespace taskqueue::bench {

struct BusyQueue {
  QueueLabels labels;
  QueueStatus status;
  Snapshot snapshot;
};

inline TypeCounters counters(std::uint64_t seed, const std::string& id, WallTime now) {
  TypeCounters made;
  made.arrived = 40'000 + 37 * seed;
  made.finished = {{Phase::succeeded, 39'000 + 31 * seed}, {Phase::failed, seed}};
  for (Histogram* histogram : {&made.wait, &made.run, &made.turnaround}) {
    std::uint64_t bucket = 0;
    for (const auto bound : task_seconds_bounds) {
      const double seconds = static_cast<double>(bound) - 0.25;
      histogram->observe(seconds, {.task_id = id + std::to_string(++bucket), .value = seconds, .when = now});
      histogram->buckets.at(bucket - 1) += (seed * bucket * 7919) % 5'000;
    }
  }
  return made;
}

/// About sixty series a type.
inline BusyQueue busy_queue(std::uint64_t number, WallTime now, std::size_t most_types = 18) {
  static constexpr std::array<const char*, 18> types{
      "WorkflowTask",     "EditMediaTask",      "LiveProcessTask", "Procedure",     "EditMedia",
      "SplitMedia",       "ReduceMediaBitrate", "ComposeMedia",    "WechatPublish", "WechatDistribute",
      "ReviewAudioVideo", "PullUpload",         "FastEditMedia",   "ImportImage",   "ExportImage",
      "RedeployInstance", "ModifyDiskSpec",     "ArchiveSnapshot"};
  BusyQueue queue{.labels = {"transcode-" + std::to_string(number), "mps", "media", ""}, .status = {}, .snapshot = {}};
  queue.status.tried = queue.status.last_refresh_succeeded = true;
  queue.status.last_success = now;
  queue.status.last_duration = std::chrono::milliseconds{420};
  queue.status.interval = std::chrono::seconds{30};
  queue.status.stale_after = std::chrono::hours{24};
  queue.status.refreshes = {{"success", 1000 + number}, {"partial", 1}, {"throttled", 2}, {"timeout", 0}};
  Snapshot& snapshot = queue.snapshot;
  snapshot.began = now;
  snapshot.complete = snapshot.tells_start = true;
  snapshot.window = std::chrono::hours{168};
  std::uint64_t seed = number * 1000;
  for (const std::string type : types) {
    if (seed == number * 1000 + most_types) break;
    ++seed;
    const auto many = static_cast<std::int64_t>(seed);
    snapshot.tasks.push_back({type, "WAITING", Phase::queued, many % 97});
    snapshot.tasks.push_back({type, "PROCESSING", Phase::running, many % 13});
    snapshot.tasks.push_back({type, "FINISH", Phase::succeeded, 39 * many});
    snapshot.tasks.push_back({type, "FINISH", Phase::failed, many % 31});
    snapshot.oldest[type] = {now - std::chrono::seconds{seed}, now - std::chrono::seconds{2 * seed},
                             now - std::chrono::seconds{3 * seed}};
    snapshot.counters[type] = counters(seed, "2459-" + type + "-" + std::to_string(seed) + "-", now);
  }
  return queue;
}

/// About 1,100 series each.
inline std::vector<BusyQueue> busy_queues(std::uint64_t count, WallTime now) {
  std::vector<BusyQueue> queues;
  for (std::uint64_t number = 1; number <= count; ++number) queues.push_back(busy_queue(number, now));
  return queues;
}

inline std::vector<BusyQueue> ten_thousand_series(WallTime now) { return busy_queues(9, now); }

}  // namespace taskqueue::bench
