#include "exporter/tencent/batch_item.h"

#include <algorithm>

namespace taskqueue {
namespace {

// In the order of batch_states.
constexpr std::array<std::string_view, batch_states.size()> counters{
    "SubmittedCount", "PendingCount",           "RunnableCount", "StartingCount",
    "RunningCount",   "FailedInterruptedCount", "SucceedCount",  "FailedCount"};

/// Some old pages spell it so; our own comparisons should not have to know.
std::string read_state(const Value& item, std::string_view key) {
  std::string state = text_member(item, key);
  if (state == "SUCCEEDED") state = "SUCCEED";
  return state.empty() ? "unknown" : state;
}

}  // namespace

BatchJob read_batch_job(const Value& item) {
  return {.id = text_member(item, "JobId"),
          .name = text_member(item, "JobName"),
          .state = read_state(item, "JobState"),
          .created = time_member(item, "CreateTime"),
          .ended = time_member(item, "EndTime"),
          .tasks = read_state_counts(item, "TaskMetrics")};
}

BatchTask read_batch_task(const Value& item) {
  return {.name = text_member(item, "TaskName"),
          .state = read_state(item, "TaskState"),
          .created = time_member(item, "CreateTime"),
          .ended = time_member(item, "EndTime")};
}

std::optional<StateCounts> read_state_counts(const Value& item, const std::string& key) {
  const Value* metrics = member(item, key);
  if (metrics == nullptr || !metrics->is_object()) return std::nullopt;
  StateCounts counts{};
  for (std::size_t state = 0; state < counts.size(); ++state) {
    if (member(*metrics, counters[state]) == nullptr) continue;
    const auto count = count_member(*metrics, counters[state]);
    if (!count) return std::nullopt;
    counts[state] = *count;
  }
  return counts;
}

bool InstanceSet::add(const Value& page, std::int64_t offset) {
  const std::size_t before = states_.size();
  for (const Value& instance : page) {
    const std::int64_t index = whole_member(instance, "TaskInstanceIndex").value_or(offset);
    states_.insert_or_assign(index, read_state(instance, "TaskInstanceState"));
    ++offset;
  }
  return states_.size() > before;
}

StateCounts InstanceSet::counts() const {
  StateCounts counts{};
  for (const auto& [index, name] : states_) {
    const auto state = std::ranges::find(batch_states, name);
    if (state != batch_states.end()) ++counts[static_cast<std::size_t>(state - batch_states.begin())];
  }
  return counts;
}

}  // namespace taskqueue
