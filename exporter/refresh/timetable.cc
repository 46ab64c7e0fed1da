#include "exporter/refresh/timetable.h"

#include <algorithm>
#include <utility>

namespace taskqueue {

void Timetable::advance(SteadyTime now) {
  due_ += interval_;
  // After a long sleep of the machine there is one refresh to do, not all that were missed.
  if (due_ <= now) due_ = now + interval_;
}

Milliseconds Timetable::stretched(SteadyTime now) const {
  const auto rounds = (now - started_ + interval_ - SteadyTime::duration{1}) / SteadyTime::duration{interval_};
  return interval_ * std::max<SteadyTime::rep>(1, rounds);
}

void Timetable::start(SteadyTime now) {
  running_ = true;
  started_ = now;
  advance(now);
}

void Timetable::end(SteadyTime now) {
  running_ = false;
  if (std::exchange(hastened_, false)) hasten(now);
}

void Timetable::hasten(SteadyTime now) {
  if (running_) {
    hastened_ = true;
  } else {
    due_ = std::min(due_, now);
  }
}

void Timetable::skip(SteadyTime now) {
  in_force_ = std::max(in_force_, stretched(now));
  advance(now);
}

}  // namespace taskqueue
