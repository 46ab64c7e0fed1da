// What VOD's DescribeTaskDetail says about how a task ended.
#pragma once

#include <optional>

#include "exporter/api/fields.h"
#include "exporter/metrics/phase.h"

namespace taskqueue {

/// Failed if the object of the task's type, or a subtask in it, has an ErrCode other than 0 or the Status FAIL;
/// succeeded if there is such an object and none of it has. Nothing where the answer has no object of a type, or has
/// not ended.
[[nodiscard]] std::optional<Phase> outcome_of_detail(const Value& answer);

}  // namespace taskqueue
