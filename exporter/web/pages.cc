#include "exporter/web/pages.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "exporter/web/negotiation.h"
#include "exporter/web/page_files.h"
#include "exporter/web/queue_summary.h"
#include "exporter/web/queues_json.h"
#include "exporter/web/status_page.h"

namespace taskqueue::web {
namespace {

using SharedSite = std::shared_ptr<const Site>;

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += list.empty() ? name : ", " + name;
  return list;
}

Response typed(std::string content_type, std::string text) {
  Response response;
  response.content_type = std::move(content_type);
  response.body.push_back(piece(std::move(text)));
  return response;
}

/// Without the name that was asked for: it came from outside.
Response unknown_queue(const Shelf::View& view) {
  std::vector<std::string> names;
  for (const auto& shown : view) {
    if (std::ranges::find(names, shown->labels.queue) == names.end()) names.push_back(shown->labels.queue);
  }
  return plain(404, names.empty() ? "No queue of that name: none is configured."
                                  : "No queue of that name. There are: " + listed(names) + ".");
}

Response expose(const Site& site, const Request& request) {
  const FormatChoice choice = choose_format(request.list("Accept"));
  const bool gzip = wants_gzip(request.list("Accept-Encoding"));
  auto pieces = site.metrics(request.parameters("queue"), {.format = choice.format, .gzip = gzip});
  if (!pieces) return unknown_queue(site.view());
  Response response;
  response.content_type = content_type(choice.format, choice.escaping);
  response.headers.push_back({"Vary", "Accept, Accept-Encoding"});
  if (gzip) response.headers.push_back({"Content-Encoding", "gzip"});
  response.body = std::move(*pieces);
  return response;
}

Handler metrics_page(SharedSite site) {
  return at_once([site = std::move(site)](const Request& request) {
    const auto count = [&](int status) {
      if (site->on_scrape) site->on_scrape(status);
    };
    try {
      Response response = expose(*site, request);
      count(response.status);
      return response;
    } catch (...) {
      count(500);  // which the server makes of it
      throw;
    }
  });
}

std::vector<QueueSummary> summaries(const Shelf::View& view, WallTime now) {
  std::vector<QueueSummary> queues;
  queues.reserve(view.size());
  for (const auto& shown : view) queues.push_back(summarize(*shown, now));
  return queues;
}

std::vector<BudgetUse> budget_uses(const Site& site, WallTime now) {
  std::vector<BudgetUse> uses;
  if (!site.budgets) return uses;
  for (const Budget& budget : site.budgets()) uses.push_back(site.history->used(budget, now));
  return uses;
}

Handler start_page(SharedSite site, const Clock& clock) {
  return at_once([site = std::move(site), &clock](const Request&) {
    const WallTime now = clock.wall_now();
    return typed("text/html; charset=utf-8", status_page({.queues = summaries(site->view(), now),
                                                          .history = *site->history,
                                                          .budgets = budget_uses(*site, now),
                                                          .sickness = site->sickness(),
                                                          .version = site->version,
                                                          .revision = site->revision,
                                                          .telemetry_path = site->telemetry_path,
                                                          .now = now}));
  });
}

Handler json_page(SharedSite site, const Clock& clock) {
  return at_once([site = std::move(site), &clock](const Request&) {
    const WallTime now = clock.wall_now();
    return typed("application/json",
                 queues_json(summaries(site->view(), now), budget_uses(*site, now), site->version, now));
  });
}

Handler healthy_page(SharedSite site) {
  return at_once([site = std::move(site)](const Request&) {
    const auto sickness = site->sickness();
    return sickness ? plain(503, *sickness) : plain(200, "Healthy.");
  });
}

/// Once ready, ready for good: a queue that a reload brings in must not take the process out of service.
Handler ready_page(SharedSite site) {
  return at_once([site = std::move(site), ready = std::make_shared<std::atomic<bool>>(false)](const Request&) {
    if (*ready) return plain(200, "Ready.");
    std::vector<std::string> untried;
    for (const auto& shown : site->view()) {
      if (!shown->status.tried) untried.push_back(full_name(shown->labels));
    }
    if (!untried.empty()) return plain(503, "Not ready: not tried yet: " + listed(untried) + ".");
    *ready = true;
    return plain(200, "Ready: every queue was tried.");
  });
}

Handler reload_page(SharedSite site) {
  return [site = std::move(site)](const Request&, Respond respond) {
    if (!site->lifecycle) {
      return respond(
          plain(403, "Reloading over HTTP is off; --web.enable-lifecycle turns it on. SIGHUP always works."));
    }
    site->reload([respond = std::move(respond)](const std::optional<std::string>& complaints) {
      respond(complaints ? plain(500, *complaints) : plain(200, "Reloaded."));
    });
  };
}

Handler fixed(std::string content_type, std::string_view text) {
  const Piece shared = piece(std::string(text));
  return at_once([content_type = std::move(content_type), shared](const Request&) {
    Response response;
    response.content_type = content_type;
    response.body.push_back(shared);
    return response;
  });
}

}  // namespace

std::vector<Route> pages(Site given, const Clock& clock) {
  const auto site = std::make_shared<const Site>(std::move(given));
  return {
      {site->telemetry_path, {"GET"}, metrics_page(site)},
      {"/", {"GET"}, start_page(site, clock)},
      {"/style.css", {"GET"}, fixed("text/css; charset=utf-8", style_css)},
      {"/status.js", {"GET"}, fixed("text/javascript; charset=utf-8", status_js)},
      {"/icon.svg", {"GET"}, fixed("image/svg+xml", icon_svg)},
      {"/api/v1/queues", {"GET"}, json_page(site, clock)},
      {"/-/healthy", {"GET"}, healthy_page(site)},
      {"/-/ready", {"GET"}, ready_page(site)},
      {"/-/reload", {"POST", "PUT"}, reload_page(site)},
  };
}

}  // namespace taskqueue::web
