// A ledger that survives the process, the machine's fall and a power cut: one file, used by one process.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/ledger/ledger.h"
#include "exporter/ledger/ledger_file.h"
#include "exporter/locks.h"
#include "exporter/log.h"

namespace taskqueue {

/// A file that is damaged or not ours is set aside: renamed, with a message, and a new one begun. One of a newer
/// version stays as it is. While the file cannot be used, loads give what is known, commits fail, and now and then it
/// is tried again. What a queue's entry is stands in memory too, so that a file that breaks while in use is written
/// anew.
class FileLedger final : public Ledger {
 public:
  struct Options {
    Milliseconds patience = std::chrono::seconds{6};      // for the lock: a predecessor ends within five
    Milliseconds retry_after = std::chrono::seconds{10};  // what could not be opened is tried again
  };
  /// Uses, does not own, `clock` and `log`. Touches nothing yet.
  FileLedger(std::filesystem::path file, const Clock& clock, Log& log, Options options);
  FileLedger(std::filesystem::path file, const Clock& clock, Log& log)
      : FileLedger(std::move(file), clock, log, Options{}) {}

  /// Fails if another process uses the file, and only then.
  [[nodiscard]] Result<Done, Failure> open() override;
  [[nodiscard]] Result<Entry, Failure> load(const LedgerKey& key) override;
  [[nodiscard]] Result<Done, Failure> commit(const LedgerKey& key, const Entry& next) override;
  void keep(const std::vector<LedgerKey>& wanted) override;
  [[nodiscard]] Standing standing() const override;

 private:
  /// Nothing if it is open now; or why it is not.
  std::optional<LedgerFileFault> try_open(Milliseconds patience) REQUIRES(mutex_);
  /// The entries of all queues; a queue's damage is told by `damage`.
  std::optional<LedgerFileFault> read_entries(LedgerFile& file, std::string& damage) REQUIRES(mutex_);
  /// A new file that holds what is known; what stands in its place is set aside.
  std::optional<LedgerFileFault> make_anew(const std::string& why) REQUIRES(mutex_);
  [[nodiscard]] std::optional<LedgerFileFault> write_all(LedgerFile& file) REQUIRES(mutex_);
  [[nodiscard]] std::optional<LedgerFileFault> set_aside(const std::string& why) REQUIRES(mutex_);
  /// Opens it if it is time to try. False, and `why_` says why, if it is not open.
  bool is_open() REQUIRES(mutex_);
  void stay_closed(const LedgerFileFault& fault) REQUIRES(mutex_);
  [[nodiscard]] DatabaseResult<Done> write(const LedgerKey& key, const Entry& next) REQUIRES(mutex_);
  void look_after() REQUIRES(mutex_);
  void measure(bool works) REQUIRES(mutex_);

  // Constant after construction.
  const std::filesystem::path path_;
  const Clock& clock_;
  Log& log_;
  const Options options_;

  Mutex mutex_;  // held while the disk works: one writes at a time, and nobody who answers requests waits here
  std::optional<LedgerFile> file_ GUARDED_BY(mutex_);
  bool was_open_ GUARDED_BY(mutex_) = false;  // then `entries_` is the truth, whatever stands in the file
  std::map<LedgerKey, Entry> entries_ GUARDED_BY(mutex_);
  std::vector<LedgerKey> wanted_ GUARDED_BY(mutex_);
  std::string why_ GUARDED_BY(mutex_);
  SteadyTime next_try_ GUARDED_BY(mutex_);
  SteadyTime next_care_ GUARDED_BY(mutex_);

  // Thread-safe by themselves.
  std::atomic<bool> asked_for_ = false;
  std::atomic<bool> works_ = false;
  std::atomic<std::int64_t> size_ = 0;
  std::atomic<SteadyTime::rep> shown_down_until_ = SteadyTime::min().time_since_epoch().count();
};

}  // namespace taskqueue
