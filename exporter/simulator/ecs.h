// ECS as its page "DescribeTasks" (2014-05-26) tells it.
#pragma once

#include "exporter/simulator/acs.h"
#include "exporter/simulator/scene.h"

namespace taskqueue::simulator {

/// The answer without RequestId. `world` may be null: a region in which nothing ever happened.
[[nodiscard]] ActionResult describe_ecs_tasks(const AcsParameters& parameters, const Scene& scene);

/// The identifier of a task in ECS.
[[nodiscard]] std::string ecs_task_id(const World& world, std::uint64_t index);
/// The index it was made of; nothing where it is no id of this world.
[[nodiscard]] std::optional<std::uint64_t> ecs_task_index(const World& world, const std::string& id);

}  // namespace taskqueue::simulator
