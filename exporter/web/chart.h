// A queue's last hours as a small drawing.
#pragma once

#include <deque>
#include <string>

#include "exporter/clock.h"
#include "exporter/web/history.h"

namespace taskqueue::web {

/// SVG: queued as an area, running as a line; its label says in words what it shows. Empty before there is something to
/// draw. `queue` is the name for the label, not yet escaped.
[[nodiscard]] std::string tasks_chart(const std::string& queue, const std::deque<HistoryPoint>& points, WallTime now);

/// SVG: tasks ended per minute as bars.
[[nodiscard]] std::string ended_chart(const std::string& queue, const std::deque<HistoryPoint>& points, WallTime now);

}  // namespace taskqueue::web
