// What a world holds at one moment, told from its inside: the measure that readings of it are compared with.
#pragma once

#include <string_view>

#include "exporter/simulator/json.h"
#include "exporter/simulator/listing.h"

namespace taskqueue::simulator {

/// `tasks`: rows of type, status, phase, outcome and count, as the API would list them now, zeros left out; `arrived`
/// and `finished`: ever, history included, but no end of a task that had left the window alive; `oldest_queued`,
/// `oldest_running`, `oldest_unfinished`: by type, seconds since 1970; `total`: all that the API shows. What readers
/// may see differently: `at_edge`, by type the tasks that leave the window within `edge` of now, and
/// `finished_at_edge`, of `finished` those whose end showed for less than `edge`.
[[nodiscard]] Json tasks_truth(const World& world, const Listing& listing, std::string_view service, Milliseconds edge);

}  // namespace taskqueue::simulator
