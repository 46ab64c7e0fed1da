// Random worlds of jobs: whatever happens in them, the counts are true after each refresh.
#include <random>

#include "tests/catch.h"
#include "tests/unit/tally/batch_queue.h"

using namespace taskqueue;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

using Pair = std::pair<std::string, std::string>;
constexpr Milliseconds step = seconds{30};

/// Lets a world live and keeps the books that a perfect observer would keep.
class Life {
 public:
  Life(World& world, unsigned seed) : world_(world), random_(seed) {}

  void begin(int jobs) {
    for (int i = 0; i < jobs; ++i) submit();
    for (int i = 0; i < 8; ++i) pass();
  }
  /// From here on ends and arrivals are counted.
  void start_counting() { counting_ = true; }

  void pass() {
    world_.now += step;
    if (chance(40)) submit();
    if (chance(15)) submit_and_end();
    for (auto& [id, job] : world_.jobs) {
      // An end that a retry takes back before anybody looked cannot be known.
      if (job.state() == world_failed && world_.now - *job.ended > 4 * step && chance(10)) retry(job);
      if (job.state() == world_interrupted && chance(20)) terminate(job);
      for (WorldTask& task : job.tasks) move(task);
      after(job);
    }
  }
  void forget_some() {
    std::vector<std::string> ids;
    for (const auto& [id, job] : world_.jobs) {
      if ((job.seen_over && chance(8)) || (job.state() <= world_running && chance(2))) ids.push_back(id);
    }
    for (const std::string& id : ids) {
      world_.jobs.erase(id);
      std::erase_if(terminal_, [&](const auto& entry) { return entry.first.first == id; });
    }
  }
  /// A refresh has seen the world as it is.
  void note_refresh() {
    for (auto& [id, job] : world_.jobs) {
      job.seen_over = job.ended.has_value();
      for (const WorldTask& task : job.tasks) {
        const auto [place, is_new] = terminal_.try_emplace({id, task.name});
        const StateCounts now = task.counts();
        const std::pair<std::int64_t, std::int64_t> ends{now[world_succeed],
                                                         now[world_failed] + now[world_interrupted]};
        if (counting_) {
          instances[Phase::succeeded] +=
              static_cast<std::uint64_t>(std::max(std::int64_t{0}, ends.first - place->second.first));
          instances[Phase::failed] +=
              static_cast<std::uint64_t>(std::max(std::int64_t{0}, ends.second - place->second.second));
        }
        place->second = ends;
      }
    }
  }

  std::map<std::string, std::uint64_t> arrived;  // by type
  std::map<std::pair<std::string, Phase>, std::uint64_t> finished;
  std::map<Phase, std::uint64_t> jobs_finished;
  std::map<Phase, std::uint64_t> instances{{Phase::succeeded, 0}, {Phase::failed, 0}};

 private:
  bool chance(int percent) { return std::uniform_int_distribution<>(0, 99)(random_) < percent; }
  int between(int low, int high) { return std::uniform_int_distribution<>(low, high)(random_); }

  WorldJob& submit() {
    std::map<std::string, int> tasks;
    const int count = between(1, 4);
    for (int i = 0; i < count; ++i) tasks[std::string(1, static_cast<char>('A' + between(0, 4)))] = between(1, 4);
    WorldJob& job = world_.add("job-" + std::to_string(next_++), tasks, 0);
    job.has_metrics = !chance(10);
    for (const auto& [name, instances_of_it] : tasks) {
      if (counting_) ++arrived[name];
    }
    return job;
  }
  void submit_and_end() {
    WorldJob& job = submit();
    world_.now += seconds{1};
    for (WorldTask& task : job.tasks) {
      for (std::size_t& instance : task.instances) instance = chance(70) ? world_succeed : world_failed;
    }
    after(job);
  }
  void retry(WorldJob& job) {
    for (WorldTask& task : job.tasks) {
      for (std::size_t& instance : task.instances) {
        if (instance == world_failed) instance = 0;
      }
    }
    job.seen_over = false;
    after(job);
  }
  void terminate(WorldJob& job) {
    for (WorldTask& task : job.tasks) {
      for (std::size_t& instance : task.instances) {
        if (instance == world_interrupted) instance = world_failed;
      }
    }
  }
  /// Waiting instances of a task move together, others each for itself.
  void move(WorldTask& task) {
    const std::size_t state = task.state();
    if (state < 2) {
      if (!chance(50)) return;
      for (std::size_t& instance : task.instances) {
        if (instance == state) ++instance;
      }
      return;
    }
    for (std::size_t& instance : task.instances) {
      if (instance > world_running || !chance(40)) continue;
      if (instance < world_running) {
        ++instance;
      } else {
        instance = chance(75) ? world_succeed : chance(70) ? world_failed : world_interrupted;
      }
    }
  }
  /// Ends that are new go into the books.
  void after(WorldJob& job) {
    world_.settle(job);
    for (const WorldTask& task : job.tasks) {
      note_end(task_states_[{job.id, task.name}], task.state(), [&](Phase outcome) {
        ++finished[{task.name, outcome}];
      });
    }
    note_end(job_states_[job.id], job.state(), [&](Phase outcome) { ++jobs_finished[outcome]; });
  }
  void note_end(std::size_t& seen, std::size_t now, const std::function<void(Phase)>& count) const {
    const std::size_t was = std::exchange(seen, now);
    if (was == now || now <= world_running || !counting_) return;
    if (was == world_interrupted && now == world_failed) return;
    count(now == world_succeed ? Phase::succeeded : Phase::failed);
  }

  World& world_;
  std::mt19937 random_;
  bool counting_ = false;
  int next_ = 1000;
  std::map<Pair, std::size_t> task_states_;
  std::map<std::string, std::size_t> job_states_;
  std::map<Pair, std::pair<std::int64_t, std::int64_t>> terminal_;
};

void check_gauges(const BatchQueue& queue, const World& world, const BatchScope& scope) {
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> instances;
  std::map<Pair, std::int64_t> tasks;
  std::map<std::string, std::int64_t> jobs;
  std::map<std::string, WallTime> oldest;
  for (const auto state : batch_states) jobs[std::string(state)] = 0;
  for (const auto& [id, job] : world.jobs) {
    ++jobs[std::string(batch_states[job.state()])];
    if (job.ended && *job.ended + scope.keep_ended <= world.now) continue;
    for (const WorldTask& task : job.tasks) {
      for (const std::string_view state : batch_states) tasks.try_emplace({task.name, std::string(state)}, 0);
      ++tasks[{task.name, std::string(batch_states[task.state()])}];
      for (std::size_t i = 0; i < batch_states.size(); ++i) {
        instances[{id, task.name, std::string(batch_states[i])}] = task.counts()[i];
      }
      if (task.state() > world_running) continue;
      const auto [place, is_new] = oldest.try_emplace(task.name, task.created);
      place->second = std::min(place->second, task.created);
    }
  }
  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> shown_instances;
  for (const auto& row : queue.shown.instances) shown_instances[{row.job_id, row.task, row.status}] = row.count;
  CHECK(shown_instances == instances);
  CHECK(shown_instances.size() == queue.shown.instances.size());
  std::map<Pair, std::int64_t> shown_tasks;
  for (const auto& row : queue.shown.tasks) shown_tasks[{row.type, row.status}] = row.count;
  CHECK(shown_tasks == tasks);
  std::map<std::string, std::int64_t> shown_jobs;
  for (const auto& row : queue.shown.jobs) shown_jobs[row.status] = row.count;
  CHECK(shown_jobs == jobs);
  std::map<std::string, WallTime> shown_oldest;
  for (const auto& [type, times] : queue.shown.oldest) {
    if (times.unfinished) shown_oldest[type] = *times.unfinished;
  }
  CHECK(shown_oldest == oldest);
}

void check_counters(const BatchQueue& queue, const Life& life) {
  for (const std::string type : {"A", "B", "C", "D", "E"}) {
    CAPTURE(type);
    const auto true_count = [&](Phase outcome) {
      const auto found = life.finished.find({type, outcome});
      return found == life.finished.end() ? 0 : found->second;
    };
    CHECK(queue.finished(type, Phase::succeeded) == true_count(Phase::succeeded));
    CHECK(queue.finished(type, Phase::failed) == true_count(Phase::failed));
    const auto arrived = life.arrived.find(type);
    CHECK(queue.arrived(type) == (arrived == life.arrived.end() ? 0 : arrived->second));
  }
  auto jobs = life.jobs_finished;
  for (const Phase outcome : {Phase::succeeded, Phase::failed}) jobs.try_emplace(outcome, 0);
  CHECK(queue.state.batch.jobs_finished == jobs);
}

}  // namespace

TEST_CASE("counts and counters are true after each refresh of a random world", "[tally][batch_tally][property]") {
  const auto seed = GENERATE(range(1U, 41U));
  CAPTURE(seed);
  World world;
  world.unfiltered = seed % 10 == 0;
  Life life(world, seed);
  const BatchScope scope{.keep_ended = minutes{5}};
  BatchQueue queue(world, scope);
  life.begin(8);
  REQUIRE(queue.refresh());
  life.note_refresh();
  life.start_counting();
  std::mt19937 random(seed);
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    life.forget_some();  // before anything happens that nobody has seen
    const auto passes = random() % 3;
    for (unsigned p = 0; p < passes; ++p) life.pass();
    REQUIRE(queue.refresh());
    life.note_refresh();
    CHECK_FALSE(queue.partial);
    CHECK(queue.shown.complete);
    check_gauges(queue, world, scope);
    check_counters(queue, life);
    CHECK(queue.shown.instances_finished == life.instances);
  }
}

TEST_CASE("a world that moves while it is read comes out true once it stands still", "[tally][batch_tally][property]") {
  const auto seed = GENERATE(range(1U, 31U));
  CAPTURE(seed);
  World world;
  world.page_size = 5;
  Life life(world, seed);
  const BatchScope scope{.keep_ended = minutes{5}};
  BatchQueue queue(world, scope);
  life.begin(8);
  REQUIRE(queue.refresh());
  life.start_counting();
  std::mt19937 random(seed);
  for (int i = 0; i < 60; ++i) {
    long calls_left = static_cast<long>(random() % 30);
    world.before_call = [&] {
      if (calls_left-- == 0) life.pass();
    };
    REQUIRE(queue.refresh());
  }
  world.before_call = {};
  for (int i = 0; i < 4; ++i) {
    world.now += minutes{61};
    REQUIRE(queue.refresh());
  }
  check_gauges(queue, world, scope);
  check_counters(queue, life);
}

TEST_CASE("failures of single calls delay counts but lose none", "[tally][batch_tally][property]") {
  const auto seed = GENERATE(range(1U, 31U));
  CAPTURE(seed);
  World world;
  Life life(world, seed);
  const BatchScope scope{.keep_ended = minutes{5}};
  BatchQueue queue(world, scope);
  life.begin(8);
  REQUIRE(queue.refresh());
  life.start_counting();
  std::mt19937 random(seed);
  const auto sometimes = [&](const std::string& action, const std::string&) -> std::optional<Failure> {
    if (action == "DescribeJobs" && random() % 10 != 0) return std::nullopt;
    if (random() % 5 != 0) return std::nullopt;
    return Failure{.kind = random() % 2 == 0 ? FailureKind::server : FailureKind::throttled, .code = "Sometimes"};
  };
  bool ever_partial = false;
  for (int i = 0; i < 60; ++i) {
    life.pass();
    world.fails = sometimes;
    const auto counted = queue.refresh();
    ever_partial |= counted && queue.partial;
    if (counted) CHECK(queue.shown.complete == !queue.partial);
    if (i % 3 != 2) continue;
    world.fails = {};  // now and then all goes well
    REQUIRE(queue.refresh());
    CHECK_FALSE(queue.partial);
    check_gauges(queue, world, scope);
    check_counters(queue, life);
  }
  CHECK(ever_partial);
}
