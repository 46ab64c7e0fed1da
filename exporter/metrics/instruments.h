// Our own counters, gauges and histograms, held by prometheus-cpp and written by the same writer as all else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/call_labels.h"
#include "exporter/metrics/family.h"

namespace taskqueue {

/// Thread-safe. Lives as long as the process, through every reload.
class Instruments {
 public:
  Instruments();
  ~Instruments();
  Instruments(const Instruments&) = delete;
  Instruments& operator=(const Instruments&) = delete;

  /// One request was sent and ended after `seconds`; `code` comes from a bounded set.
  void call(const CallLabels& labels, std::string_view code, double seconds);
  /// Makes the rows of an action that has not been called yet.
  void expect_calls(const CallLabels& labels);
  void throttled(const CallLabels& labels);

  void clock_offset(std::string_view provider, double seconds);
  /// When the account's keys expire; nothing: they do not, or the account is gone.
  void credentials_expiry(std::string_view account, std::optional<WallTime> expiry);
  void bug();
  void reloaded(bool success, WallTime now);
  void scraped(int http_status);
  void ledger(bool up);
  void ledger_write_failed();
  /// Makes the row of a queue that replicas may take over from each other.
  void expect_takeovers(std::string_view queue);
  void took_over(std::string_view queue);
  void ledger_size(std::int64_t bytes);
  /// Makes the row of a queue whose counts may be corrected.
  void expect_corrections(std::string_view queue);
  void ledger_corrected(std::string_view queue);

  /// What they say now.
  [[nodiscard]] std::vector<FamilyText> collect() const;

 private:
  struct Held;
  std::unique_ptr<Held> held_;
};

}  // namespace taskqueue
