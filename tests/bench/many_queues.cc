// What very many queues cost besides their calls: the exporter's scheduler, refreshers, memory ledger, shelf and
// answers, with tallies that have their snapshot ready.
//   many_queues QUEUES TYPES SECONDS
// prints queues, types, milliseconds to start, threads, then of SECONDS at an interval of 30 s: refreshes, milliseconds
// of processor time in all and of the scheduler's thread; then bytes of an answer, milliseconds of processor time to join
// it, KiB resident before and with it; bytes of one in gzip, milliseconds to join the first and the next, KiB after.
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "exporter/clock.h"
#include "exporter/ledger/memory_ledger.h"
#include "exporter/refresh/scheduler.h"
#include "exporter/web/scrape_desk.h"
#include "tests/bench/ten_thousand.h"

using namespace taskqueue;

namespace {

double milliseconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

long long status_of_process(const std::string& key) {
  std::ifstream file("/proc/self/status");
  std::string word;
  while (file >> word) {
    if (word != key) continue;
    long long value = 0;
    file >> value;
    return value;
  }
  return 0;
}

std::atomic<long> refreshes{0};

/// Its counts grow with each refresh, as those of a busy queue do.
class ReadyTally final : public Tally {
 public:
  explicit ReadyTally(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}
  Result<Counted, Failure> refresh(const QueueState& before, const Snapshot* /*shown*/) override {
    ++refreshes;
    for (auto& [type, counters] : snapshot_.counters) ++counters.arrived;
    for (auto& row : snapshot_.tasks) ++row.count;
    return Counted{.after = before, .snapshot = snapshot_, .partial = {}};
  }

 private:
  Snapshot snapshot_;
};

QueuePlan plan(std::uint64_t number, std::size_t types, WallTime now) {
  bench::BusyQueue busy = bench::busy_queue(number, now, types);
  QueuePlan plan;
  plan.recipe.queue.name = busy.labels.queue;
  plan.recipe.queue.polling.interval = std::chrono::seconds{30};
  plan.key.labels = busy.labels;
  plan.lane = "media-" + std::to_string(number % 8) + "/mps";
  plan.make_tally = [snapshot = std::move(busy.snapshot)](std::stop_token) {
    return std::make_unique<ReadyTally>(snapshot);
  };
  return plan;
}

/// Bytes of an answer, and what joining it took.
std::pair<std::size_t, double> ask(web::ScrapeDesk& desk, Shape shape, std::optional<Pieces>& answer) {
  const double before = milliseconds(CLOCK_THREAD_CPUTIME_ID);
  answer = desk.answer({}, shape);
  const double took = milliseconds(CLOCK_THREAD_CPUTIME_ID) - before;
  std::size_t bytes = 0;
  for (const auto& piece : *answer) bytes += piece->size();
  return {bytes, took};
}

void measure(std::uint64_t queues, std::size_t types, std::chrono::seconds time) {
  SystemClock clock;
  MemoryLedger ledger;
  Shelf shelf;
  Instruments instruments;
  SilentLog log;
  ThreadExecutor executor(64);
  Scheduler scheduler({clock, ledger, shelf, instruments, log}, executor);

  const double began = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
  std::vector<QueuePlan> plans;
  for (std::uint64_t number = 1; number <= queues; ++number) plans.push_back(plan(number, types, clock.wall_now()));
  scheduler.replace(std::move(plans));
  const double started = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - began;

  clockid_t scheduling{};
  std::jthread ticking([&](const std::stop_token& stop) { scheduler.run(stop); });
  ::pthread_getcpuclockid(ticking.native_handle(), &scheduling);
  // All have begun after an interval; from then on it goes on like this.
  const SteadyTime steady = clock.steady_now() + std::chrono::seconds{31};
  clock.sleep_until(steady, {});
  const long refreshes_before = refreshes;
  const double all_before = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
  const double ticking_before = milliseconds(scheduling);
  clock.sleep_until(steady + time, {});
  const long refreshed = refreshes - refreshes_before;
  const double all = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - all_before;
  const double ticks = milliseconds(scheduling) - ticking_before;
  const long long threads = status_of_process("Threads:");
  ticking.request_stop();
  ticking.join();
  scheduler.stop();

  web::ScrapeDesk desk(shelf, clock, [] { return std::vector<FamilyText>(); });
  const long long resting = status_of_process("VmRSS:");
  std::optional<Pieces> answer;
  const auto [bytes, took] = ask(desk, {}, answer);
  const long long in_hand = status_of_process("VmRSS:");
  answer.reset();
  const auto [packed_bytes, packing] = ask(desk, {.format = Format::text_0_0_4, .gzip = true}, answer);
  const long long packed = status_of_process("VmRSS:");
  const auto [again_bytes, again] = ask(desk, {.format = Format::text_0_0_4, .gzip = true}, answer);
  std::printf("%llu %zu %.0f %lld %ld %.1f %.1f ", static_cast<unsigned long long>(queues), types, started, threads,
              refreshed, all, ticks);
  std::printf("%zu %.1f %lld %lld %zu %.1f %.1f %lld\n", bytes, took, resting, in_hand, packed_bytes, packing, again,
              packed);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "many_queues QUEUES TYPES SECONDS\n");
    return 2;
  }
  measure(std::strtoull(argv[1], nullptr, 10), std::strtoull(argv[2], nullptr, 10),
          std::chrono::seconds{std::strtol(argv[3], nullptr, 10)});
}
