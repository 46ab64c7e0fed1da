// A ledger that lives as long as the process.
#pragma once

#include <map>

#include "exporter/ledger/ledger.h"
#include "exporter/locks.h"

namespace taskqueue {

class MemoryLedger final : public Ledger {
 public:
  [[nodiscard]] Result<Entry, Failure> load(const LedgerKey& key) override;
  [[nodiscard]] Result<Done, Failure> commit(const LedgerKey& key, const Entry& next) override;

 private:
  Mutex mutex_;
  std::map<LedgerKey, Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue
