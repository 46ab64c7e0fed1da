// The members of the structs that the ledger keeps, one after the other. A struct that gets another member does not
// compile here until its number is raised, and then the member is kept like the others: none can be forgotten. The byte
// form changes with it: raise `form` in records.cc.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "exporter/metrics/snapshot.h"
#include "exporter/tally/queue_state.h"

namespace taskqueue {

/// How many members a struct has; 0: it is kept in another way.
template <class T>
inline constexpr std::size_t member_count = 0;

template <>
inline constexpr std::size_t member_count<Task> = 7;
template <>
inline constexpr std::size_t member_count<LiveTask> = 5;
template <>
inline constexpr std::size_t member_count<EndedTask> = 4;
template <>
inline constexpr std::size_t member_count<StatusRow> = 2;
template <>
inline constexpr std::size_t member_count<TypeRow> = 2;
template <>
inline constexpr std::size_t member_count<TaskSweep> = 9;
template <>
inline constexpr std::size_t member_count<TaskState> = 26;
template <>
inline constexpr std::size_t member_count<CountedEnd> = 3;
template <>
inline constexpr std::size_t member_count<KnownBatchTask> = 6;
template <>
inline constexpr std::size_t member_count<LaidAside> = 2;
template <>
inline constexpr std::size_t member_count<KnownBatchJob> = 12;
template <>
inline constexpr std::size_t member_count<EndedWalk> = 3;
template <>
inline constexpr std::size_t member_count<EndedList> = 5;
template <>
inline constexpr std::size_t member_count<BatchJob> = 6;
template <>
inline constexpr std::size_t member_count<BatchTask> = 4;
template <>
inline constexpr std::size_t member_count<BatchState> = 9;
template <>
inline constexpr std::size_t member_count<QueueState> = 2;
template <>
inline constexpr std::size_t member_count<Exemplar> = 3;
template <>
inline constexpr std::size_t member_count<Histogram> = 3;
template <>
inline constexpr std::size_t member_count<TypeCounters> = 6;
template <>
inline constexpr std::size_t member_count<TaskCount> = 4;
template <>
inline constexpr std::size_t member_count<InstanceCount> = 6;
template <>
inline constexpr std::size_t member_count<JobCount> = 3;
template <>
inline constexpr std::size_t member_count<OldestTimes> = 3;
template <>
inline constexpr std::size_t member_count<NamedTask> = 3;
template <>
inline constexpr std::size_t member_count<Snapshot> = 14;

/// References to all members of `whole`, in their order.
template <class T>
auto members(T& whole) {
  constexpr std::size_t count = member_count<std::remove_const_t<T>>;
  static_assert(count != 0, "say above how many members this struct has");
  if constexpr (count == 2) {
    auto& [a, b] = whole;
    return std::tie(a, b);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = whole;
    return std::tie(a, b, c);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = whole;
    return std::tie(a, b, c, d);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = whole;
    return std::tie(a, b, c, d, e);
  } else if constexpr (count == 6) {
    auto& [a, b, c, d, e, f] = whole;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    auto& [a, b, c, d, e, f, g] = whole;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    auto& [a, b, c, d, e, f, g, h] = whole;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else {
    static_assert(count == 26);
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z] = whole;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z);
  }
}

/// Equal in all members but `left_out`, which is one of `left`.
template <class T>
bool equal_but(const void* left_out, const T& left, const T& right) {
  const auto equal = [&](const auto& mine, const auto& other) {
    return static_cast<const void*>(&mine) == left_out || mine == other;
  };
  return std::apply(
      [&](const auto&... mine) {
        return std::apply([&](const auto&... other) { return (equal(mine, other) && ...); }, members(right));
      },
      members(left));
}

}  // namespace taskqueue
