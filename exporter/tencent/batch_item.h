// The pieces of Batch's answers.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "exporter/api/fields.h"
#include "exporter/tally/batch_job.h"

namespace taskqueue {

/// A JobView, or what DescribeJob tells of the job itself.
[[nodiscard]] BatchJob read_batch_job(const Value& item);

/// A TaskView, or what DescribeTask tells of the task itself.
[[nodiscard]] BatchTask read_batch_task(const Value& item);

/// TaskMetrics or TaskInstanceMetrics: eight counts, an absent one, or one that is no count, being 0. Nothing where the
/// whole is absent.
[[nodiscard]] std::optional<StateCounts> read_state_counts(const Value& item, const std::string& key);

/// The instances of one task, gathered from the pages of its TaskInstanceSet, each once, in its newest state.
class InstanceSet {
 public:
  /// True if an instance was new. One without an index is known by its place in the list: `offset` and further.
  bool add(const Value& page, std::int64_t offset);

  [[nodiscard]] std::size_t size() const { return states_.size(); }
  /// By their states.
  [[nodiscard]] StateCounts counts() const;

 private:
  std::map<std::int64_t, std::string> states_;  // by index
};

}  // namespace taskqueue
