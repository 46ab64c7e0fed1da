// Where refreshes run: on threads in life, in line in a simulated day.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "exporter/locks.h"

namespace taskqueue {

class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Runs `work` soon. It must not throw.
  virtual void run(std::function<void()> work) = 0;
};

/// Runs work before run() returns.
class InlineExecutor final : public Executor {
 public:
  void run(std::function<void()> work) override { work(); }
};

/// Runs work on threads that start when first needed, at most `most` of them. The destructor waits for all work.
class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(std::size_t most) : most_(most) {}

  void run(std::function<void()> work) override;

 private:
  void work(const std::stop_token& stop);

  const std::size_t most_;
  Mutex mutex_;
  std::condition_variable_any has_work_;
  std::deque<std::function<void()>> waiting_ GUARDED_BY(mutex_);
  std::size_t idle_ GUARDED_BY(mutex_) = 0;
  std::vector<std::jthread> threads_ GUARDED_BY(mutex_);  // last: ends first
};

}  // namespace taskqueue
