// Entries with something in every member, by chance.
#pragma once

#include <random>
#include <string>

#include "exporter/ledger/bytes.h"
#include "exporter/ledger/ledger.h"

namespace taskqueue {

/// Fills values, and changes a little of filled ones. Members that a struct gets later are filled too.
class EntryFiller {
 public:
  explicit EntryFiller(std::uint64_t seed) : random_(seed) {}

  Entry entry() {
    QueueState state;
    fill(state);
    tidy(state);
    Entry entry{.generation = below(1000), .state = std::make_shared<const QueueState>(std::move(state))};
    fill(entry.refreshed);
    if (below(5) != 0) {
      Snapshot snapshot;
      fill(snapshot);
      // As it mostly is.
      if (below(2) == 0) snapshot.counters = entry.state->tasks.counters;
      entry.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
    }
    return entry;
  }

  /// Made from a copy, a few members of which are different.
  Entry after(const Entry& before) {
    Entry entry = before;
    QueueState state = *before.state;
    for (std::uint64_t i = below(4); i > 0; --i) nudge(state);
    tidy(state);
    entry.state = std::make_shared<const QueueState>(std::move(state));
    Snapshot snapshot = before.snapshot ? *before.snapshot : Snapshot{};
    for (std::uint64_t i = below(4); i > 0; --i) nudge(snapshot);
    if (below(3) == 0) snapshot.counters = entry.state->tasks.counters;
    entry.snapshot = below(10) == 0 ? nullptr : std::make_shared<const Snapshot>(std::move(snapshot));
    ++entry.generation;
    return entry;
  }

 private:
  /// The same with every standard library.
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  template <class T>
  void fill(Shared<T>& value) {
    fill(value.own());
  }
  template <std::unsigned_integral T>
  void fill(T& number) {
    number = static_cast<T>(random_() >> below(64));
  }
  template <std::signed_integral T>
  void fill(T& number) {
    number = static_cast<T>(random_() >> below(64));
  }
  void fill(bool& yes) { yes = below(2) == 0; }
  void fill(double& number) { number = static_cast<double>(below(1'000'000)) / 128.0; }
  void fill(std::string& text) {
    text.assign(below(12), 'x');
    for (char& c : text) c = static_cast<char>(random_());
  }
  template <class E>
  requires std::is_enum_v<E>
  void fill(E& word) { word = static_cast<E>(below(static_cast<std::uint64_t>(last_of<E>()) + 1)); }
  template <class Rep, class Period>
  void fill(std::chrono::duration<Rep, Period>& time) {
    time = std::chrono::duration<Rep, Period>{static_cast<std::int64_t>(below(2'000'000'000'000))};
  }
  void fill(WallTime& time) { time = WallTime{Milliseconds{static_cast<std::int64_t>(below(200'000)) - 1000}}; }
  template <class T>
  void fill(std::optional<T>& maybe) {
    maybe.reset();
    if (below(2) == 0) fill(maybe.emplace());
  }
  template <class T, std::size_t size>
  void fill(std::array<T, size>& all) {
    for (T& each : all) fill(each);
  }
  template <class T>
  void fill(std::vector<T>& all) {
    all.resize(below(6));
    for (T& each : all) fill(each);
  }
  template <class T>
  void fill(std::set<T>& all) {
    all.clear();
    for (auto i = below(5); i > 0; --i) {
      T one{};
      fill(one);
      all.insert(std::move(one));
    }
  }
  template <class Key, class T>
  void fill(std::map<Key, T>& all) {
    fill_map(all);
  }
  template <class Key, class T>
  void fill(std::unordered_map<Key, T>& all) {
    fill_map(all);
  }
  template <class Map>
  void fill_map(Map& all) {
    all.clear();
    for (auto i = below(5); i > 0; --i) put_one(all);
  }
  template <class Map>
  void put_one(Map& all) {
    typename Map::key_type key{};
    fill(key);
    fill(all[key]);
  }
  void fill(EndedCells& cells) {
    cells = {};
    for (auto i = below(9); i > 0; --i) nudge(cells);
  }
  template <HasMembers T>
  void fill(T& whole) {
    std::apply([this](auto&... each) { (this->fill(each), ...); }, members(whole));
  }

  /// Changes one member of it.
  template <HasMembers T>
  void nudge(T& whole) {
    auto target = below(member_count<T>);
    const auto nudge_it = [&](auto& each) {
      if (target-- == 0) nudge(each);
    };
    std::apply([&](auto&... each) { (nudge_it(each), ...); }, members(whole));
  }
  template <class T>
  void nudge(Shared<T>& value) {
    nudge(value.own());
  }
  template <class Key, class T>
  void nudge(std::map<Key, T>& all) {
    nudge_map(all);
  }
  template <class Key, class T>
  void nudge(std::unordered_map<Key, T>& all) {
    nudge_map(all);
  }
  template <class Map>
  void nudge_map(Map& all) {
    if (all.empty() || below(3) == 0) return put_one(all);
    const auto one = std::next(all.begin(), static_cast<std::ptrdiff_t>(below(all.size())));
    if (below(2) == 0) {
      all.erase(one);
    } else {
      nudge(one->second);
    }
  }
  void nudge(EndedCells& cells) {
    const Minute minute = below(20) == 0 ? no_minute : 1000 + static_cast<Minute>(below(300));
    const auto kind = static_cast<CellKind>(below(300));
    switch (below(4)) {
      case 0: return cells.drop_before(minute % 2000);
      case 1: return cells.take(kind, minute);
      default: return cells.add(kind, minute, static_cast<std::uint32_t>(below(70000)));
    }
  }
  void nudge(std::optional<TaskSweep>& sweep) {
    if (sweep && below(3) != 0) return nudge(*sweep);
    fill(sweep);
  }
  template <class T>
  void nudge(T& value) {
    fill(value);
  }

  /// What every state keeps to: ended tasks are of a known kind.
  static void tidy(QueueState& state) {
    const std::size_t kinds = state.tasks.kinds.size();
    if (kinds == 0) state.tasks.ended.clear();
    for (auto& [id, ended] : state.tasks.ended) ended.kind = static_cast<CellKind>(ended.kind % kinds);
  }

  std::mt19937_64 random_;
};

}  // namespace taskqueue
