#include "exporter/web/status_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <set>
#include <utility>

#include "exporter/utc.h"
#include "exporter/web/html.h"
#include "exporter/web/markup.h"
#include "exporter/web/queue_rows.h"

namespace taskqueue::web {
namespace {

/// The columns of phases: the four that everybody asks for, and what else some queue has.
std::set<Phase> phases_to_show(const std::vector<QueueSummary>& queues) {
  std::set<Phase> phases{Phase::queued, Phase::running, Phase::succeeded, Phase::failed};
  for (const QueueSummary& queue : queues) {
    if (!queue.tasks) continue;
    for (const auto& [phase, count] : *queue.tasks) phases.insert(phase);
  }
  return phases;
}

bool needs_somebody(const QueueSummary& queue) {
  return queue.state == QueueState::failing || queue.state == QueueState::stale;
}

/// Those that need somebody, then those that are not ready, then the others.
int rank(const QueueSummary& queue) {
  if (needs_somebody(queue)) return 0;
  return queue.state == QueueState::up || queue.state == QueueState::standby ? 2 : 1;
}

std::vector<std::size_t> in_order(const std::vector<QueueSummary>& queues) {
  std::vector<std::size_t> numbers(queues.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  std::ranges::stable_sort(numbers, {}, [&](std::size_t number) { return rank(queues[number]); });
  return numbers;
}

std::string queues_word(std::size_t count) { return count == 1 ? " queue" : " queues"; }

struct Verdict {
  std::string kind;  // good, calm, bad
  std::string headline;
};

Verdict judge(const PageFacts& facts) {
  const std::size_t all = facts.queues.size();
  const auto count = [&](int wanted) {
    return static_cast<std::size_t>(std::ranges::count(facts.queues, wanted, rank));
  };
  if (facts.sickness) return {"bad", "The exporter itself is not well: " + *facts.sickness + ". Restart it."};
  if (all == 0) return {"calm", "No queue is configured."};
  if (const auto bad = count(0); bad > 0) {
    return {"bad", std::to_string(bad) + " of " + std::to_string(all) + queues_word(all) +
                       (bad == 1 ? " needs" : " need") + " you"};
  }
  if (const auto early = count(1); early > 0) {
    return {"calm", "Nothing is wrong; " + std::to_string(early) + " of " + std::to_string(all) + queues_word(all) +
                        (early == 1 ? " is" : " are") + " still being read"};
  }
  return {"good", all == 1 ? "The queue is up" : "All " + std::to_string(all) + " queues are up"};
}

/// Without ages: it is read out whenever it changes.
std::string verdict_section(const PageFacts& facts, const std::vector<std::size_t>& order) {
  const Verdict verdict = judge(facts);
  std::string items;
  for (const std::size_t number : order) {
    const QueueSummary& queue = facts.queues[number];
    if (!needs_somebody(queue)) continue;
    std::string text =
        element("a", attribute("href", "#queue-" + std::to_string(number)), escape(full_name(queue.labels))) + ": " +
        std::string(state_words(queue.state));
    if (queue.failure && queue.failing) text += ". " + escape(queue.failure->sentence);
    items += element("li", "", text);
  }
  return element("section",
                 attribute("id", "verdict") + attribute("class", verdict.kind) + attribute("role", "status") +
                     attribute("data-title", verdict.headline),
                 element("h2", "", escape(verdict.headline)) + (items.empty() ? "" : element("ul", "", items)));
}

std::string totals(const std::vector<QueueSummary>& queues, const History& history) {
  PhaseCounts sums;
  double rate = 0;
  bool has_rate = false;
  for (const QueueSummary& queue : queues) {
    if (!queue.tasks) continue;
    for (const auto& [phase, count] : *queue.tasks) sums[phase] += count;
    const auto ended = history.ended_per_minute(queue.labels);
    has_rate = has_rate || ended.has_value();
    rate += ended.value_or(0);
  }
  const auto tile = [](std::string_view number, std::string_view name) {
    return element("li", "", element("b", "", number) + ' ' + std::string(name));
  };
  std::string tiles;
  for (const Phase phase : {Phase::queued, Phase::running, Phase::failed}) {
    tiles += tile(sums.contains(phase) ? grouped(sums.at(phase)) : unknown_value(), word(phase));
  }
  tiles += tile(has_rate ? grouped(std::llround(rate)) : unknown_value(), "ended/min");
  return element("ul", attribute("id", "totals") + attribute("aria-label", "All queues together"), tiles);
}

/// For the script, which shows it; without the script it would do nothing.
std::string tools() {
  return "<div id=\"tools\" hidden>"
         "<label>Search <input type=\"search\" id=\"search\" placeholder=\"name, region, task id …\" "
         "autocomplete=\"off\" "
         "spellcheck=\"false\" aria-keyshortcuts=\"/\"></label> "
         "<label>Sort by <select id=\"sort\"><option value=\"\">attention</option></select></label> "
         "<output id=\"found\" aria-live=\"polite\"></output></div>";
}

/// What the colours of the charts mean.
std::string history_key() {
  return element("span", attribute("class", "key"), "queued") +
         element("span", attribute("class", "key runs"), "running");
}

std::string table(const PageFacts& facts, const std::vector<std::size_t>& order) {
  if (facts.queues.empty()) return element("p", attribute("class", "empty"), "No queue is configured.");
  const std::set<Phase> phases = phases_to_show(facts.queues);
  std::string head;
  for (const Column& column : columns(phases)) {
    const bool is_history = column.name == "history";
    head += element("th",
                    attribute("scope", "col") + attribute("data-column", column.name) +
                        (column.numeric ? attribute("class", "number")
                         : is_history   ? attribute("class", "history")
                                        : ""),
                    is_history ? history_key() : column.name);
  }
  std::string bodies;
  for (const std::size_t number : order) {
    bodies += queue_rows(facts.queues[number], number, {phases, facts.history, facts.now});
  }
  return element("table", attribute("id", "queues"),
                 element("caption", attribute("class", "heard"), "Queues") +
                     element("thead", "", element("tr", "", head)) + '\n' + bodies);
}

std::string per_second(double rate) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), rate >= 10 || rate == 0 ? "%.0f" : "%.2f", rate);
  return text.data();
}

std::string budget_row(const BudgetUse& use) {
  const Budget& budget = use.budget;
  const bool slowed = budget.allowed < 0.99 * budget.ceiling;
  const double share = use.used && budget.ceiling > 0 ? std::min(1.0, *use.used / budget.ceiling) : 0;
  const std::string name = budget.key.cloud_service + ' ' + budget.key.action;
  std::string origin = budget.key.account;
  if (!budget.key.cloud_region.empty()) origin += " · " + budget.key.cloud_region;
  const std::string bounds = attribute("min", "0") + attribute("max", "1") + attribute("low", "0.8") +
                             attribute("high", "0.95") + attribute("optimum", "0");
  const std::string meter = element("meter",
                                    bounds + attribute("value", std::to_string(share)) +
                                        attribute("aria-label", "share of the budget used by " + name),
                                    std::to_string(static_cast<int>(share * 100)) + " %");
  const std::string head = element("span", attribute("class", "name"), escape(name)) + ' ' +
                           element("span", attribute("class", "origin"), escape(origin));
  const std::string sent = use.used ? per_second(*use.used) : std::string(unknown_value());
  return element("tr", "",
                 element("th", attribute("scope", "row"), head) + element("td", attribute("class", "number"), sent) +
                     element("td", attribute("class", slowed ? "number bad" : "number"), per_second(budget.allowed)) +
                     element("td", attribute("class", "number"), per_second(budget.ceiling)) +
                     element("td", "", meter));
}

std::string budgets_section(const std::vector<BudgetUse>& budgets) {
  if (budgets.empty()) return element("section", attribute("id", "budgets"), "");
  std::string rows;
  for (const BudgetUse& budget : budgets) rows += budget_row(budget);
  const std::string number = attribute("scope", "col") + attribute("class", "number");
  const std::string text = attribute("scope", "col");
  const std::string head = element("th", text, "call") + element("th", number, "sent") +
                           element("th", number, "allowed now") + element("th", number, "ceiling") +
                           element("th", text, "used");
  const std::string caption =
      element("caption", attribute("class", "heard"), "API calls a second against their budgets");
  return element(
      "section", attribute("id", "budgets"),
      element("h2", "", "API calls a second") +
          element("table", "", caption + element("thead", "", element("tr", "", head)) + element("tbody", "", rows)));
}

std::string links(const std::string& telemetry_path) {
  const std::array<std::pair<std::string, std::string_view>, 4> all{{{telemetry_path.substr(1), "Metrics"},
                                                                     {"api/v1/queues", "JSON"},
                                                                     {"-/healthy", "Healthy"},
                                                                     {"-/ready", "Ready"}}};
  std::string html;
  for (const auto& [href, name] : all) html += element("a", attribute("href", href), name);
  return element("nav", attribute("aria-label", "Links"), html);
}

std::string footer(const PageFacts& facts) {
  return element("footer", attribute("id", "footer"),
                 "As of " + element("time", attribute("datetime", utc_text(facts.now)), utc_seconds(facts.now)) +
                     ". Counts are polled in the background. A dash means: not known.");
}

}  // namespace

std::string status_page(const PageFacts& facts) {
  const auto order = in_order(facts.queues);
  const std::string version =
      element("span", attribute("class", "version") + attribute("title", "revision " + facts.revision),
              "version " + escape(facts.version));
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>taskqueue_exporter</title>\n"
         "<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>\n"
         "<link rel=\"stylesheet\" href=\"style.css\">\n<link rel=\"icon\" href=\"icon.svg\" type=\"image/svg+xml\">\n"
         "<script src=\"status.js\" defer></script>\n</head>\n<body>\n<a class=\"skip\" href=\"#queues\">To the "
         "queues</a>\n<header>\n" +
         element("h1", "", "taskqueue_exporter") + version + links(facts.telemetry_path) + "\n</header>\n<main>\n" +
         "<p id=\"lost\" role=\"alert\" hidden></p>\n" + verdict_section(facts, order) + '\n' +
         totals(facts.queues, facts.history) + '\n' + tools() + '\n' + table(facts, order) + '\n' +
         budgets_section(facts.budgets) + "\n</main>\n" + footer(facts) + "\n</body>\n</html>\n";
}

}  // namespace taskqueue::web
