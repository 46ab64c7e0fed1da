#include "exporter/metrics/family.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace taskqueue {
namespace {

using enum MetricType;

constexpr std::string_view total = "_total";

constexpr std::array<FamilyHead, 23> of_queues{{
    {"taskqueue_tasks", gauge, "Tasks that the API shows now, by type, status and phase.", "", true},
    {"taskqueue_task_instances", gauge, "Batch task instances by job, task and state.", "", true},
    {"taskqueue_jobs", gauge, "Batch jobs that the API shows, by state.", "", true},
    {"taskqueue_window_seconds", gauge, "How far back the API shows ended tasks.", "seconds", true},
    {"taskqueue_oldest_queued_timestamp_seconds", gauge,
     "Creation of the oldest task still queued; absent when none is.", "seconds", true},
    {"taskqueue_oldest_running_timestamp_seconds", gauge, "Start of the longest-running task; absent when none runs.",
     "seconds", true},
    {"taskqueue_oldest_unfinished_timestamp_seconds", gauge,
     "Creation of the oldest task that has not ended, whatever its phase.", "seconds", true},
    {"taskqueue_tasks_arrived_total", counter, "Tasks created since counting began, each once.", "", true},
    {"taskqueue_tasks_finished_total", counter, "Tasks seen to end since counting began, each once, by outcome.", "",
     true},
    {"taskqueue_task_wait_seconds", histogram, "Time from creation to start of a task.", "seconds", true},
    {"taskqueue_task_run_seconds", histogram, "Time from start to end of a task.", "seconds", true},
    {"taskqueue_task_turnaround_seconds", histogram, "Time from creation to end of a task.", "seconds", true},
    {"taskqueue_task_instances_finished_total", counter, "Batch task instances seen to end since counting began.", "",
     true},
    {"taskqueue_jobs_finished_total", counter, "Batch jobs seen to end since counting began.", "", true},
    {"taskqueue_up", gauge, "1 if the last refresh succeeded and the data are fresh.", "", true},
    {"taskqueue_data_complete", gauge, "1 if the counts cover everything the API shows.", "", true},
    {"taskqueue_last_success_timestamp_seconds", gauge,
     "When the last successful refresh began: the age of all data of the queue.", "seconds"},
    {"taskqueue_refresh_interval_seconds", gauge, "The refresh interval in force, stretched where limits force it.",
     "seconds"},
    {"taskqueue_refresh_duration_seconds", gauge, "How long the last refresh took.", "seconds"},
    {"taskqueue_refreshes_total", counter, "Refreshes ended, by result."},
    {"taskqueue_refreshes_skipped_total", counter, "Refreshes that were due but not started, by reason."},
    {"taskqueue_series_dropped", gauge, "Series that max_series keeps out now.", "", true},
    {"taskqueue_leader", gauge, "1 where this replica reads the queue; without Redis always 1."},
}};

constexpr std::array<FamilyHead, 26> of_ours{{
    {"taskqueue_api_requests_total", counter, "Requests sent to cloud APIs, by the code that came back."},
    {"taskqueue_api_request_duration_seconds", histogram, "Duration of requests to cloud APIs.", "seconds"},
    {"taskqueue_api_throttled_total", counter, "Requests that a cloud API refused because of its rate limit."},
    {"taskqueue_api_rate_limit_requests_per_second", gauge, "Requests a second that the limiter allows now."},
    {"taskqueue_api_rate_limit_ceiling_requests_per_second", gauge,
     "Requests a second that the limiter allows at most: the API's limit times quota_share."},
    {"taskqueue_api_rate_limit_wait_seconds_total", counter, "Time that requests have waited in the limiter.",
     "seconds"},
    {"taskqueue_clock_offset_seconds", gauge, "How far the provider's clock is ahead of ours.", "seconds"},
    {"taskqueue_credentials_expiry_timestamp_seconds", gauge, "When temporary credentials expire.", "seconds"},
    {"taskqueue_ledger_up", gauge, "1 if what is counted is kept: the ledger works, and has lost nothing of late."},
    {"taskqueue_ledger_write_failures_total", counter, "Writes to the ledger that failed."},
    {"taskqueue_ledger_corrections_total", counter,
     "Checks that found other ended tasks than were remembered, and put that right."},
    {"taskqueue_ledger_takeovers_total", counter, "Times that this replica took over a queue."},
    {"taskqueue_ledger_size_bytes", gauge, "Size of the ledger on the disk.", "bytes"},
    {"taskqueue_exporter_bugs_total", counter, "Faults of the exporter itself that it survived; please report them."},
    {"taskqueue_exporter_build_info", gauge, "1, with the version in labels."},
    {"taskqueue_exporter_config_last_reload_successful", gauge, "1 if the last reload of the configuration succeeded."},
    {"taskqueue_exporter_config_last_reload_success_timestamp_seconds", gauge,
     "When the configuration was last loaded successfully.", "seconds"},
    {"process_cpu_seconds_total", counter, "User and system processor time of this process.", "seconds"},
    {"process_open_fds", gauge, "Open file descriptors."},
    {"process_max_fds", gauge, "Most file descriptors that may be open."},
    {"process_virtual_memory_bytes", gauge, "Virtual memory.", "bytes"},
    {"process_virtual_memory_max_bytes", gauge, "Most virtual memory that may be used.", "bytes"},
    {"process_resident_memory_bytes", gauge, "Resident memory.", "bytes"},
    {"process_start_time_seconds", gauge, "When this process started.", "seconds"},
    {"process_threads", gauge, "Threads of this process."},
    {"promhttp_metric_handler_requests_total", counter, "Scrapes answered, by HTTP status."},
}};

}  // namespace

std::span<const FamilyHead> queue_families() { return of_queues; }

const FamilyHead& head(QueueFamily family) { return of_queues.at(static_cast<std::size_t>(family)); }

std::span<const FamilyHead> own_families() { return of_ours; }

const FamilyHead& own_family(std::string_view name) {
  const auto found = std::ranges::find(of_ours, name, &FamilyHead::name);
  assert(found != of_ours.end());
  return *found;
}

std::string help_text(const FamilyHead& head) {
  std::string text(head.help);
  if (head.polled) text += " Polled in the background; taskqueue_last_success_timestamp_seconds tells its age.";
  return text;
}

std::string head_text(const FamilyHead& head, Format format) {
  const bool openmetrics = format == Format::openmetrics;
  std::string_view name = head.name;
  // There the sample's suffix is no part of a counter's name.
  if (openmetrics && head.type == counter) name.remove_suffix(total.size());
  const std::string begin = ' ' + std::string(name) + ' ';
  std::string text = "# HELP" + begin;
  for (const char c : help_text(head)) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '\\' || (openmetrics && c == '"')) text += '\\';
      text += c;
    }
  }
  text.append("\n# TYPE").append(begin).append(word(head.type)) += '\n';
  if (openmetrics && !head.unit.empty()) text.append("# UNIT").append(begin).append(head.unit) += '\n';
  return text;
}

std::string_view word(MetricType type) {
  switch (type) {
    case gauge: return "gauge";
    case counter: return "counter";
    case histogram: return "histogram";
  }
  return "untyped";
}

}  // namespace taskqueue
