#include "exporter/simulator/batch_life.h"

#include <algorithm>
#include <cmath>

#include "exporter/simulator/chance.h"

namespace taskqueue::simulator {
namespace {

Milliseconds sample(const Span& span, std::uint64_t bits) {
  return span.least + Milliseconds{std::llround(static_cast<double>((span.most - span.least).count()) * share(bits))};
}

/// Lives through one job, attempt by attempt.
class Life {
 public:
  Life(BatchJob& job, const BatchWorldPlan& plan, std::uint64_t seed) : job_(job), plan_(plan), seed_(seed) {}

  void whole() {
    interrupts_ = share(next()) < plan_.interrupted_share;
    is_brief_ = plan_.brief_share > 0 && share(next()) < plan_.brief_share;
    const Milliseconds waiting = job_.birth + sample(plan_.stay, next());
    for (BatchTask& task : job_.tasks) {
      for (BatchInstance& instance : task.instances) {
        instance.changes = {{job_.birth, BatchState::submitted}, {waiting, BatchState::pending}};
      }
    }
    Milliseconds end = attempt(waiting + Milliseconds{500}, plan_.failed_share);
    if (failed_ && interrupts_) {
      end += sample(plan_.interrupted, next());
      terminate(end);
    } else if (failed_ && share(next()) < plan_.retried_share) {
      end = retry(end + sample(plan_.until_retry, next()));
    }
    job_.deleted = end + sample(plan_.until_deleted, next());
  }

 private:
  std::uint64_t next() { return draw(seed_, ++drawn_, 41); }

  static bool has_succeeded(const BatchInstance& instance) {
    return instance.changes.back().state == BatchState::succeed;
  }

  /// Runs what has not succeeded, task after task up to the first failure, or all tasks at once. Returns when the job
  /// ends.
  Milliseconds attempt(Milliseconds start, double failed_share) {
    failed_ = false;
    if (job_.abreast) {
      Milliseconds end = start;
      for (BatchTask& task : job_.tasks) end = std::max(end, run(task, start, failed_share));
      return end;
    }
    for (BatchTask& task : job_.tasks) {
      if (failed_) {
        give_up(task, start);
      } else {
        start = run(task, start, failed_share);
      }
    }
    return start;
  }

  Milliseconds run(BatchTask& task, Milliseconds start, double failed_share) {
    Milliseconds end = start;
    for (BatchInstance& instance : task.instances) {
      if (has_succeeded(instance)) continue;
      const Milliseconds starting = start + sample(plan_.stay, next());
      const Milliseconds running = starting + sample(plan_.stay, next());
      const Milliseconds done = running + sample(is_brief_ ? plan_.brief_run : plan_.run, next());
      const bool fails = share(next()) < failed_share;
      failed_ = failed_ || fails;
      const BatchState failure = interrupts_ ? BatchState::failed_interrupted : BatchState::failed;
      instance.changes.insert(instance.changes.end(), {{start, BatchState::runnable},
                                                       {starting, BatchState::starting},
                                                       {running, BatchState::running},
                                                       {done, fails ? failure : BatchState::succeed}});
      end = std::max(end, done);
    }
    return end;
  }

  /// What waited for a failed task fails with it.
  static void give_up(BatchTask& task, Milliseconds when) {
    for (BatchInstance& instance : task.instances) instance.changes.push_back({when, BatchState::failed});
  }

  void terminate(Milliseconds when) {
    for (BatchTask& task : job_.tasks) {
      for (BatchInstance& instance : task.instances) {
        if (instance.changes.back().state == BatchState::failed_interrupted) {
          instance.changes.push_back({when, BatchState::failed});
        }
      }
    }
  }

  /// RetryJobs: what failed is submitted again; this time it goes well.
  Milliseconds retry(Milliseconds when) {
    const Milliseconds waiting = when + sample(plan_.stay, next());
    for (BatchTask& task : job_.tasks) {
      for (BatchInstance& instance : task.instances) {
        if (has_succeeded(instance)) continue;
        instance.changes.push_back({when, BatchState::submitted});
        instance.changes.push_back({waiting, BatchState::pending});
      }
    }
    return attempt(waiting + Milliseconds{500}, 0);
  }

  BatchJob& job_;
  const BatchWorldPlan& plan_;
  const std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
  bool interrupts_ = false;
  bool is_brief_ = false;
  bool failed_ = false;
};

}  // namespace

void live(BatchJob& job, const BatchWorldPlan& plan, std::uint64_t seed) { Life(job, plan, seed).whole(); }

}  // namespace taskqueue::simulator
