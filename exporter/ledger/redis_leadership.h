// Leases in Redis: one for each queue, with an epoch that grows with each new reader.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/ledger/lease.h"
#include "exporter/ledger/leadership.h"
#include "exporter/ledger/redis_keys.h"
#include "exporter/ledger/redis_ledger.h"
#include "exporter/ledger/redis_script.h"
#include "exporter/locks.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"

namespace taskqueue {

/// A queue that this replica could read.
struct Candidate {
  LedgerKey queue;
  Milliseconds interval{0};
};

class RedisLeadership final : public Leadership {
 public:
  /// None is owned. `redis` has connections of its own, so that nothing large holds up a lease.
  struct Parts {
    Clock& clock;
    Redis& redis;
    RedisLedger& ledger;
    Instruments& instruments;
    Log& log;
    std::string prefix;
    std::string name;  // of this replica; no other one has it
  };
  explicit RedisLeadership(const Parts& parts);

  /// Makes these the queues; leases of others are given back.
  void arrange(const std::vector<Candidate>& candidates);

  /// Asks for all leases that are due. Called by one thread at a time.
  void ask();

  /// Asks, again and again, and tells which queue is to be looked at: it has become ours or another's, or its reader has
  /// news.
  void run(const std::stop_token& stop, const std::function<void(const LedgerKey&)>& tell);

  /// The queues to be looked at, once each.
  [[nodiscard]] std::vector<LedgerKey> take_news();

  /// Gives all leases back, so that another replica reads at once.
  void resign();

  /// Ends the terms that are over by our own clock. Every permission to call a cloud begins with it.
  void end_overdue();

  [[nodiscard]] std::optional<Term> term(const LedgerKey& queue) override;
  [[nodiscard]] Result<std::optional<Showing>, Failure> follow(const LedgerKey& queue) override;
  void report(const LedgerKey& queue, const Report& report) override;

 private:
  struct Place {
    Place(const Candidate& candidate, const std::string& prefix)
        : interval(candidate.interval), keys(queue_keys(prefix, candidate.queue)), lease(candidate.interval) {}
    Milliseconds interval;
    QueueKeys keys;
    Lease lease;
    std::optional<std::stop_source> term{};  // under way
    std::uint64_t number = 0;                // of the last term
    std::uint64_t generation = 0;            // as last heard
    std::uint64_t news = 0;
    bool heard = false;
    std::optional<LeaseAnswer> followed{};  // what was current when we last looked
    bool has_news = false;                  // to be told to who shows the queue
  };
  struct Question {
    LedgerKey queue;
    ScriptCall call;
  };
  std::vector<Question> questions(SteadyTime now);
  void hear(const std::vector<Question>& questions, const Result<std::vector<RedisReply>, Failure>& replies,
            SteadyTime asked);
  void take(const LedgerKey& queue, const RedisReply& reply, SteadyTime asked);
  void tell_of(const LedgerKey& queue, const LeaseAnswer& answer) const;
  void note_reachable(const std::optional<Failure>& failure);
  [[nodiscard]] SteadyTime next_ask();
  [[nodiscard]] Milliseconds patience(SteadyTime now);
  void give_back(const std::vector<QueueKeys>& leases);

  // Constant after construction.
  const Parts parts_;

  RedisScripts scripts_;  // thread-safe

  Mutex mutex_;
  std::condition_variable_any changed_;
  std::map<LedgerKey, Place> places_ GUARDED_BY(mutex_);
  std::optional<Failure> failure_ GUARDED_BY(mutex_);  // why the last question had no answer
  bool has_asked_ GUARDED_BY(mutex_) = false;
  std::uint64_t terms_ GUARDED_BY(mutex_) = 0;  // so many have begun
  bool rearranged_ GUARDED_BY(mutex_) = false;
};

}  // namespace taskqueue
