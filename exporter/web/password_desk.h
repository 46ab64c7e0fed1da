// Where passwords are checked: one after the other, on a thread of its own, so that guessing costs scrapes nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "exporter/locks.h"
#include "exporter/secret.h"

namespace taskqueue::web {

class PasswordDesk {
 public:
  enum class Verdict { matches, differs, turned_away };

  struct Check {
    Secret hash;
    Secret password;
    // Once, on the desk's thread; or on that of whoever hands in, when the check is turned away for another's.
    std::function<void(Verdict)> verdict;
  };

  /// Starts the thread `passwords`.
  PasswordDesk();
  /// Drops who still waits; returns after the check in hand.
  ~PasswordDesk();
  PasswordDesk(const PasswordDesk&) = delete;
  PasswordDesk& operator=(const PasswordDesk&) = delete;

  /// Addresses take turns, so that one that guesses does not keep others waiting. When too many wait, the newest of the
  /// address with most of them is turned away for one with fewer. False, and nothing happens, when too many of this
  /// address wait already, or of all with none to be turned away. Thread-safe.
  [[nodiscard]] bool hand_in(const std::string& address, Check check);

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] std::optional<Check> make_room_for(std::size_t line) REQUIRES(mutex_);
  void line_up(const std::string& address, Check check) REQUIRES(mutex_);
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
