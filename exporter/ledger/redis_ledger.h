// A ledger in Redis, shared by replicas: a hash of records for each queue, written by the one whose epoch it is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/ledger/leadership.h"
#include "exporter/ledger/ledger.h"
#include "exporter/ledger/records.h"
#include "exporter/ledger/redis_keys.h"
#include "exporter/ledger/redis_script.h"
#include "exporter/locks.h"
#include "exporter/log.h"
#include "exporter/random.h"

namespace taskqueue {

class RedisLedger final : public Ledger {
 public:
  /// None is owned.
  struct Parts {
    Redis& redis;
    Random& random;
    Log& log;
    std::string prefix;
  };
  explicit RedisLedger(const Parts& parts) : parts_(parts), scripts_(parts.redis) {}

  /// What this replica has written or read last, in its present reign or the last one. It costs no round trip as long
  /// as it is what stands there.
  [[nodiscard]] Result<Entry, Failure> load(const LedgerKey& queue) override;

  /// Refused with `stopped` if another replica reigns, or has written.
  [[nodiscard]] Result<Done, Failure> commit(const LedgerKey& queue, const Entry& next) override;

  /// Forgets queues that are not wanted; what stands in Redis is kept for a while.
  void keep(const std::vector<LedgerKey>& wanted) override;

  /// What the queue's reader shows, whoever that is.
  [[nodiscard]] Result<Showing, Failure> look(const LedgerKey& queue);

  /// What this replica could put back if Redis lost it. Entries of one line were written one after the other.
  struct Memory {
    std::string line{};
    std::uint64_t generation = 0;  // 0: nothing
    bool may_lead = true;          // what stands there can be read: no newer version wrote it
  };
  [[nodiscard]] Memory memory(const LedgerKey& queue);
  /// From now on this replica reads the queue. `restores`: Redis has lost what it remembers, so that is put back first.
  void reign(const LedgerKey& queue, std::uint64_t epoch, bool restores);
  /// Another replica reads the queue and writes: what we remember is not the newest any more.
  void forget(const LedgerKey& queue);
  /// Nothing stands there: what a newer version wrote is gone, too, and any replica may lead.
  void note_nothing_stands(const LedgerKey& queue);

  /// False from a commit that Redis refused, for want of memory for example, to the next that it took, or the end of the
  /// reign.
  [[nodiscard]] bool is_writable();

 private:
  struct Book {
    std::uint64_t epoch = 0;
    bool restores = false;
    bool refused = false;  // the last commit
    bool newer = false;    // what stands there was written by a newer version
    std::string line{};
    std::optional<Entry> entry{};  // as it stands there, as far as we know
  };
  [[nodiscard]] Book book_of(const LedgerKey& queue);
  void put_back(const LedgerKey& queue, const Book& book);
  [[nodiscard]] Result<Entry, Failure> read(const LedgerKey& queue, Book book);
  [[nodiscard]] Result<Entry, Failure> begin_anew(const LedgerKey& queue, Book book);
  [[nodiscard]] Result<Entry, Failure> set_aside(const LedgerKey& queue, Book book, const Failure& why);
  /// What Redis holds, beside the entry that the book remembers. `less`: nothing, or an earlier one of the same line.
  enum class Found { same, less, other };
  [[nodiscard]] Result<Found, Failure> compare(const LedgerKey& queue, const Book& book);
  [[nodiscard]] Result<Entry, Failure> restore(const LedgerKey& queue, Book book);
  /// `before` null: the whole entry, whatever stands there.
  [[nodiscard]] Result<Done, Failure> write(const LedgerKey& queue, const Book& book, const Entry* before,
                                            const Entry& next);
  /// `how`: in the script's words.
  [[nodiscard]] Result<RedisReply, Failure> send(const LedgerKey& queue, const Book& book, const Entry* before,
                                                 const Entry& next, const std::string& how);
  void note(const LedgerKey& queue, const Result<Done, Failure>& written);

  // Constant after construction.
  const Parts parts_;

  RedisScripts scripts_;  // thread-safe

  Mutex mutex_;
  std::map<LedgerKey, Book> books_ GUARDED_BY(mutex_);  // begun by a reign, ended by `keep`
};

}  // namespace taskqueue
