#include "exporter/web/password_desk.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
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
  std::optional<Check> loser;
  {
    const Lock lock(mutex_);
    const auto found = waiting_.find(address);
    const std::size_t line = found == waiting_.end() ? 0 : found->second.size();
    if (line >= most_of_one) return false;
    if (count_ >= most_of_all) {
      loser = make_room_for(line);
      if (!loser) return false;
    }
    line_up(address, std::move(check));
  }
  // Without the mutex: who hears it may hand in again.
  if (loser) loser->verdict(Verdict::turned_away);
  return true;
}

std::optional<PasswordDesk::Check> PasswordDesk::make_room_for(std::size_t line) {
  auto& longest = std::ranges::max_element(waiting_, {}, [](const auto& each) { return each.second.size(); })->second;
  // Two of almost the same length would only take the place from each other.
  if (line + 1 >= longest.size()) return std::nullopt;
  std::optional<Check> newest = std::move(longest.back());
  longest.pop_back();
  --count_;
  return newest;
}

void PasswordDesk::line_up(const std::string& address, Check check) {
  auto& line = waiting_[address];
  if (line.empty()) turns_.push_back(address);
  line.push_back(std::move(check));
  ++count_;
  changed_.notify_one();
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
    check.verdict(bcrypt_matches(check.hash, check.password) ? Verdict::matches : Verdict::differs);
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
