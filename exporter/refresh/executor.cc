#include "exporter/refresh/executor.h"

#include <pthread.h>

#include <utility>

namespace taskqueue {

void ThreadExecutor::run(std::function<void()> work) {
  const Lock lock(mutex_);
  waiting_.push_back(std::move(work));
  if (waiting_.size() > idle_ && threads_.size() < most_) {
    threads_.emplace_back([this](const std::stop_token& stop) { this->work(stop); });
  }
  has_work_.notify_one();
}

void ThreadExecutor::work(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "refresh");
  while (true) {
    std::function<void()> next;
    {
      Lock lock(mutex_);
      ++idle_;
      has_work_.wait(lock, stop, [this]() REQUIRES(mutex_) { return !waiting_.empty(); });
      --idle_;
      if (waiting_.empty()) return;  // told to stop, and nothing is left to do
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next();
  }
}

}  // namespace taskqueue
