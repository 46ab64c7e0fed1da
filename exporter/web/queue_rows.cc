#include "exporter/web/queue_rows.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "exporter/failure.h"
#include "exporter/utc.h"
#include "exporter/web/chart.h"
#include "exporter/web/html.h"
#include "exporter/web/markup.h"

namespace taskqueue::web {
namespace {

/// `value`: what sorting goes by; empty: unknown, comes last.
std::string cell(std::string_view column, std::string_view kind, std::string_view inside, std::string_view value = {}) {
  return element("td",
                 attribute("data-column", column) + (kind.empty() ? "" : attribute("class", kind)) +
                     (value.empty() ? "" : attribute("data-value", value)),
                 inside);
}

std::string tenths(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 9.95 && value > 0 ? "%.1f" : "%.0f", value);
  return text.data();
}

std::string count_cell(const QueueSummary& queue, Phase phase) {
  const std::string column(word(phase));
  if (!queue.tasks || !queue.tasks->contains(phase)) return cell(column, "number", unknown_value());
  const std::int64_t count = queue.tasks->at(phase);
  const bool alarming = phase == Phase::failed && count > 0;
  return cell(column,
              count == 0 ? "number zero"
              : alarming ? "number bad"
                         : "number",
              grouped(count), std::to_string(count));
}

std::string age_cell(std::string_view column, std::string_view kind, const std::optional<WallTime>& since,
                     WallTime now) {
  if (!since) return cell(column, "number", unknown_value());
  return cell(column, kind, element("time", attribute("datetime", utc_text(*since)), spoken(now - *since)),
              std::to_string(std::max<std::int64_t>(0, (now - *since).count())));
}

std::string state_cell(const QueueSummary& queue) {
  std::string inside =
      element("span", attribute("class", "pill " + std::string(word(queue.state))), state_words(queue.state));
  if (!queue.leader && queue.state != QueueState::standby) {
    inside += ' ' + element("span", attribute("class", "pill standby") + attribute("title", "another replica reads it"),
                            "follower");
  }
  return cell("state", "state", inside, word(queue.state));
}

std::string name_cell(const QueueLabels& labels) {
  std::string origin = labels.cloud_service + " · " + labels.account;
  if (!labels.cloud_region.empty()) origin += " · " + labels.cloud_region;
  return element(
      "th", attribute("scope", "row") + attribute("data-column", "queue") + attribute("data-value", full_name(labels)),
      element("span", attribute("class", "name"), escape(labels.queue)) + ' ' +
          element("span", attribute("class", "origin"), escape(origin)));
}

std::string rate_cell(const QueueSummary& queue, const History& history) {
  const auto rate = history.ended_per_minute(queue.labels);
  if (!rate || !queue.tasks) return cell("ended/min", "number", unknown_value());
  return cell("ended/min", *rate == 0 ? "number zero" : "number", tenths(*rate), tenths(*rate));
}

std::optional<std::int64_t> count_of(const QueueSummary& queue, Phase phase) {
  if (!queue.tasks) return std::nullopt;
  const auto found = queue.tasks->find(phase);
  return found == queue.tasks->end() ? 0 : found->second;
}

std::string chart_cell(const QueueSummary& queue, const RowContext& context) {
  // The line goes on to this moment.
  std::deque<HistoryPoint> points = context.history.of(queue.labels);
  points.push_back({.when = context.now,
                    .queued = count_of(queue, Phase::queued),
                    .running = count_of(queue, Phase::running),
                    .ended_per_minute = std::nullopt});
  const std::string chart = tasks_chart(full_name(queue.labels), points, context.now);
  return cell("history", "history", chart.empty() ? element("span", attribute("class", "unknown"), "soon") : chart);
}

std::string row(const QueueSummary& queue, const RowContext& context) {
  std::string html = name_cell(queue.labels) + state_cell(queue);
  for (const Phase phase : context.phases) html += count_cell(queue, phase);
  html += rate_cell(queue, context.history);
  html += age_cell("oldest waiting", "number", queue.oldest.queued, context.now);
  html += age_cell("oldest running", "number", queue.oldest.running, context.now);
  html += age_cell("data age", queue.stale ? "number bad" : "number", queue.last_success, context.now);
  html += chart_cell(queue, context);
  return element("tr", attribute("class", "row"), html) + '\n';
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
    html += ' ' + element("span", attribute("class", "advice"),
                          element("b", "", "What to do:") + ' ' + escape(advice(failure.kind)));
  }
  return element("p", attribute("class", queue.failing ? "error" : "recovered"), html);
}

std::string block(std::string_view title, const std::string& inside) {
  return element("div", attribute("class", "block"), element("h3", "", title) + inside);
}

std::string task_list(std::string_view title, const std::vector<NamedTask>& tasks, WallTime now) {
  if (tasks.empty()) return {};
  std::string items;
  for (const NamedTask& task : tasks) {
    items += element("li", "",
                     element("time", attribute("datetime", utc_text(task.since)), spoken(now - task.since)) + ' ' +
                         element("code", "", escape(task.id)) + ' ' +
                         element("span", attribute("class", "type"), escape(task.type)));
  }
  return block(title, element("ol", "", items));
}

std::string counts_list(std::string_view title, const PhaseCounts& counts) {
  if (counts.empty()) return {};
  std::string items;
  for (const auto& [phase, count] : counts) {
    items += element("li", "", element("b", "", grouped(count)) + ' ' + std::string(word(phase)));
  }
  return block(title, element("ul", "", items));
}

/// The largest first; what nobody has is left out.
std::string types_list(std::vector<TaskCount> rows) {
  std::erase_if(rows, [](const TaskCount& each) { return each.count == 0; });
  std::ranges::stable_sort(rows, std::greater<>(), &TaskCount::count);
  std::string items;
  for (const TaskCount& each : rows) {
    items += element(
        "li", "",
        element("b", "", grouped(each.count)) + ' ' + escape(each.type) + ' ' +
            element("span", attribute("class", "type"), escape(each.status) + ", " + std::string(word(each.phase))));
  }
  return items.empty() ? "" : block("Tasks by type", element("ul", "", items));
}

std::string facts_list(const QueueSummary& queue, const RowContext& context) {
  const auto fact = [](std::string_view name, const std::string& value) {
    return element("li", "", std::string(name) + ' ' + element("b", "", value));
  };
  std::string items;
  if (queue.interval > Milliseconds{0}) items += fact("read every", spoken(queue.interval));
  if (queue.last_duration) items += fact("last reading took", spoken(*queue.last_duration));
  if (queue.last_success) items += fact("last success began", utc_seconds(*queue.last_success));
  if (queue.stale_after > Milliseconds{0}) items += fact("too old after", spoken(queue.stale_after));
  const std::string chart = ended_chart(full_name(queue.labels), context.history.of(queue.labels), context.now);
  if (!chart.empty()) items += element("li", "", "ended per minute " + chart);
  return items.empty() ? "" : block("Reading", element("ul", "", items));
}

std::string more(const QueueSummary& queue, const RowContext& context) {
  const std::string inside = task_list("Waiting longest", queue.oldest_queued, context.now) +
                             task_list("Running longest", queue.longest_running, context.now) + types_list(queue.rows) +
                             counts_list("Jobs", queue.jobs) + counts_list("Task instances", queue.instances) +
                             facts_list(queue, context);
  if (inside.empty()) return {};
  return element("details", "",
                 element("summary", "",
                         "Tasks and details" +
                             element("span", attribute("class", "heard"), " of " + escape(full_name(queue.labels)))) +
                     element("div", attribute("class", "lists"), inside));
}

std::string note_row(const QueueSummary& queue, const RowContext& context) {
  const std::string inside = error_note(queue, context.now) + more(queue, context);
  if (inside.empty()) return {};
  const std::string span = attribute("colspan", std::to_string(columns(context.phases).size()));
  return element("tr", attribute("class", "note"), element("td", span, inside)) + '\n';
}

}  // namespace

std::string_view state_words(QueueState state) {
  switch (state) {
    case QueueState::untried: return "not read yet";
    case QueueState::standby: return "standby";
    case QueueState::failing: return "failing";
    case QueueState::stale: return "too old";
    case QueueState::incomplete: return "still counting";
    case QueueState::up: return "up";
  }
  return {};
}

std::vector<Column> columns(const std::set<Phase>& phases) {
  std::vector<Column> all{{"queue", false}, {"state", false}};
  for (const Phase phase : phases) all.push_back({std::string(word(phase)), true});
  for (const char* name : {"ended/min", "oldest waiting", "oldest running", "data age"}) all.push_back({name, true});
  all.push_back({"history", false});
  return all;
}

std::string queue_rows(const QueueSummary& queue, std::size_t number, const RowContext& context) {
  const std::string key = full_name(queue.labels) + '/' + queue.labels.cloud_service + '/' + queue.labels.account;
  return element("tbody",
                 attribute("id", "queue-" + std::to_string(number)) +
                     attribute("class", "queue " + std::string(word(queue.state))) + attribute("data-key", key),
                 row(queue, context) + note_row(queue, context)) +
         '\n';
}

}  // namespace taskqueue::web
