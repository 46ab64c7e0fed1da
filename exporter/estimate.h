// --config.estimate: what a configuration will ask of each API, and what the limiters will allow. Calls nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "exporter/call_model.h"
#include "exporter/config/config.h"

namespace taskqueue {

/// One queue in one region. The interval in force is the configured one, or what limits stretch it to on average.
struct QueueEstimate {
  std::string queue;
  std::string service;
  std::string region;
  Milliseconds configured{0};
  Milliseconds in_force{0};
  bool keeps_up = true;                     // false: no interval is long enough
  std::optional<std::size_t> held_up_by{};  // into AccountEstimate::actions: what forces the interval
  bool has_expectation = false;
  double sweep_calls = 0;  // of the first reading, once; 0: unknown

  bool operator==(const QueueEstimate&) const = default;
};

/// Calls per second of one queue.
struct QueueCalls {
  std::size_t queue = 0;  // into AccountEstimate::queues
  double idle = 0;        // the floor: nothing happens
  double wanted = 0;      // with what is expected, at the configured interval
  double in_force = 0;    // with what is expected, at the interval in force
};

/// Everything that one limiter lets through.
struct ActionEstimate {
  std::string service;
  std::string region;
  std::string action;
  double limit = 0;  // requests per second
  bool is_own_limit = false;
  double ceiling = 0;  // limit times quota_share
  std::vector<QueueCalls> queues;

  [[nodiscard]] double sum(double QueueCalls::*calls) const;
};

struct AccountEstimate {
  std::string name;
  std::string provider;
  std::vector<QueueEstimate> queues;
  std::vector<ActionEstimate> actions;
};

struct Estimate {
  double quota_share = 0;
  std::vector<AccountEstimate> accounts;  // those that queues use, by name
};

[[nodiscard]] Estimate estimate(const Config& config);

/// The calls per second of one queue at an interval, idle or with what is expected of it.
[[nodiscard]] CallRates call_rates(const QueueConfig& queue, const QueueLoad& load, Milliseconds interval);

/// What is expected of a queue; idle where nothing is.
[[nodiscard]] QueueLoad load_of(const QueueConfig& queue);

}  // namespace taskqueue
