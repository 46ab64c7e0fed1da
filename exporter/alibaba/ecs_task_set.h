// The tasks in an answer of ECS's DescribeTasks.
#pragma once

#include "exporter/api/fields.h"
#include "exporter/tally/task.h"

namespace taskqueue {

/// True where the answer has a set, or may leave it out and does.
[[nodiscard]] bool has_task_set(const Value& answer, bool may_be_left_out);

/// Passes each task of `answer`'s TaskSet that has an id. The set is an object with the array Task, as the API sends
/// it, or an array of such objects, as its manual prints it; an array of tasks, a lone task, null and nothing do as
/// well.
void read_task_set(const Value& answer, const TaskSink& sink);

}  // namespace taskqueue
