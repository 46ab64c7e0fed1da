// The names of what we keep in Redis. All of a queue's have one hash tag, so that a script may use them together.
#pragma once

#include <string>

#include "exporter/ledger/ledger.h"
#include "exporter/metrics/call_labels.h"

namespace taskqueue {

struct QueueKeys {
  std::string lease;    // text: who reads the queue; ends by itself
  std::string reign;    // hash: epoch, which grows with each new reader, and who that was
  std::string entry;    // hash: line, generation, and the records
  std::string shown;    // hash: records of an entry without a state, for those who only show it
  std::string aside;    // an entry that could not be read
  std::string report;   // hash: how the last refresh went, and news, which grows with each report
};
[[nodiscard]] QueueKeys queue_keys(const std::string& prefix, const LedgerKey& queue);

struct QuotaKeys {
  std::string pace;    // hash: rate, permissions, when they were right
  std::string recent;  // sorted set: requests of the last second, by when they count no more
};
[[nodiscard]] QuotaKeys quota_keys(const std::string& prefix, const CallLabels& call);

}  // namespace taskqueue
