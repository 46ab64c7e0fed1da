#include "exporter/ledger/memory_ledger.h"

namespace taskqueue {

Result<Entry, Failure> MemoryLedger::load(const LedgerKey& key) {
  const Lock lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end()) return found->second;
  return Entry{.state = std::make_shared<const QueueState>(), .snapshot = nullptr};
}

Result<Done, Failure> MemoryLedger::commit(const LedgerKey& key, const Entry& next) {
  const Lock lock(mutex_);
  Entry& stored = entries_[key];
  if (stored.generation + 1 != next.generation) {
    return Unexpected(
        Failure{.kind = FailureKind::stopped, .sentence = "somebody else has written this queue's ledger"});
  }
  stored = next;
  return Done{};
}

}  // namespace taskqueue
