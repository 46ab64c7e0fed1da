// A world of tasks that is computed, not stored: everything about task number i follows from the seed and i.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/locks.h"

namespace taskqueue::simulator {

/// How many tasks are born and when. World time 0 is the start: before it lies the history, after it life.
struct Arrivals {
  double history_tasks = 1500;  // evenly over `history`
  Milliseconds history = std::chrono::hours{168};
  double early_tasks = 0;  // so many more in the first `early` of the history: they leave the window together
  Milliseconds early = std::chrono::minutes{10};
  double per_second = 0.3;     // the mean without bursts
  double wave_per_second = 0;  // how far the rate swings round the mean; less than the mean
  Milliseconds wave_period = std::chrono::minutes{10};
  double burst_tasks = 0;  // so many at once ...
  Milliseconds burst_period = std::chrono::minutes{15};
  Milliseconds burst_length = std::chrono::seconds{5};
};

/// A duration between `least` and `most`; short ones are likelier.
struct Span {
  Milliseconds least{0};
  Milliseconds most{0};
};

/// Times in which nothing begins: in every `period` the first `closed`. What piled up then begins within
/// `closed` times `drain` after it. A period of zero: never.
struct Stoppage {
  Milliseconds period{0};
  Milliseconds closed{0};
  double drain = 0.2;
};

struct TypeShare {
  std::string name{};
  double weight = 1;
};

struct WorldPlan {
  Arrivals arrivals;
  std::vector<TypeShare> types{};
  Span wait{std::chrono::seconds{1}, std::chrono::seconds{20}};
  Span run{std::chrono::seconds{10}, std::chrono::seconds{120}};
  double lasting_share = 0;  // of the tasks: these run for `lasting`
  Span lasting{std::chrono::hours{100}, std::chrono::hours{200}};
  Milliseconds tie{0};  // births, begins and ends fall on multiples of it, so that many share one; 0: any millisecond
  Stoppage stoppage{};
  double failed_share = 0.05;
  double aborted_share = 0;
  Milliseconds window = std::chrono::hours{168};  // how far back the API shows tasks
};

enum class Outcome : std::uint8_t { succeeded, failed, aborted };
enum class Stage : std::uint8_t { waiting, processing, ended };

/// What a task is, as far as it does not depend on time.
struct Nature {
  std::size_t type = 0;  // into WorldPlan::types
  Outcome outcome = Outcome::succeeded;

  bool operator==(const Nature&) const = default;
};

/// One task; times in world time.
struct Task {
  std::uint64_t index = 0;
  Nature nature{};
  Milliseconds birth{0};
  Milliseconds begin{0};
  Milliseconds end{0};
  bool begins = true;  // false: aborted before its turn

  bool operator==(const Task&) const = default;
};

/// Tasks by type, then by outcome.
using Census = std::vector<std::array<std::uint64_t, 3>>;

/// Thread-safe. Births never decrease with the index.
class World {
 public:
  World(WorldPlan plan, std::uint64_t seed);

  [[nodiscard]] Nature nature(std::uint64_t index) const;
  [[nodiscard]] Task task(std::uint64_t index) const;

  /// How many tasks are born up to and including `time`: exactly those with smaller indexes.
  [[nodiscard]] std::uint64_t born_by(Milliseconds time) const;

  /// No task ends later than this after its birth.
  [[nodiscard]] Milliseconds longest_life() const;

  /// The natures of the tasks [first, last). Whole blocks are counted once and remembered.
  [[nodiscard]] Census census(std::uint64_t first, std::uint64_t last) const;
  /// Censuses that begin and end at multiples of this are the cheapest.
  static constexpr std::uint64_t block_size = 512;

  [[nodiscard]] const WorldPlan& plan() const { return plan_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

 private:
  [[nodiscard]] double expected_births(Milliseconds time) const;
  [[nodiscard]] Milliseconds reached(double births) const;
  [[nodiscard]] Task compute(std::uint64_t index) const;
  [[nodiscard]] double mean_rate() const;
  [[nodiscard]] std::size_t most_remembered() const;
  [[nodiscard]] Milliseconds earliest_begin(Milliseconds ready) const;
  [[nodiscard]] Milliseconds tied(Milliseconds time) const;
  void count(Census& sum, std::uint64_t first, std::uint64_t last) const;
  [[nodiscard]] Census up_to(std::uint64_t block) const REQUIRES(mutex_);

  const WorldPlan plan_;
  const std::uint64_t seed_;
  double weights_ = 0;

  mutable Mutex mutex_;
  mutable std::vector<Task> recent_ GUARDED_BY(mutex_);           // what was computed last, by index modulo size
  mutable std::vector<std::uint32_t> totals_ GUARDED_BY(mutex_);  // of all tasks before each block, flat
};

}  // namespace taskqueue::simulator
