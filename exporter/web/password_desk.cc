#include "exporter/web/password_desk.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "exporter/web/bcrypt.h"

namespace taskqueue::web {

PasswordDesk::PasswordDesk() : thread_([this](const std::stop_token& stop) { run(stop); }) {
  pthread_setname_np(thread_.native_handle(), "passwords");
}

PasswordDesk::~PasswordDesk() {
  thread_.request_stop();
  thread_.join();
}

bool PasswordDesk::hand_in(const std::string& address, Check check) {
  const Lock lock(mutex_);
  if (count_ >= most_of_all) return false;
  auto& line = waiting_[address];
  if (line.size() >= most_of_one) return false;
  if (line.empty()) turns_.push_back(address);
  line.push_back(std::move(check));
  ++count_;
  changed_.notify_one();
  return true;
}

void PasswordDesk::run(const std::stop_token& stop) {
  // Linux gives each thread a niceness of its own: on a busy machine scrapes go first. If it is refused, nothing is
  // lost.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
  while (true) {
    Check check;
    {
      Lock lock(mutex_);
      while (count_ == 0 && !stop.stop_requested())
        changed_.wait(lock, stop, [this]() REQUIRES(mutex_) { return count_ > 0; });
      if (stop.stop_requested()) return;
      check = take_next();
    }
    check.verdict(bcrypt_matches(check.hash, check.password));
  }
}

PasswordDesk::Check PasswordDesk::take_next() {
  std::string address = std::move(turns_.front());
  turns_.pop_front();
  const auto line = waiting_.find(address);
  Check check = std::move(line->second.front());
  line->second.pop_front();
  --count_;
  if (line->second.empty()) {
    waiting_.erase(line);
  } else {
    turns_.push_back(std::move(address));
  }
  return check;
}

}  // namespace taskqueue::web
