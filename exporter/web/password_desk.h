// Where passwords are checked: one after the other, on a thread of its own, so that guessing costs scrapes nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include "exporter/locks.h"
#include "exporter/secret.h"

namespace taskqueue::web {

class PasswordDesk {
 public:
  struct Check {
    Secret hash;
    Secret password;
    std::function<void(bool matches)> verdict;  // on the desk's thread
  };

  /// Starts the thread `passwords`.
  PasswordDesk();
  /// Drops who still waits; returns after the check in hand.
  ~PasswordDesk();
  PasswordDesk(const PasswordDesk&) = delete;
  PasswordDesk& operator=(const PasswordDesk&) = delete;

  /// Addresses take turns, so that one that guesses does not keep others waiting. False, and nothing happens, when too
  /// many of this address, or of all, wait already. Thread-safe.
  [[nodiscard]] bool hand_in(const std::string& address, Check check);

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] Check take_next() REQUIRES(mutex_);

  static constexpr std::size_t most_of_one = 16;
  static constexpr std::size_t most_of_all = 128;

  Mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::deque<Check>> waiting_ GUARDED_BY(mutex_);  // by address; none is empty
  std::deque<std::string> turns_ GUARDED_BY(mutex_);                     // its addresses, whose turn it is first
  std::size_t count_ GUARDED_BY(mutex_) = 0;
  std::jthread thread_;
};

}  // namespace taskqueue::web
