#include "exporter/tencent/task_detail.h"

#include <algorithm>

namespace taskqueue {
namespace {

/// Nested as deep as a document may be, which has a limit of its own.
bool tells_failure(const Value& part) {
  if (whole_member(part, "ErrCode").value_or(0) != 0 || text_member(part, "Status") == "FAIL") return true;
  return (part.is_object() || part.is_array()) && std::ranges::any_of(part.begin(), part.end(), tells_failure);
}

}  // namespace

std::optional<Phase> outcome_of_detail(const Value& answer) {
  const std::string status = text_member(answer, "Status");
  if (status == "ABORTED") return Phase::cancelled;
  if (status != "FINISH") return std::nullopt;
  bool any = false;
  for (const Value& part : answer) {
    if (!part.is_object() || !part.key().ends_with("Task")) continue;
    any = true;
    if (tells_failure(part)) return Phase::failed;
  }
  return any ? std::optional(Phase::succeeded) : std::nullopt;
}

}  // namespace taskqueue
