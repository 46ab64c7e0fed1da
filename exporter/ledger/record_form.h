// Which records there are and how each is written: what records.cc writes and records_reading.cc reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "exporter/ledger/bytes.h"
#include "exporter/ledger/ledger.h"

namespace taskqueue::record_form {

/// Of everything below: a version that writes otherwise has another number, and reads the older ones.
inline constexpr std::uint64_t form = 1;

// One of each.
inline constexpr std::string_view head = "head";            // numbers, times and what else is short
inline constexpr std::string_view types = "types";          // what grows with the number of types
inline constexpr std::string_view shown = "shown";          // the snapshot but for what follows
inline constexpr std::string_view instances = "instances";  // the order of the snapshot's instances

// Many of each: a letter, a slash and ...
inline constexpr char counters_of = 'c';        // a type
inline constexpr char shown_counters_of = 's';  // a type, of the snapshot
inline constexpr char cells_of = 'e';           // an hour
inline constexpr char sweep_cells_of = 'w';     // an hour, of the sweep under way
inline constexpr char live_task = 'l';          // its id
inline constexpr char live_since = 'v';         // an id, of the sweep under way
inline constexpr char border = 'b';             // nothing: the ids of the sweep's border
inline constexpr char ended_tasks = 'd';        // a span of ten seconds
inline constexpr char batch_job = 'j';          // its id
inline constexpr char instances_of = 'i';       // a job

inline std::string key(char kind, std::string_view rest) {
  std::string key{kind, '/'};
  key += rest;
  return key;
}
inline std::string key(char kind, std::int64_t number) { return key(kind, std::to_string(number)); }

/// With a check sum, so that damage shows.
[[nodiscard]] std::string sealed(std::string_view key, std::string bytes);
/// Without it; nothing if it does not fit.
[[nodiscard]] std::optional<std::string_view> opened(std::string_view key, std::string_view bytes);

/// How many of each kind there are: one that is missing shows.
struct Extent {
  std::uint64_t counters = 0;
  std::uint64_t shown_counters = 0;
  std::int64_t cells = 0;  // tasks in them
  std::int64_t sweep_cells = 0;
  std::uint64_t live = 0;
  std::uint64_t live_since = 0;
  std::uint64_t ended = 0;
  std::uint64_t jobs = 0;

  bool operator==(const Extent&) const = default;
};

}  // namespace taskqueue::record_form

template <>
inline constexpr std::size_t taskqueue::member_count<taskqueue::record_form::Extent> = 8;

namespace taskqueue::record_form {

[[nodiscard]] Extent extent_of(const QueueState& state, const Snapshot* snapshot);

/// Ended tasks of late come and go in the order of time: those of a span are one record.
[[nodiscard]] inline std::int64_t span_of(const EndedTask& ended) {
  return std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<10>>>(ended.last).time_since_epoch().count();
}

/// What most tasks and jobs have in common stands in the head, lest all of them change with each refresh.
struct InCommon {
  WallTime seen{};           // when live tasks were listed last
  std::uint64_t listed = 0;  // the last round of Batch
};
[[nodiscard]] InCommon in_common(const QueueState& state);

/// Members that have records of their own.
template <class T>
inline constexpr bool is_apart = false;
template <>
inline constexpr bool is_apart<std::unordered_map<std::string, LiveTask>> = true;
template <>
inline constexpr bool is_apart<std::unordered_map<std::string, EndedTask>> = true;
template <>
inline constexpr bool is_apart<EndedCells> = true;
template <>
inline constexpr bool is_apart<std::map<std::string, TypeCounters>> = true;
template <>
inline constexpr bool is_apart<std::set<std::string>> = true;
template <>
inline constexpr bool is_apart<std::map<std::string, Shared<KnownBatchJob>>> = true;
template <>
inline constexpr bool is_apart<std::vector<InstanceCount>> = true;
template <>
inline constexpr bool is_apart<std::vector<TypeRow>> = true;
template <>
inline constexpr bool is_apart<std::vector<std::string>> = true;
template <>
inline constexpr bool is_apart<std::map<std::string, std::set<Phase>>> = true;
template <>
inline constexpr bool is_apart<std::map<std::string, std::set<StatusRow>>> = true;

/// Everything of `whole` that has no record of its own.
template <HasMembers T>
void write_rest(ByteWriter& bytes, const T& whole) {
  const auto write_one = [&]<class Member>(const Member& each) {
    if constexpr (std::is_same_v<Member, std::optional<TaskSweep>>) {
      bytes.write(each.has_value());
      if (each) write_rest(bytes, *each);
    } else if constexpr (!is_apart<Member>) {
      bytes.write(each);
    }
  };
  std::apply([&](const auto&... each) { (write_one(each), ...); }, members(whole));
}

template <HasMembers T>
void read_rest(ByteReader& bytes, T& whole) {
  const auto read_one = [&]<class Member>(Member& each) {
    if constexpr (std::is_same_v<Member, std::optional<TaskSweep>>) {
      if (bytes.read<bool>()) read_rest(bytes, each.emplace());
    } else if constexpr (!is_apart<Member>) {
      bytes.read(each);
    }
  };
  std::apply([&](auto&... each) { (read_one(each), ...); }, members(whole));
}

/// What the record `types` holds.
auto types_in(auto& state) { return std::tie(state.kinds, state.rows, state.published, state.type_slots); }

/// Rows of one job that stand together in a snapshot.
struct InstanceGroup {
  std::string key;
  std::span<const InstanceCount> rows;
};
[[nodiscard]] std::vector<InstanceGroup> groups_of(std::span<const InstanceCount> rows);

}  // namespace taskqueue::record_form
