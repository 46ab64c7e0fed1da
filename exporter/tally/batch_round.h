// How far one refresh of Batch has come.
#pragma once

#include <optional>

#include "exporter/failure.h"

namespace taskqueue {

struct BatchRound {
  SteadyTime began{};
  std::optional<WallTime> as_of{};  // cloud time of the first answer
  bool complete = true;             // everything was read that there is to read
  std::optional<Failure> partial{};

  void answered(WallTime when) {
    if (!as_of) as_of = when;
  }
  /// The first failure is the one that is told.
  void failed(const Failure& failure) {
    complete = false;
    if (!partial) partial = failure;
  }
};

}  // namespace taskqueue
