// An estimate as somebody at a terminal reads it.
#pragma once

#include <string>

#include "exporter/estimate.h"

namespace taskqueue {

/// A block for each account, a table for each of its actions; at most 80 columns where names are not long. Then what
/// will not go as configured.
[[nodiscard]] std::string text(const Estimate& estimate);

}  // namespace taskqueue
