// process_*: what the kernel says of us.
#pragma once

#include <vector>

#include "exporter/metrics/family.h"

namespace taskqueue {

/// Reads /proc; what cannot be read is left out.
[[nodiscard]] std::vector<FamilyText> process_families();

}  // namespace taskqueue
