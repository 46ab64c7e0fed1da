// What a refresh's commit costs with a million ended tasks in the window.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>

#include "exporter/ledger/records.h"
#include "exporter/tally/task_cells.h"
#include "tests/catch.h"
#include "tests/unit/ledger/desk.h"

using namespace taskqueue;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// A week of a queue in which a million tasks end, and its refreshes; ids and types as MPS has them.
class BusyQueue {
 public:
  explicit BusyQueue(int types) : types_(types) {
    TaskState& tasks = state_.tasks;
    tasks.complete = true;
    tasks.counting_since = now_ - hours{24 * 7};
    for (int i = 0; i < 1'000'000; ++i) {
      count_end(now_ - Milliseconds{static_cast<std::int64_t>(random_() % 604'800'000)});
    }
    for (int i = 0; i < 1000; ++i) remember_end(now_ - Milliseconds{static_cast<std::int64_t>(random_() % 600'000)});
    for (int i = 0; i < 500; ++i) arrive();
  }

  Entry entry() {
    Snapshot snapshot;
    snapshot.began = now_;
    snapshot.counters = state_.tasks.counters;
    for (const TypeRow& kind : state_.tasks.kinds) {
      snapshot.tasks.push_back({kind.type, kind.row.status, kind.row.phase, 1000});
    }
    return {.generation = ++generation_,
            .refreshed = now_,
            .state = std::make_shared<const QueueState>(state_),
            .snapshot = std::make_shared<const Snapshot>(std::move(snapshot))};
  }

  void refresh(int newly_ended) {
    now_ += seconds{30};
    TaskState& tasks = state_.tasks;
    for (int i = 0; i < newly_ended; ++i) {
      const Task ended = tasks.live.begin()->second.task;
      tasks.live.erase(tasks.live.begin());
      remember_end(now_ - seconds{random_() % 30});
      TypeCounters& counters = tasks.counters[ended.type];
      ++counters.finished[Phase::succeeded];
      counters.turnaround.observe(static_cast<double>(random_() % 1000), {.task_id = ended.id, .when = now_});
      arrive();
    }
    for (auto& [id, known] : tasks.live) known.seen = now_;
    std::erase_if(tasks.ended, [&](const auto& each) { return each.second.last < now_ - minutes{10}; });
    tasks.cells.drop_before(minute_of(now_ - hours{24 * 7}));
    tasks.watermark = now_;
  }

 private:
  std::string id() {
    std::string id = "240071-WorkflowTask-";
    for (int i = 0; i < 32; ++i) id.push_back("0123456789abcdef"[random_() % 16]);
    return id;
  }
  std::string type() { return "Type" + std::to_string(random_() % static_cast<unsigned>(types_)); }
  CellPlace count_end(WallTime created) {
    const Task task{.type = type(),
                    .status = "FINISH",
                    .phase = random_() % 10 == 0 ? Phase::failed : Phase::succeeded,
                    .created = created};
    TaskCells cells(state_.tasks);
    const CellPlace place = cells.place(task);
    cells.add(place);
    return place;
  }
  void remember_end(WallTime ended) {
    const CellPlace place = count_end(ended - minutes{random_() % 20});
    state_.tasks.ended[id()] = {.kind = place.kind, .minute = place.minute, .last = ended};
  }
  void arrive() {
    Task task{
        .id = id(), .type = type(), .status = "PROCESSING", .phase = Phase::running, .created = now_, .began = now_};
    ++state_.tasks.counters[task.type].arrived;
    state_.tasks.live[task.id] = {.task = task, .seen = now_};
  }

  int types_;
  std::mt19937_64 random_{1};
  WallTime now_{hours{24 * 365 * 50}};
  QueueState state_;
  std::uint64_t generation_ = 0;
};

double cpu_seconds() {
  std::timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

TEST_CASE("a refresh writes what it changed, not the million tasks of the window", "[ledger][commit_cost]") {
  BusyQueue queue(4);
  const Entry before = queue.entry();
  queue.refresh(20);
  const Entry after = queue.entry();
  const Change small = change(&before, after);
  const Change whole = change(nullptr, after);
  std::size_t bytes = 0;
  std::size_t all_bytes = 0;
  for (const auto& [key, value] : small.put) bytes += value.size();
  for (const auto& [key, value] : whole.put) all_bytes += value.size();
  // Head, shown, types' counters twice, cells and spans of a few minutes, and each task that came or went.
  CHECK(small.put.size() + small.remove.size() < 20 * 3 + 30);
  CHECK(bytes < 40'000);
  CHECK(all_bytes > 10 * bytes);
  CHECK(all_bytes < std::size_t{8} * 1024 * 1024);
}

TEST_CASE("a commit costs under 1 ms of processor time plus 10 us per newly ended task, in under 32 MiB",
          "[.bench][ledger][commit_cost]") {
  for (const int types : {1, 4, 20}) {
    for (const int newly_ended : {0, 50, 400}) {
      LedgerDesk desk;
      FileLedger ledger(desk.file(), desk.clock, desk.log);
      REQUIRE(ledger.open());
      BusyQueue queue(types);
      REQUIRE(ledger.commit(key_of("a"), queue.entry()));
      std::vector<double> copies, commits;
      for (int i = 0; i < 60; ++i) {
        queue.refresh(newly_ended);
        const double began = cpu_seconds();
        const Entry next = queue.entry();
        const double copied = cpu_seconds();
        REQUIRE(ledger.commit(key_of("a"), next));
        copies.push_back(copied - began);
        commits.push_back(cpu_seconds() - copied);
      }
      double mean = 0;
      for (const double each : commits) mean += each / static_cast<double>(commits.size());
      std::ranges::sort(commits);
      std::ranges::sort(copies);
      const std::int64_t size = *ledger.standing().size_bytes;
      std::printf("%3d types, %3d newly ended: commit %.3f ms (mean %.3f, worst %.3f), copy %.3f ms, %.1f MiB\n", types,
                  newly_ended, commits[30] * 1e3, mean * 1e3, commits.back() * 1e3, copies[30] * 1e3,
                  static_cast<double>(size) / 1048576.0);
      CHECK(mean < 1e-3 + 10e-6 * newly_ended);
      CHECK(size < 32 * 1024 * 1024);
    }
  }
}
