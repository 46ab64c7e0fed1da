// The page at `/`: every queue, how it is doing and why. Plain HTML, made here; its looks are in style_sheet.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/web/queue_summary.h"

namespace taskqueue::web {

struct PageFacts {
  std::string version;
  std::string revision;
  std::string telemetry_path;  // with its leading slash
  WallTime now{};
};

/// Whole and self-contained but for `style.css` and `icon.svg` beside it. Links are relative, so that it works behind
/// a prefix. Everything that came from outside is escaped.
[[nodiscard]] std::string status_page(const std::vector<QueueSummary>& queues, const PageFacts& facts);

}  // namespace taskqueue::web
