#include "exporter/alibaba/ecs_task_set.h"

#include <string>

namespace taskqueue {
namespace {

Task read_task(const Value& item) {
  Task task;
  task.id = text_member(item, "TaskId");
  task.type = text_member(item, "TaskAction");
  // The manual's sample spells one of the actions so.
  if (task.type == "IMPORT_IMAGE") task.type = "ImportImage";
  // An empty label would be no label.
  if (task.type.empty()) task.type = "unknown";
  task.status = text_member(item, "TaskStatus");
  if (task.status.empty()) task.status = "unknown";
  task.phase = phase_of(task.status);
  task.created = time_member(item, "CreationTime");
  task.ended = time_member(item, "FinishedTime");
  return task;
}

void visit(const Value& part, const TaskSink& sink) {
  if (part.is_array()) {
    for (const Value& each : part) visit(each, sink);
  } else if (const Value* inner = member(part, "Task")) {
    visit(*inner, sink);
  } else if (!text_member(part, "TaskId").empty()) {
    sink(read_task(part));
  }
}

}  // namespace

bool has_task_set(const Value& answer, bool may_be_left_out) {
  const Value* set = member(answer, "TaskSet");
  return set == nullptr ? may_be_left_out : set->is_object() || set->is_array();
}

void read_task_set(const Value& answer, const TaskSink& sink) {
  if (const Value* set = member(answer, "TaskSet")) visit(*set, sink);
}

}  // namespace taskqueue
