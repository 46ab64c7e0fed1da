#include "exporter/tencent/task_item.h"

namespace taskqueue {

Task read_task(const Value& item, const std::string& asked_status) {
  Task task;
  task.id = text_member(item, "TaskId");
  task.type = text_member(item, "TaskType");
  // An empty label would be no label.
  if (task.type.empty()) task.type = "unknown";
  task.status = text_member(item, "Status");
  if (task.status.empty()) task.status = asked_status;
  task.phase = phase_of(task.status);
  task.created = time_member(item, "CreateTime");
  task.began = time_member(item, "BeginProcessTime");
  task.ended = time_member(item, "FinishTime");
  return task;
}

}  // namespace taskqueue
