// A queue as the configuration wants it, ready to be read.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "exporter/config/config.h"
#include "exporter/ledger/ledger.h"
#include "exporter/tally/tally.h"

namespace taskqueue {

/// What a queue was made from: a reload that changes none of it leaves the queue alone.
struct Recipe {
  QueueConfig queue;
  AccountConfig account;
  Guards guards;

  bool operator==(const Recipe&) const = default;
};

struct QueuePlan {
  Recipe recipe;
  LedgerKey key;
  std::string lane;  // account and service: at most four refreshes of a lane run at once
  /// Makes the tally with its reader and client; `stop` ends their calls.
  std::function<std::unique_ptr<Tally>(std::stop_token stop)> make_tally;
};

}  // namespace taskqueue
