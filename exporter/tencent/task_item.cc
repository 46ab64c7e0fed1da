#include "exporter/tencent/task_item.h"

#include "exporter/utc.h"

namespace taskqueue {

Task read_task(const Value& item, const std::string& asked_status) {
  Task task;
  // One walk over the members: most of what we read are these.
  for (const Value& member : item) {
    if (!member.is_text()) continue;
    const std::string_view key = member.key();
    if (key == "TaskId") task.id = member.text();
    if (key == "TaskType") task.type = member.text();
    if (key == "Status") task.status = member.text();
    if (key == "CreateTime") task.created = parse_utc(member.text());
    if (key == "BeginProcessTime") task.began = parse_utc(member.text());
    if (key == "FinishTime") task.ended = parse_utc(member.text());
  }
  // An empty label would be no label.
  if (task.type.empty()) task.type = "unknown";
  if (task.status.empty()) task.status = asked_status;
  task.phase = phase_of(task.status);
  return task;
}

}  // namespace taskqueue
