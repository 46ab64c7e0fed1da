// What a Batch world holds at one moment, told from its inside.
#pragma once

#include "exporter/simulator/batch_world.h"
#include "exporter/simulator/json.h"
#include "exporter/simulator/timeline.h"

namespace taskqueue::simulator {

/// `jobs`: rows of status, phase, count; `tasks`: type (the task's name), status, phase, count; `instances`: job_id,
/// job_name, task, status, phase, count: zeros left out. Ever: `arrived_jobs`, `finished_jobs`, `arrived` and
/// `finished` (tasks, each end of a retried one), `finished_instances`.
[[nodiscard]] Json batch_truth(const BatchWorld& world, const Timeline& timeline, WallTime now);

}  // namespace taskqueue::simulator
