#include <string>
#include <utility>

#include "exporter/ledger/record_form.h"
#include "exporter/ledger/records.h"

namespace taskqueue {
namespace {

using namespace record_form;

/// Puts an entry together from its records, and stops at the first that does not fit.
class Assembly {
 public:
  Result<Entry, Failure> run(const Records& records) {
    const auto first = records.find(std::string(head));
    if (first == records.end()) return damaged("the record head is missing");
    if (const auto read = read_head(first->second); !read) return Unexpected(read.error());
    for (const auto& [key, value] : records) {
      if (key == head) continue;
      const auto content = opened(key, value);
      if (!content) return damaged("the check sum of the record " + key + " is wrong");
      ByteReader bytes(*content);
      if (!read_record(key, bytes) || !bytes.is_done()) return damaged("the record " + key + " makes no sense");
    }
    return finish();
  }

 private:
  static Unexpected<Failure> damaged(const std::string& what) {
    return Unexpected(
        Failure{.kind = FailureKind::answer, .code = "damaged", .sentence = "the ledger is damaged: " + what});
  }

  Result<Done, Failure> read_head(std::string_view value) {
    const auto content = opened(head, value);
    if (!content) return damaged("the check sum of the record head is wrong");
    ByteReader bytes(*content);
    const auto written_as = bytes.read<std::uint64_t>();
    if (written_as > form) {
      return Unexpected(Failure{.kind = FailureKind::answer,
                                .code = "newer",
                                .sentence = "the ledger was written by a newer version (form " +
                                            std::to_string(written_as) + ", known are up to " + std::to_string(form) +
                                            ")"});
    }
    bytes.read(entry_.generation);
    bytes.read(entry_.refreshed);
    has_snapshot_ = bytes.read<bool>();
    bytes.read(extent_);
    bytes.read(common_.seen);
    read_rest(bytes, state_.tasks);
    read_rest(bytes, state_.batch);
    common_.listed = state_.batch.rounds;
    if (written_as != form || !bytes.is_done()) return damaged("the record head makes no sense");
    return Done{};
  }

  bool read_record(const std::string& key, ByteReader& bytes) {
    if (key == types) {
      auto parts = types_in(state_.tasks);
      std::apply([&](auto&... each) { (bytes.read(each), ...); }, parts);
      has_types_ = true;
      return true;
    }
    if (key == shown) {
      read_rest(bytes, snapshot_);
      found_snapshot_ = true;
      return has_snapshot_;
    }
    if (key == instances) {
      bytes.read(order_);
      return has_snapshot_;
    }
    if (key.size() < 2 || key[1] != '/') return false;
    return read_one_of_many(key.front(), key.substr(2), bytes);
  }

  bool read_one_of_many(char kind, std::string name, ByteReader& bytes) {
    TaskState& tasks = state_.tasks;
    switch (kind) {
      case counters_of: bytes.read(tasks.counters[std::move(name)]); return true;
      case shown_counters_of: return read_shown_counters(name, bytes);
      case cells_of: return read_cells(name, bytes, tasks.cells);
      case sweep_cells_of: return tasks.sweep && read_cells(name, bytes, tasks.sweep->cells);
      case live_task: return read_live(std::move(name), bytes);
      case ended_tasks: return read_ended(bytes);
      case batch_job: return read_job(std::move(name), bytes);
      case instances_of: return read_instances(key(kind, name), bytes);
      case live_since: return tasks.sweep && tasks.sweep->live_since.insert(std::move(name)).second;
      case border:
        if (!tasks.sweep) return false;
        bytes.read(tasks.sweep->border);
        return true;
      default: return false;
    }
  }

  bool read_shown_counters(const std::string& type, ByteReader& bytes) {
    // Counters come before what is shown of them: `c` before `s`.
    TypeCounters& shown = snapshot_.counters[type];
    if (!bytes.read<bool>()) {
      bytes.read(shown);
      return true;
    }
    const auto counted = state_.tasks.counters.find(type);
    if (counted == state_.tasks.counters.end()) return false;
    shown = counted->second;
    return true;
  }

  static bool read_cells(const std::string& name, ByteReader& bytes, EndedCells& cells) {
    const auto hour = number(name);
    if (!hour) return false;
    const auto count = bytes.read<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && bytes.is_good(); ++i) {
      const auto minute = bytes.read<std::uint8_t>();
      const auto kind = bytes.read<CellKind>();
      const auto tasks = bytes.read<std::uint32_t>();
      const std::int64_t when = *hour * 60 + minute;
      if (minute >= 60 || when > no_minute) return false;
      cells.add(kind, static_cast<Minute>(when), tasks);
    }
    return true;
  }

  static std::optional<std::int64_t> number(const std::string& name) {
    constexpr std::size_t longest = 9;
    if (name.empty() || name.size() > longest) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : name) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    return value;
  }

  bool read_live(std::string id, ByteReader& bytes) {
    LiveTask& task = state_.tasks.live[std::move(id)];
    task.seen = bytes.read<std::optional<WallTime>>().value_or(common_.seen);
    bytes.read_but(&task.seen, task);
    return true;
  }

  bool read_ended(ByteReader& bytes) {
    const auto count = bytes.read<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && bytes.is_good(); ++i) {
      auto id = bytes.read<std::string>();
      bytes.read(state_.tasks.ended[std::move(id)]);
    }
    return true;
  }

  bool read_job(std::string id, ByteReader& bytes) {
    KnownBatchJob& job = state_.batch.jobs[std::move(id)].own();
    job.listed = bytes.read<std::optional<std::uint64_t>>().value_or(common_.listed);
    bytes.read_but(&job.listed, job);
    return true;
  }

  bool read_instances(const std::string& key, ByteReader& bytes) {
    InstanceCount row;
    bytes.read(row.job_id);
    bytes.read(row.job_name);
    auto& rows = groups_[key];
    const auto count = bytes.read<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && bytes.is_good(); ++i) {
      bytes.read(row.task);
      bytes.read(row.status);
      bytes.read(row.phase);
      bytes.read(row.count);
      rows.push_back(row);
    }
    return true;
  }

  Result<Entry, Failure> finish() {
    if (!has_types_) return damaged("the record types is missing");
    if (found_snapshot_ != has_snapshot_) return damaged("the record shown is missing");
    if (order_.size() != groups_.size()) return damaged("records of instances are missing");
    for (const std::string& key : order_) {
      const auto group = groups_.find(key);
      if (group == groups_.end()) return damaged("the record " + key + " is missing");
      snapshot_.instances.insert(snapshot_.instances.end(), group->second.begin(), group->second.end());
    }
    if (extent_of(state_, has_snapshot_ ? &snapshot_ : nullptr) != extent_) return damaged("records are missing");
    for (const auto& [id, ended] : state_.tasks.ended) {
      if (ended.kind >= state_.tasks.kinds.size()) return damaged("an ended task is of no known kind");
    }
    entry_.state = std::make_shared<const QueueState>(std::move(state_));
    if (has_snapshot_) entry_.snapshot = std::make_shared<const Snapshot>(std::move(snapshot_));
    return std::move(entry_);
  }

  Entry entry_;
  QueueState state_;
  Snapshot snapshot_;
  Extent extent_;
  InCommon common_;
  bool has_snapshot_ = false;
  bool found_snapshot_ = false;
  bool has_types_ = false;
  std::vector<std::string> order_;
  std::map<std::string, std::vector<InstanceCount>> groups_;
};

}  // namespace

Result<Entry, Failure> entry_from(const Records& records) { return Assembly().run(records); }

}  // namespace taskqueue
