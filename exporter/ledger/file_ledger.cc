#include "exporter/ledger/file_ledger.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "exporter/ledger/retention.h"
#include "exporter/utc.h"

namespace taskqueue {
namespace {

using Kind = LedgerFileFault::Kind;

// A loss lasts a moment; it is shown long enough for every scrape to see it.
constexpr Milliseconds loss_shows_for = std::chrono::minutes{5};
constexpr Milliseconds care_interval = std::chrono::hours{1};

LedgerFileFault as_fault(const DatabaseFault& fault) {
  const bool damaged = fault.kind == DatabaseFault::Kind::damaged;
  return {damaged ? Kind::unusable : Kind::other, fault.sentence};
}

/// `20261127T072300Z`
std::string stamp_of(WallTime now) {
  std::string text = utc_seconds(now);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

FileLedger::FileLedger(std::filesystem::path file, const Clock& clock, Log& log, Options options)
    : path_(std::move(file)), clock_(clock), log_(log), options_(options) {}

Result<Done, Failure> FileLedger::open() {
  const Lock lock(mutex_);
  asked_for_ = true;
  const auto fault = try_open(options_.patience);
  if (!fault) return Done{};
  if (fault->kind == Kind::in_use) {
    return Unexpected(
        Failure{.kind = FailureKind::server,
                .sentence = "the ledger " + path_.string() +
                            " is in use by another process: stop that one, or give each its own [ledger] file"});
  }
  stay_closed(*fault);
  return Done{};
}

std::optional<LedgerFileFault> FileLedger::try_open(Milliseconds patience) {
  auto file = LedgerFile::open(path_, patience);
  if (!file && file.error().kind == Kind::unusable) return make_anew(file.error().sentence);
  if (!file) return file.error();
  std::string damage;
  if (auto fault = read_entries(*file, damage)) {
    if (fault->kind != Kind::unusable) return fault;
    damage = fault->sentence;
  }
  // What was read whole goes over into the new file.
  if (!damage.empty()) return make_anew(damage);
  file_ = std::move(*file);
  was_open_ = true;
  measure(true);
  log_.info("ledger", "open", {{"file", path_.string()}, {"queues", std::to_string(entries_.size())}});
  look_after();
  return std::nullopt;
}

std::optional<LedgerFileFault> FileLedger::read_entries(LedgerFile& file, std::string& damage) {
  const auto stored = file.read();
  if (!stored) return as_fault(stored.error());
  std::map<LedgerKey, Entry> entries;
  for (const StoredQueue& queue : *stored) {
    // Removed between its row and its records: nothing to remember.
    if (queue.records.empty()) continue;
    auto entry = entry_from(queue.records);
    if (entry) {
      entries.emplace(queue.key, std::move(*entry));
    } else if (entry.error().code == "newer") {
      return LedgerFileFault{Kind::newer, entry.error().sentence};
    } else {
      damage = "queue " + queue.key.labels.queue + ": " + entry.error().sentence;
    }
  }
  entries_ = std::move(entries);
  return std::nullopt;
}

std::optional<LedgerFileFault> FileLedger::make_anew(const std::string& why) {
  file_.reset();
  works_ = false;
  // From here on the truth is in memory. Nobody else's file is renamed: its lock can be had.
  if (std::exchange(was_open_, true)) {
    const auto there = LedgerFile::open(path_, Milliseconds{0});
    if (!there && there.error().kind == Kind::in_use) return there.error();
  }
  shown_down_until_ = (clock_.steady_now() + loss_shows_for).time_since_epoch().count();
  if (auto fault = set_aside(why)) return fault;
  auto file = LedgerFile::open(path_, Milliseconds{0});
  auto fault = file ? write_all(*file) : std::optional(file.error());
  if (!fault) {
    file_ = std::move(*file);
    measure(true);
    log_.warn("ledger", "the file was made anew",
              {{"file", path_.string()}, {"why", why}, {"queues", std::to_string(entries_.size())}});
  } else if (fault->kind != Kind::in_use) {
    // Half made it is of no use.
    if (file) file = Unexpected(*fault);
    std::error_code error;
    std::filesystem::remove(path_, error);
    std::filesystem::remove(path_.string() + "-wal", error);
  }
  return fault;
}

std::optional<LedgerFileFault> FileLedger::write_all(LedgerFile& file) {
  auto done = file.begin();
  for (auto each = entries_.begin(); done && each != entries_.end(); ++each) {
    done = file.write(each->first, change(nullptr, each->second), clock_.wall_now());
  }
  if (done) done = file.end();
  if (done) return std::nullopt;
  file.undo();
  return as_fault(done.error());
}

std::optional<LedgerFileFault> FileLedger::set_aside(const std::string& why) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path_, error))) return std::nullopt;
  const std::string aside = path_.string() + ".set-aside-" + stamp_of(clock_.wall_now());
  std::filesystem::rename(path_, aside, error);
  if (error) {
    return LedgerFileFault{Kind::other, why + "; and it cannot be renamed: " + error.message()};
  }
  // Its latest commits, if it has any there.
  std::filesystem::rename(path_.string() + "-wal", aside + "-wal", error);
  log_.error("ledger", "the file cannot be trusted and was set aside",
             {{"file", path_.string()},
              {"why", why},
              {"renamed_to", aside},
              {"queues_kept", std::to_string(entries_.size())},
              {"advice", "Queues that were not kept begin at 0. Remove the renamed file once nobody needs it."}});
  return std::nullopt;
}

bool FileLedger::is_open() {
  if (file_) return true;
  const SteadyTime now = clock_.steady_now();
  if (now < next_try_) return false;
  const auto fault = was_open_ ? make_anew("it was left half made") : try_open(Milliseconds{0});
  if (!fault) {
    log_.info("ledger", "the file works again", {{"file", path_.string()}});
    why_.clear();
    return true;
  }
  stay_closed(*fault);
  return false;
}

void FileLedger::stay_closed(const LedgerFileFault& fault) {
  file_.reset();
  works_ = false;
  next_try_ = clock_.steady_now() + options_.retry_after;
  if (why_ == fault.sentence) return;
  why_ = fault.sentence;
  log_.error("ledger", "the file cannot be used: counters and histograms stand still until it can",
             {{"file", path_.string()}, {"why", why_}});
}

Result<Entry, Failure> FileLedger::load(const LedgerKey& key) {
  const Lock lock(mutex_);
  static_cast<void>(is_open());
  const auto found = entries_.find(key);
  if (found != entries_.end()) return found->second;
  return Entry{.state = std::make_shared<const QueueState>(), .snapshot = nullptr};
}

Result<Done, Failure> FileLedger::commit(const LedgerKey& key, const Entry& next) {
  const Lock lock(mutex_);
  if (!is_open()) return Unexpected(Failure{.kind = FailureKind::server, .sentence = why_});
  const auto stored = entries_.find(key);
  const std::uint64_t generation = stored == entries_.end() ? 0 : stored->second.generation;
  if (generation + 1 != next.generation) {
    return Unexpected(
        Failure{.kind = FailureKind::stopped, .sentence = "the file holds another count than we went on from"});
  }
  std::optional<LedgerFileFault> fault;
  if (!file_->is_as_left()) fault = make_anew("somebody else removed, replaced or changed it while it was in use");
  if (!fault) {
    auto written = write(key, next);
    if (!written && written.error().kind == DatabaseFault::Kind::damaged) {
      fault = make_anew(written.error().sentence);
      if (!fault) written = write(key, next);
    }
    if (!fault && !written) {
      measure(false);
      return Unexpected(Failure{.kind = FailureKind::server, .sentence = written.error().sentence});
    }
  }
  if (fault) {
    stay_closed(*fault);
    return Unexpected(Failure{.kind = FailureKind::server, .sentence = fault->sentence});
  }
  entries_.insert_or_assign(key, next);
  measure(true);
  if (clock_.steady_now() >= next_care_) look_after();
  return Done{};
}

DatabaseResult<Done> FileLedger::write(const LedgerKey& key, const Entry& next) {
  const auto stored = entries_.find(key);
  const Change what = change(stored == entries_.end() ? nullptr : &stored->second, next);
  auto done = file_->begin();
  if (done) done = file_->write(key, what, clock_.wall_now());
  if (done) done = file_->end();
  if (!done) file_->undo();
  return done;
}

void FileLedger::keep(const std::vector<LedgerKey>& wanted) {
  const Lock lock(mutex_);
  wanted_ = wanted;
  if (file_) look_after();
}

/// A queue that nobody has wanted for some days is forgotten.
void FileLedger::look_after() {
  next_care_ = clock_.steady_now() + care_interval;
  if (wanted_.empty()) return;
  const WallTime now = clock_.wall_now();
  std::vector<LedgerKey> forgotten;
  auto done = file_->begin();
  for (auto key = wanted_.begin(); done && key != wanted_.end(); ++key) done = file_->touch(*key, now);
  if (done) done = file_->forget_before(now - retention, forgotten);
  if (done) done = file_->end();
  if (!done) {
    file_->undo();
    return;
  }
  for (const LedgerKey& key : forgotten) {
    entries_.erase(key);
    log_.info("ledger", "a queue that was removed long ago is forgotten", {{"queue", key.labels.queue}});
  }
  measure(works_);
}

void FileLedger::measure(bool works) {
  works_ = works;
  if (file_) size_ = file_->size();
}

Ledger::Standing FileLedger::standing() const {
  if (!asked_for_) return {};
  const bool shows = clock_.steady_now().time_since_epoch().count() >= shown_down_until_;
  return {.up = works_ && shows, .size_bytes = size_};
}

}  // namespace taskqueue
