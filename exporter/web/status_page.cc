#include "exporter/web/status_page.h"

#include <algorithm>
#include <array>
#include <set>

#include "exporter/failure.h"
#include "exporter/utc.h"
#include "exporter/web/html.h"

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

std::string element(std::string_view tag, std::string_view attributes, std::string_view inside) {
  std::string html = "<" + std::string(tag);
  if (!attributes.empty()) html.append(" ").append(attributes);
  return html.append(">").append(inside).append("</").append(tag).append(">");
}

/// A cell that names its column: on narrow screens the table's head is hidden.
std::string cell(std::string_view column, std::string_view kind, std::string_view inside) {
  return element("td", "data-column=\"" + std::string(column) + "\" class=\"" + std::string(kind) + "\"", inside);
}

const std::string unknown = "<span class=\"unknown\" title=\"not known\">–</span>";

std::string count_cell(const QueueSummary& queue, Phase phase) {
  const std::string column(word(phase));
  if (!queue.tasks || !queue.tasks->contains(phase)) return cell(column, "number", unknown);
  const std::int64_t count = queue.tasks->at(phase);
  const bool alarming = phase == Phase::failed && count > 0;
  return cell(column, count == 0 ? "number zero" : alarming ? "number bad" : "number", grouped(count));
}

std::string age_cell(std::string_view column, const std::optional<WallTime>& since, WallTime now) {
  if (!since) return cell(column, "number", unknown);
  return cell(column, "number", element("time", "datetime=\"" + utc_text(*since) + "\"", spoken(now - *since)));
}

std::string state_text(const QueueSummary& queue) {
  switch (queue.state) {
    case QueueState::untried: return "not read yet";
    case QueueState::standby: return "standby";
    case QueueState::failing: return "failing";
    case QueueState::stale: return "stale";
    case QueueState::incomplete: return "up, still counting";
    case QueueState::up: return "up";
  }
  return {};
}

std::string state_cell(const QueueSummary& queue) {
  const std::string kind = "pill " + std::string(word(queue.state));
  std::string inside = element("span", "class=\"" + kind + "\"", state_text(queue));
  if (!queue.leader && queue.state != QueueState::standby) {
    inside += ' ' + element("span", "class=\"pill standby\" title=\"another replica reads it\"", "follower");
  }
  return cell("state", "state", inside);
}

std::string name_cell(const QueueLabels& labels) {
  return element("th", "scope=\"row\"", escape(labels.queue)) + cell("service", "", escape(labels.cloud_service)) +
         cell("account", "", escape(labels.account)) +
         cell("region", "",
              labels.cloud_region.empty() ? "<span class=\"unknown\">–</span>" : escape(labels.cloud_region));
}

std::string row(const QueueSummary& queue, const std::set<Phase>& phases, WallTime now) {
  std::string html = name_cell(queue.labels) + state_cell(queue);
  for (const Phase phase : phases) html += count_cell(queue, phase);
  html += age_cell("oldest waiting", queue.oldest.queued, now);
  html += age_cell("oldest running", queue.oldest.running, now);
  html += cell("data age", queue.stale && queue.data_age ? "number bad" : "number",
               queue.data_age ? spoken(*queue.data_age) : unknown);
  html += cell("interval", "number", queue.interval > Milliseconds{0} ? spoken(queue.interval) : unknown);
  return element("tr", "class=\"queue\"", html) + '\n';
}

std::string error_note(const QueueSummary& queue, WallTime now) {
  if (!queue.failure) return {};
  const Failure& failure = *queue.failure;
  const std::string when = queue.failure_at ? ", " + spoken(now - *queue.failure_at) + " ago" : "";
  std::string html = element("b", "", (queue.failing ? "" : "recovered: ") + std::string(word(failure.kind)) + when);
  html += ' ' + escape(failure.sentence);
  if (!failure.code.empty()) html += ' ' + element("code", "", escape(failure.code));
  if (!failure.request_id.empty()) html += ' ' + element("small", "", "request " + escape(failure.request_id));
  if (queue.failing && !advice(failure.kind).empty()) {
    html += ' ' + element("span", "class=\"advice\"", escape(advice(failure.kind)));
  }
  return element("p", queue.failing ? "class=\"error\"" : "class=\"recovered\"", html);
}

std::string task_list(std::string_view title, const std::vector<NamedTask>& tasks, WallTime now) {
  if (tasks.empty()) return {};
  std::string items;
  for (const NamedTask& task : tasks) {
    items += element("li", "",
                     element("code", "", escape(task.id)) + ' ' + escape(task.type) + ' ' +
                         element("time", "datetime=\"" + utc_text(task.since) + "\"", spoken(now - task.since)));
  }
  return element("div", "", element("h3", "", title) + element("ol", "", items));
}

std::string counts_line(std::string_view title, const PhaseCounts& counts) {
  if (counts.empty()) return {};
  std::string items;
  for (const auto& [phase, count] : counts) {
    items += element("li", "", std::string(word(phase)) + ' ' + element("b", "", grouped(count)));
  }
  return element("div", "", element("h3", "", title) + element("ul", "", items));
}

std::string more(const QueueSummary& queue, WallTime now) {
  const std::string inside = task_list("Waiting longest", queue.oldest_queued, now) +
                             task_list("Running longest", queue.longest_running, now) +
                             counts_line("Jobs", queue.jobs) + counts_line("Task instances", queue.instances);
  if (inside.empty()) return {};
  return element(
      "details", "",
      element("summary", "", "More of " + escape(full_name(queue.labels))) + element("div", "class=\"lists\"", inside));
}

/// What does not fit into columns stands in a row of its own below the queue's.
std::string note_row(const QueueSummary& queue, std::size_t columns, WallTime now) {
  const std::string inside = error_note(queue, now) + more(queue, now);
  if (inside.empty()) return {};
  const std::string span = "colspan=\"" + std::to_string(columns) + "\"";
  return element("tr", "class=\"note\"", element("td", span, inside)) + '\n';
}

std::string table(const std::vector<QueueSummary>& queues, WallTime now) {
  if (queues.empty()) return element("p", "class=\"empty\"", "No queue is configured.");
  const std::set<Phase> phases = phases_to_show(queues);
  std::vector<std::string> columns{"queue", "service", "account", "region", "state"};
  const std::size_t texts = columns.size();
  for (const Phase phase : phases) columns.emplace_back(word(phase));
  for (const char* column : {"oldest waiting", "oldest running", "data age", "interval"}) columns.emplace_back(column);

  std::string head;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    head += element("th", i < texts ? "scope=\"col\"" : "scope=\"col\" class=\"number\"", columns[i]);
  }
  std::string body;
  for (const QueueSummary& queue : queues) body += row(queue, phases, now) + note_row(queue, columns.size(), now);
  return element("table", "", element("thead", "", element("tr", "", head)) + '\n' + element("tbody", "", body));
}

std::string totals(const std::vector<QueueSummary>& queues) {
  const auto up = std::ranges::count_if(queues, [](const QueueSummary& queue) { return queue.up; });
  PhaseCounts sums;
  for (const QueueSummary& queue : queues) {
    if (!queue.tasks) continue;
    for (const auto& [phase, count] : *queue.tasks) sums[phase] += count;
  }
  const auto tile = [](std::string_view kind, const std::string& number, std::string_view name) {
    return element("li", kind, element("b", "", number) + ' ' + std::string(name));
  };
  const bool all_up = static_cast<std::size_t>(up) == queues.size();
  std::string tiles =
      tile(all_up ? "class=\"good\"" : "class=\"bad\"", std::to_string(up) + " of " + std::to_string(queues.size()),
           queues.size() == 1 ? "queue up" : "queues up");
  for (const Phase phase : {Phase::queued, Phase::running, Phase::failed}) {
    if (sums.contains(phase)) tiles += tile("", grouped(sums.at(phase)), word(phase));
  }
  return element("ul", "class=\"totals\"", tiles);
}

std::string links(const std::string& telemetry_path) {
  const std::array<std::pair<std::string, std::string_view>, 4> all{{{telemetry_path.substr(1), "Metrics"},
                                                                     {"api/v1/queues", "JSON"},
                                                                     {"-/healthy", "Healthy"},
                                                                     {"-/ready", "Ready"}}};
  std::string html;
  for (const auto& [href, name] : all) html += element("a", "href=\"" + escape(href) + "\"", name);
  return element("nav", "", html);
}

}  // namespace

std::string status_page(const std::vector<QueueSummary>& queues, const PageFacts& facts) {
  const std::string version = element("span", "class=\"version\" title=\"revision " + escape(facts.revision) + "\"",
                                      "version " + escape(facts.version));
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>taskqueue_exporter</title>\n"
         "<link rel=\"stylesheet\" href=\"style.css\">\n<link rel=\"icon\" href=\"icon.svg\" type=\"image/svg+xml\">\n"
         "</head>\n<body>\n<header>\n" +
         element("h1", "", "taskqueue_exporter") + version + links(facts.telemetry_path) +
         "\n<p>Cloud task lists, read in the background, for Prometheus.</p>\n</header>\n<main>\n" + totals(queues) +
         '\n' + table(queues, facts.now) + "\n</main>\n" +
         element("footer", "", "As of " + element("time", "", utc_seconds(facts.now)) + ". Reload to see it anew.") +
         "\n</body>\n</html>\n";
}

}  // namespace taskqueue::web
