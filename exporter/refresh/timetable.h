// When one queue is due: on a grid of its interval, whatever its refreshes take.
#pragma once

#include <cstdint>

#include "exporter/clock.h"

namespace taskqueue {

class Timetable {
 public:
  Timetable(Milliseconds interval, SteadyTime first) : interval_(interval), due_(first), in_force_(interval) {}

  /// What refreshes need of an interval is known from another timetable of the same queue.
  void go_on_from(const Timetable& before) {
    if (before.interval_ == interval_) in_force_ = before.in_force_;
  }

  [[nodiscard]] SteadyTime due() const { return due_; }
  [[nodiscard]] bool is_running() const { return running_; }
  [[nodiscard]] bool is_due(SteadyTime now) const { return now >= due_; }

  /// A refresh starts; the next is due one interval after this one was, or from now if that has passed.
  void start(SteadyTime now);
  /// It was due while the last refresh still ran: not queued behind it, but left out.
  void skip(SteadyTime now);
  /// The refresh in flight has done its work: how long it took sets the interval in force.
  void measure(SteadyTime now) { in_force_ = stretched(now); }
  void end(SteadyTime now);
  /// There is a reason not to wait: due now, or as soon as the refresh in flight has ended.
  void hasten(SteadyTime now);

  /// The interval, times what the last refresh needed of it.
  [[nodiscard]] Milliseconds in_force() const { return in_force_; }

 private:
  void advance(SteadyTime now);
  [[nodiscard]] Milliseconds stretched(SteadyTime now) const;

  const Milliseconds interval_;
  SteadyTime due_;
  SteadyTime started_{};
  bool running_ = false;
  bool hastened_ = false;  // while running
  Milliseconds in_force_;
};

}  // namespace taskqueue
