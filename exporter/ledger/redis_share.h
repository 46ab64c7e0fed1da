// Everything that replicas share: one Redis with the ledger, who reads which queue, and the quotas.
#pragma once

#include <string>

#include "exporter/clock.h"
#include "exporter/config/config.h"
#include "exporter/ledger/redis.h"
#include "exporter/ledger/redis_leadership.h"
#include "exporter/ledger/redis_ledger.h"
#include "exporter/ledger/redis_quota.h"
#include "exporter/ledger/redis_script.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"
#include "exporter/random.h"

namespace taskqueue {

class RedisShare {
 public:
  /// None is owned.
  struct Parts {
    Clock& clock;
    Random& random;
    Instruments& instruments;
    Log& log;
  };
  /// Connects when first needed. The URL has been checked.
  RedisShare(const Parts& parts, const LedgerConfig& config);

  [[nodiscard]] Ledger& ledger() { return ledger_; }
  [[nodiscard]] RedisLeadership& leadership() { return leadership_; }
  [[nodiscard]] QuotaBook& quotas() { return quotas_; }

 private:
  RemoteRedis redis_;
  RemoteRedis redis_for_leases_;  // so that nothing large is in their way
  RedisScripts scripts_{redis_};
  RedisLedger ledger_;
  RedisLeadership leadership_;
  SharedQuotaBook quotas_;
};

}  // namespace taskqueue
