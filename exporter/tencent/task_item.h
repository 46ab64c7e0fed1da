// A TaskSimpleInfo, the item of MPS's and VOD's DescribeTasks.
#pragma once

#include <string>

#include "exporter/api/fields.h"
#include "exporter/tally/task.h"

namespace taskqueue {

/// Items of MPS have no Status: `asked_status` is what the list was asked for, or empty.
[[nodiscard]] Task read_task(const Value& item, const std::string& asked_status);

}  // namespace taskqueue
