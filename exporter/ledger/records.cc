#include "exporter/ledger/records.h"

#include <algorithm>
#include <set>
#include <utility>

#include "exporter/ledger/record_form.h"

namespace taskqueue {
namespace {

using namespace record_form;

const QueueState& nothing() {
  static const QueueState state;
  return state;
}

/// Compares two entries part by part and notes what differs.
class Comparison {
 public:
  Comparison(const Entry* before, const Entry& after)
      : before_(before != nullptr ? *before->state : nothing()),
        after_(*after.state),
        shown_before_(before != nullptr ? before->snapshot.get() : nullptr),
        shown_after_(after.snapshot.get()),
        is_first_(before == nullptr) {}

  Change run(const Entry& after) {
    compare_head(after);
    compare_counters(before_.tasks.counters, after_.tasks.counters);
    compare_cells(cells_of, before_.tasks.cells.hours(), after_.tasks.cells.hours());
    compare_live();
    compare_ended();
    compare_sweep();
    compare_jobs();
    compare_shown();
    return std::move(change_);
  }

 private:
  void put(std::string key, ByteWriter& bytes) {
    std::string value = sealed(key, bytes.take());
    change_.put.emplace_back(std::move(key), std::move(value));
  }

  /// Two sorted maps: `same(key, left, right)` or not; `write(bytes, key, right)`.
  template <class Map, class Key, class Same, class Write>
  void compare_sorted(const Map& before, const Map& after, const Key& key_of, const Same& same, const Write& write) {
    auto old = before.begin();
    for (auto now = after.begin(); now != after.end(); ++now) {
      for (; old != before.end() && old->first < now->first; ++old) change_.remove.push_back(key_of(old->first));
      const bool was_there = old != before.end() && old->first == now->first;
      if (!was_there || !same(now->first, old->second, now->second)) {
        ByteWriter bytes;
        write(bytes, now->first, now->second);
        put(key_of(now->first), bytes);
      }
      if (was_there) ++old;
    }
    for (; old != before.end(); ++old) change_.remove.push_back(key_of(old->first));
  }

  void compare_head(const Entry& after) {
    ByteWriter bytes;
    bytes.write(form);
    bytes.write(after.generation);
    bytes.write(after.refreshed);
    bytes.write(shown_after_ != nullptr);
    bytes.write(extent_of(after_, shown_after_));
    bytes.write(common_after_.seen);
    write_rest(bytes, after_.tasks);
    write_rest(bytes, after_.batch);
    put(std::string(head), bytes);
    if (is_first_ || types_in(before_.tasks) != types_in(after_.tasks)) {
      std::apply([&](const auto&... each) { (bytes.write(each), ...); }, types_in(after_.tasks));
      put(std::string(types), bytes);
    }
  }

  void compare_counters(const std::map<std::string, TypeCounters>& before,
                        const std::map<std::string, TypeCounters>& after) {
    compare_sorted(
        before, after, [](const std::string& type) { return key(counters_of, type); },
        [](const auto&, const TypeCounters& left, const TypeCounters& right) { return left == right; },
        [](ByteWriter& bytes, const auto&, const TypeCounters& now) { bytes.write(now); });
  }

  void compare_cells(char kind, const EndedCells::Hours& before, const EndedCells::Hours& after) {
    compare_sorted(
        before, after, [kind](std::int32_t hour) { return key(kind, hour); },
        [](auto, const auto& left, const auto& right) { return left == right; },
        [](ByteWriter& bytes, auto, const auto& now) {
          bytes.write(std::uint64_t{now->size()});
          for (const EndedCells::Cell& cell : *now) {
            bytes.write(std::uint64_t{cell.minute});
            bytes.write(std::uint64_t{cell.kind});
            bytes.write(std::uint64_t{cell.count});
          }
        });
  }

  void compare_live() {
    const auto implied = [](const LiveTask& task, const InCommon& common) { return task.seen == common.seen; };
    std::size_t still = 0;
    for (const auto& [id, now] : after_.tasks.live) {
      const auto old = before_.tasks.live.find(id);
      const bool was_there = old != before_.tasks.live.end();
      if (was_there) {
        ++still;
        const bool was_implied = implied(old->second, common_before_);
        const bool alike = was_implied == implied(now, common_after_) && (was_implied || old->second.seen == now.seen);
        if (alike && equal_but(&now.seen, now, old->second)) continue;
      }
      ByteWriter bytes;
      bytes.write(implied(now, common_after_) ? std::nullopt : std::optional(now.seen));
      bytes.write_but(&now.seen, now);
      put(key(live_task, id), bytes);
    }
    if (still == before_.tasks.live.size()) return;
    for (const auto& [id, old] : before_.tasks.live) {
      if (!after_.tasks.live.contains(id)) change_.remove.push_back(key(live_task, id));
    }
  }

  void compare_ended() {
    const auto spans = changed_spans();
    if (spans.empty()) return;
    std::map<std::int64_t, std::map<std::string_view, const EndedTask*>> now;
    for (const auto& [id, ended] : after_.tasks.ended) {
      const auto span = span_of(ended);
      if (spans.contains(span)) now[span].emplace(id, &ended);
    }
    for (const std::int64_t span : spans) {
      const auto tasks = now.find(span);
      if (tasks == now.end()) {
        change_.remove.push_back(key(ended_tasks, span));
        continue;
      }
      ByteWriter bytes;
      bytes.write(std::uint64_t{tasks->second.size()});
      for (const auto& [id, ended] : tasks->second) {
        bytes.write(id);
        bytes.write(*ended);
      }
      put(key(ended_tasks, span), bytes);
    }
  }

  [[nodiscard]] std::set<std::int64_t> changed_spans() const {
    const auto& before = before_.tasks.ended;
    const auto& after = after_.tasks.ended;
    std::set<std::int64_t> spans;
    std::size_t still = 0;
    for (const auto& [id, now] : after) {
      const auto old = before.find(id);
      if (old != before.end()) {
        ++still;
        if (old->second == now) continue;
        spans.insert(span_of(old->second));
      }
      spans.insert(span_of(now));
    }
    if (still == before.size()) return spans;
    for (const auto& [id, old] : before) {
      if (!after.contains(id)) spans.insert(span_of(old));
    }
    return spans;
  }

  void compare_sweep() {
    static const TaskSweep none;
    const TaskSweep& before = before_.tasks.sweep ? *before_.tasks.sweep : none;
    const TaskSweep& after = after_.tasks.sweep ? *after_.tasks.sweep : none;
    compare_cells(sweep_cells_of, before.cells.hours(), after.cells.hours());
    compare_sets(before.live_since, after.live_since);
    if (before.border == after.border) return;
    if (after.border.empty()) {
      change_.remove.push_back(key(border, ""));
    } else {
      ByteWriter bytes;
      bytes.write(after.border);
      put(key(border, ""), bytes);
    }
  }

  void compare_sets(const std::set<std::string>& before, const std::set<std::string>& after) {
    auto old = before.begin();
    for (const std::string& id : after) {
      for (; old != before.end() && *old < id; ++old) change_.remove.push_back(key(live_since, *old));
      if (old != before.end() && *old == id) {
        ++old;
        continue;
      }
      ByteWriter bytes;
      put(key(live_since, id), bytes);
    }
    for (; old != before.end(); ++old) change_.remove.push_back(key(live_since, *old));
  }

  void compare_jobs() {
    const auto implied = [](const KnownBatchJob& job, const InCommon& common) { return job.listed == common.listed; };
    compare_sorted(
        before_.batch.jobs, after_.batch.jobs, [](const std::string& id) { return key(batch_job, id); },
        [&](const auto&, const Shared<KnownBatchJob>& old, const Shared<KnownBatchJob>& now) {
          const bool was_implied = implied(*old, common_before_);
          return was_implied == implied(*now, common_after_) && (was_implied || old->listed == now->listed) &&
                 (old.shares_with(now) || equal_but(&now->listed, *now, *old));
        },
        [&](ByteWriter& bytes, const auto&, const Shared<KnownBatchJob>& now) {
          bytes.write(implied(*now, common_after_) ? std::nullopt : std::optional(now->listed));
          bytes.write_but(&now->listed, *now);
        });
  }

  void compare_shown() {
    static const Snapshot none;
    const Snapshot& before = shown_before_ != nullptr ? *shown_before_ : none;
    const Snapshot& after = shown_after_ != nullptr ? *shown_after_ : none;
    if (shown_after_ != nullptr) {
      ByteWriter bytes;
      write_rest(bytes, after);
      put(std::string(shown), bytes);
    } else if (shown_before_ != nullptr) {
      change_.remove.emplace_back(shown);
    }
    compare_shown_counters(before.counters, after.counters);
    if (before.instances != after.instances) compare_instances(groups_of(before.instances), groups_of(after.instances));
  }

  /// Mostly they are the same as what has been counted.
  void compare_shown_counters(const std::map<std::string, TypeCounters>& before,
                              const std::map<std::string, TypeCounters>& after) {
    const auto is_as_counted = [](const QueueState& state, const std::string& type, const TypeCounters& shown) {
      const auto counted = state.tasks.counters.find(type);
      return counted != state.tasks.counters.end() && counted->second == shown;
    };
    compare_sorted(
        before, after, [](const std::string& type) { return key(shown_counters_of, type); },
        [&](const std::string& type, const TypeCounters& old, const TypeCounters& now) {
          const bool is_same = is_as_counted(after_, type, now);
          return is_same == is_as_counted(before_, type, old) && (is_same || old == now);
        },
        [&](ByteWriter& bytes, const std::string& type, const TypeCounters& now) {
          const bool is_same = is_as_counted(after_, type, now);
          bytes.write(is_same);
          if (!is_same) bytes.write(now);
        });
  }

  void compare_instances(const std::vector<InstanceGroup>& before, const std::vector<InstanceGroup>& after) {
    std::map<std::string_view, std::span<const InstanceCount>> gone;
    for (const InstanceGroup& group : before) gone.emplace(group.key, group.rows);
    for (const InstanceGroup& group : after) {
      const auto old = gone.find(group.key);
      const bool is_same = old != gone.end() && std::ranges::equal(old->second, group.rows);
      if (old != gone.end()) gone.erase(old);
      if (!is_same) put_instances(group);
    }
    for (const auto& [key, rows] : gone) change_.remove.emplace_back(key);
    if (std::ranges::equal(before, after, {}, &InstanceGroup::key, &InstanceGroup::key)) return;
    if (after.empty()) {
      change_.remove.emplace_back(instances);
      return;
    }
    ByteWriter bytes;
    bytes.write(std::uint64_t{after.size()});
    for (const InstanceGroup& group : after) bytes.write(group.key);
    put(std::string(instances), bytes);
  }

  void put_instances(const InstanceGroup& group) {
    ByteWriter bytes;
    bytes.write(group.rows.front().job_id);
    bytes.write(group.rows.front().job_name);
    bytes.write(std::uint64_t{group.rows.size()});
    for (const InstanceCount& row : group.rows) {
      bytes.write(row.task);
      bytes.write(row.status);
      bytes.write(row.phase);
      bytes.write(row.count);
    }
    put(group.key, bytes);
  }

  const QueueState& before_;
  const QueueState& after_;
  const Snapshot* shown_before_;
  const Snapshot* shown_after_;
  const bool is_first_;
  const InCommon common_before_ = in_common(before_);
  const InCommon common_after_ = in_common(after_);
  Change change_;
};

}  // namespace

Change change(const Entry* before, const Entry& after) { return Comparison(before, after).run(after); }

Records records_of(const Entry& entry) {
  Records records;
  apply(change(nullptr, entry), records);
  return records;
}

void apply(Change&& change, Records& records) {
  for (auto& [key, value] : change.put) records.insert_or_assign(std::move(key), std::move(value));
  for (const std::string& key : change.remove) records.erase(key);
}

}  // namespace taskqueue
