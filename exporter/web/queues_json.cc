#include "exporter/web/queues_json.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "exporter/utc.h"

namespace taskqueue::web {
namespace {

// Keeps the order of the fields, so that people can read it.
using Json = nlohmann::ordered_json;

double in_seconds(Milliseconds length) { return std::chrono::duration<double>(length).count(); }

Json seconds_or_null(const std::optional<Milliseconds>& length) {
  return length ? Json(in_seconds(*length)) : Json(nullptr);
}

Json time_or_null(const std::optional<WallTime>& time) { return time ? Json(utc_text(*time)) : Json(nullptr); }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json counts_json(const PhaseCounts& counts) {
  Json json = Json::object();
  for (const auto& [phase, count] : counts) json[std::string(word(phase))] = count;
  return json;
}

Json counts_or_null(const PhaseCounts& counts) { return counts.empty() ? Json(nullptr) : counts_json(counts); }

Json rows_json(const std::vector<TaskCount>& rows) {
  Json json = Json::array();
  for (const TaskCount& row : rows) {
    json.push_back({{"type", row.type}, {"status", row.status}, {"phase", word(row.phase)}, {"count", row.count}});
  }
  return json;
}

Json named_json(const std::vector<NamedTask>& tasks, WallTime now) {
  Json json = Json::array();
  for (const NamedTask& task : tasks) {
    json.push_back({{"id", task.id},
                    {"type", task.type},
                    {"since", utc_text(task.since)},
                    {"age_seconds", in_seconds(std::max(Milliseconds{0}, now - task.since))}});
  }
  return json;
}

Json refresh_json(const QueueSummary& queue) {
  return {{"interval_seconds", in_seconds(queue.interval)},
          {"stale_after_seconds", in_seconds(queue.stale_after)},
          {"last_success", time_or_null(queue.last_success)},
          {"data_age_seconds", seconds_or_null(queue.data_age)},
          {"last_duration_seconds", seconds_or_null(queue.last_duration)}};
}

Json error_json(const QueueSummary& queue) {
  if (!queue.failure) return nullptr;
  return {{"kind", word(queue.failure->kind)},
          {"code", queue.failure->code},
          {"sentence", queue.failure->sentence},
          {"advice", advice(queue.failure->kind)},
          {"request_id", queue.failure->request_id},
          {"at", time_or_null(queue.failure_at)},
          {"recovered", !queue.failing}};
}

Json queue_json(const QueueSummary& queue, WallTime now) {
  return {{"queue", queue.labels.queue},
          {"cloud_service", queue.labels.cloud_service},
          {"account", queue.labels.account},
          {"cloud_region", text_or_null(queue.labels.cloud_region)},
          {"state", word(queue.state)},
          {"up", queue.up},
          {"stale", queue.stale},
          {"complete", queue.complete},
          {"leader", queue.leader},
          {"refresh", refresh_json(queue)},
          {"tasks", queue.tasks ? counts_json(*queue.tasks) : Json(nullptr)},
          {"tasks_by_type", rows_json(queue.rows)},
          {"instances", counts_or_null(queue.instances)},
          {"jobs", counts_or_null(queue.jobs)},
          {"oldest",
           {{"queued", time_or_null(queue.oldest.queued)},
            {"running", time_or_null(queue.oldest.running)},
            {"unfinished", time_or_null(queue.oldest.unfinished)}}},
          {"oldest_queued", named_json(queue.oldest_queued, now)},
          {"longest_running", named_json(queue.longest_running, now)},
          {"last_error", error_json(queue)}};
}

Json budget_json(const BudgetUse& use) {
  const CallLabels& key = use.budget.key;
  return {{"provider", key.provider},
          {"account", key.account},
          {"cloud_service", key.cloud_service},
          {"cloud_region", text_or_null(key.cloud_region)},
          {"action", key.action},
          {"requests", use.budget.taken},
          {"requests_per_second", use.used ? Json(*use.used) : Json(nullptr)},
          {"allowed_per_second", use.budget.allowed},
          {"ceiling_per_second", use.budget.ceiling}};
}

}  // namespace

std::string queues_json(const std::vector<QueueSummary>& queues, const std::vector<BudgetUse>& budgets,
                        std::string_view version, WallTime now) {
  Json list = Json::array();
  for (const QueueSummary& queue : queues) list.push_back(queue_json(queue, now));
  Json calls = Json::array();
  for (const BudgetUse& budget : budgets) calls.push_back(budget_json(budget));
  const Json whole{
      {"time", utc_text(now)}, {"version", version}, {"queues", std::move(list)}, {"budgets", std::move(calls)}};
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace taskqueue::web
