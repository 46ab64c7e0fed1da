// The pieces of Batch's answers.
#pragma once

#include <optional>
#include <string>

#include "exporter/api/fields.h"
#include "exporter/tally/batch_job.h"

namespace taskqueue {

/// A JobView, or what DescribeJob tells of the job itself.
[[nodiscard]] BatchJob read_batch_job(const Json& item);

/// A TaskView, or what DescribeTask tells of the task itself.
[[nodiscard]] BatchTask read_batch_task(const Json& item);

/// TaskMetrics or TaskInstanceMetrics: eight counts, an absent one being 0. Nothing where the whole is absent.
[[nodiscard]] std::optional<StateCounts> read_state_counts(const Json& item, const std::string& key);

/// The instances of a TaskInstanceSet by their states.
[[nodiscard]] StateCounts count_instances(const Json& instances);

}  // namespace taskqueue
