// The routes of the contract, made from plain inputs: what is shown comes in as functions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/metrics/exposition.h"
#include "exporter/refresh/shelf.h"
#include "exporter/web/history.h"
#include "exporter/web/response.h"
#include "exporter/web/router.h"

namespace taskqueue::web {

/// Tells how a reload ended: nothing, or the complaints as text. Thread-safe.
using ReloadEnded = std::function<void(std::optional<std::string> complaints)>;

/// What the pages show and may set off. All functions run on the server's thread and must not block it.
struct Site {
  /// The shelf as it is true now.
  std::function<Shelf::View()> view;
  /// The exposition of these queues, of all if there are none. Nothing if one of the names is unknown.
  std::function<std::optional<Pieces>(const std::vector<std::string>& queues, Shape shape)> metrics;
  /// The limiters of API calls as they stand. May be empty.
  std::function<std::vector<Budget>()> budgets;
  /// Filled by whoever has the time; read here.
  std::shared_ptr<const History> history = std::make_shared<const History>();
  /// Why the process is not healthy; nothing if it is.
  std::function<std::optional<std::string>()> sickness;
  /// Begins a reload and tells later, from any thread, how it ended. May be empty without `lifecycle`.
  std::function<void(ReloadEnded)> reload;
  /// Each answer of the telemetry path is counted by its status. May be empty.
  std::function<void(int status)> on_scrape;

  std::string telemetry_path = "/metrics";  // begins with a slash
  bool lifecycle = false;                   // --web.enable-lifecycle
  std::string version;
  std::string revision;
};

/// `clock` is used, not owned. A telemetry path that is another page's path takes that page's place.
[[nodiscard]] std::vector<Route> pages(Site site, const Clock& clock);

}  // namespace taskqueue::web
