// Refreshes one queue: read and count, commit, publish. Success and duration are judged here, for every service alike.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "exporter/clock.h"
#include "exporter/ledger/leadership.h"
#include "exporter/ledger/ledger.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"
#include "exporter/metrics/queue_status.h"
#include "exporter/refresh/either_stop.h"
#include "exporter/refresh/queue_plan.h"
#include "exporter/refresh/shelf.h"

namespace taskqueue {

/// What refreshers share; none is owned, all outlive them.
struct RefreshParts {
  Clock& clock;
  Ledger& ledger;
  Shelf& shelf;
  Instruments& instruments;
  Log& log;
  Leadership* leadership = nullptr;  // null: this process reads every queue
};

class Refresher {
 public:
  Refresher(QueuePlan plan, const RefreshParts& parts);

  /// What another recipe of this queue has come to by its end: nothing that is shown goes back because of a reload.
  /// Before the first refresh.
  void go_on_from(const Refresher& before);

  /// Shows what the ledger remembers, once, before the first refresh. Not while one is in flight.
  void introduce();

  /// One refresh, to be published after; where another replica reads the queue, a look at what that one shows. Not
  /// twice at the same time. Never throws.
  void refresh();
  void publish();

  /// Ends a refresh in flight soon, and every later one at once. Thread-safe.
  void stop() { stop_.request_stop(); }

  /// The interval in force, for the next publication. Thread-safe.
  void set_interval(Milliseconds in_force);
  /// A refresh was left out because the one in flight takes long; shown at once. Thread-safe.
  void count_skip(Milliseconds in_force);

  [[nodiscard]] const QueuePlan& plan() const { return plan_; }
  /// A copy of how it goes. Thread-safe.
  [[nodiscard]] QueueStatus status() const;
  /// True once the data of the last refresh cover everything the API shows. Between refreshes only.
  [[nodiscard]] bool is_complete() const { return shown_ != nullptr && shown_->complete; }

 private:
  /// True if this replica may read the queue now. Forgets what was loaded in an earlier term.
  bool enter_term();
  /// Takes over what the replica that reads the queue shows.
  void follow();
  /// The ledger cannot be asked: the refresh is left out, and says nothing about the queue.
  void skip_for_ledger(const Failure& failure);
  void take(const Showing& showing);
  /// Shows what stands in the ledger.
  void show(std::shared_ptr<const Snapshot> snapshot, std::uint64_t generation, const std::string& line);
  void take_interval(Milliseconds in_force) REQUIRES(mutex_);
  void tell_others();
  void read_and_count();
  Result<Done, Failure> load_once();
  void take(Counted counted, WallTime began);
  /// Where the ledger does not work, counters stand still. False if it has refused: then what was counted is dropped.
  bool commit(Counted counted, std::optional<WallTime> refreshed);
  void note_write(const Result<Done, Failure>& committed);
  void note_corrections(const TaskState& before, const TaskState& after);
  void work_until(SteadyTime end);
  /// How a step of counting ended tasks went; `works` is how the last of its kind did, and is told when it changes.
  void note_delay(const Failure& failure, bool& works);
  void note_step(bool& works);
  /// The refresh comes to nothing, by no fault of the queue: the term is over, and another replica goes on.
  void give_up();
  [[nodiscard]] bool must_stop() const;
  void note_duration(SteadyTime began);
  void fail(const Failure& failure);
  void note(std::string_view result, bool success, const std::optional<Failure>& failure);
  void log_change(std::string_view result, const std::optional<Failure>& failure);

  // Constant after construction.
  const QueuePlan plan_;
  const RefreshParts parts_;

  // Used by the refresh in flight only.
  std::unique_ptr<Tally> tally_;
  std::optional<Entry> entry_;  // what stands in the ledger, or will once that can be written
  bool ledger_works_ = true;
  // The last step of its kind succeeded. One may go on failing while the other succeeds.
  bool sweeping_works_ = true;
  bool looking_back_works_ = true;
  std::shared_ptr<const Snapshot> shown_;
  std::string shown_line_;
  std::uint64_t shown_generation_ = 0;
  std::uint64_t outdated_ = 0;  // the generation that was found last and not shown; 0: none
  bool introduced_ = false;
  std::uint64_t term_ = 0;
  std::optional<EitherStop> calls_;  // of this term
  std::optional<Report> reported_;

  mutable Mutex mutex_;
  QueueStatus status_ GUARDED_BY(mutex_);

  Mutex publishing_;  // held from reading the status to showing it, so that what is shown never goes back

  // Thread-safe by itself.
  std::stop_source stop_;
};

}  // namespace taskqueue
