// The examples that the vendors' pages give, word for word, as answers.
#pragma once

#include <string>
#include <string_view>

#include "exporter/simulator/api_error.h"
#include "exporter/simulator/json.h"

namespace taskqueue::simulator {

namespace recorded {

extern const std::string_view mps_finish_1;  // five of twelve, and a token
extern const std::string_view mps_finish_2;  // the page of that token
extern const std::string_view mps_processing;
extern const std::string_view vod_finish_1;
extern const std::string_view vod_finish_2;  // the last, yet with a token
extern const std::string_view vod_processing;
extern const std::string_view batch_task;
extern const std::string_view ecs_tasks;

}  // namespace recorded

/// The body for a checked call. A recording knows no time: filters by time and sorts are taken and not heeded. What the
/// pages have no example of is an empty list.
[[nodiscard]] Result<std::string, ApiError> recorded_answer(std::string_view service, std::string_view action,
                                                            const Json& parameters);

}  // namespace taskqueue::simulator
