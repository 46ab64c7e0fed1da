"""All queues at once: which one needs a look."""
from choices import ACCOUNT, JOB, MARKS, NO_START, QUEUES, REGION, SERVICE
from grafana import ORANGE, RED, YELLOW, Column, Dashboard, Lines, Query, Row, Stat, Table
from queries import (OF_QUEUE, age, budget_used, call_of_all, data_age, drain_eta, failure_ratio, hour, in_phase, per_minute,
                     quantile, queue)

DETAIL = ("Open this queue",
          "/d/taskqueue-queue/?${datasource:queryparam}&${job:queryparam}&var-queue=${__value.raw}&${__url_time_range}")
WAIT_STEPS = ((900, YELLOW), (3600, ORANGE), (10800, RED))
FAILURE_STEPS = ((0.05, ORANGE), (0.25, RED))
AGE_STEPS = ((300, ORANGE), (1200, RED))
NO_OUTCOME = "No outcome was told in the last hour"

NOW = Row("Now", (
    Stat("Waiting", "Tasks that wait for their start, in all queues chosen. Any number is fine as long as it does not "
         "keep growing: look at the oldest wait beside it.", (Query(in_phase("queued")),)),
    Stat("Running", "Tasks at work. Flat at some number while tasks wait: that number is the concurrency that the cloud "
         "gives you.", (Query(in_phase("running")),)),
    Stat("Oldest wait", "How long the task that has waited longest has been waiting. Normal is a small multiple of the "
         "usual wait; growing as fast as the clock means that nothing starts.",
         (Query(age("taskqueue_oldest_queued_timestamp_seconds")),), unit="s", steps=WAIT_STEPS, empty="Nothing waits"),
    Stat("Arrived", "Tasks created, a minute.", (Query(per_minute(queue("taskqueue_tasks_arrived_total"))),), unit="cpm",
         decimals=1),
    Stat("Ended", "Tasks that ended, a minute, whatever their outcome. Below what arrives for long: the backlog grows.",
         (Query(per_minute(queue("taskqueue_tasks_finished_total"))),), unit="cpm", decimals=1),
    Stat("Failed, last hour", "Share of failures among the outcomes told in the last hour. Under 5 % is usual; queues "
         "that do not tell outcomes (VOD with outcomes = \"list\") are left out.", (Query(failure_ratio()),), unit="percentunit",
         decimals=1, steps=FAILURE_STEPS, empty=NO_OUTCOME),
    Stat("Oldest data", "Age of what is known of the queue that was read longest ago. Normal is up to two refresh "
         "intervals; five minutes and more mean that refreshes fail.", (Query(data_age()),), unit="s", steps=AGE_STEPS),
    Stat("API budget used", "Requests against what the exporter allows itself, of the action that is nearest to its "
         "ceiling. Near 100 % for long: queues are read less often than configured. More: several exporters share an "
         "account without sharing a ledger.", (Query(budget_used(ask=call_of_all)),), unit="percentunit", decimals=0,
         steps=((0.7, YELLOW), (0.9, ORANGE))),
))

EACH = Row("Each queue", (
    Table("Queues", "One row a queue, the longest wait first; a click on its name opens its details. An empty cell: "
          "nothing waits, nothing ended in the last hour, or the service does not tell it.", (),
          keys=(("queue", "Queue"), ("cloud_service", "Service"), ("account", "Account"), ("cloud_region", "Region")),
          link=DETAIL, sort="Oldest wait", columns=(
              Column("Waiting", Query(in_phase("queued", OF_QUEUE))),
              Column("Running", Query(in_phase("running", OF_QUEUE))),
              Column("Oldest wait", Query(age("taskqueue_oldest_queued_timestamp_seconds", OF_QUEUE)), "s", WAIT_STEPS),
              Column("Drained in", Query(drain_eta(OF_QUEUE)), "s", ((3600, YELLOW), (14400, ORANGE), (86400, RED))),
              Column("Ended, last hour", Query(hour("taskqueue_tasks_finished_total", OF_QUEUE)), decimals=0),
              Column("Failed, last hour", Query(failure_ratio(OF_QUEUE)), "percentunit", FAILURE_STEPS, decimals=1),
              Column("Age of data", Query(data_age(OF_QUEUE)), "s", AGE_STEPS),
          )),
))

OVER_TIME = Row("Over time", (
    Lines("Waiting", "Tasks that wait, by queue. Waves are normal; a line that only rises is a backlog.",
          (Query(in_phase("queued", "queue"), "{{queue}}"),), width=12),
    Lines("Oldest wait", "Age of the oldest task that waits, by queue. A saw-tooth is normal; a slope of one second a "
          "second means that nothing starts. No line: nothing waits.",
          (Query(age("taskqueue_oldest_queued_timestamp_seconds", "queue"), "{{queue}}"),), unit="s", width=12,
          empty="Nothing waits"),
    Lines("In and out", "Tasks created and ended a minute, all queues chosen together. Out below in for long: the "
          "backlog grows.", (
              Query(per_minute(queue("taskqueue_tasks_arrived_total")), "arrived"),
              Query(per_minute(queue("taskqueue_tasks_finished_total")), "ended"),
          ), unit="cpm", width=12),
    Lines("Failed", "Tasks that failed, a minute, by queue.",
          (Query(per_minute(queue("taskqueue_tasks_finished_total", 'outcome="failed"'), "queue"), "{{queue}}"),), unit="cpm",
          width=12, empty="These queues do not tell which tasks failed"),
    Lines("Wait, 95th percentile", "Of the tasks that began in the last hour, 95 % had waited no longer. Compare with "
          "the oldest wait: far above it, something is stuck.",
          (Query(quantile(0.95, "taskqueue_task_wait_seconds", "queue"), "{{queue}}"),), unit="s", width=12, empty=NO_START),
    Lines("Creation to end, 95th percentile", "Of the tasks that ended in the last hour, 95 % had taken no longer from "
          "their creation.", (Query(quantile(0.95, "taskqueue_task_turnaround_seconds", "queue"), "{{queue}}"),), unit="s",
          width=12, empty="Nothing ended in the last hour"),
))

DASHBOARD = Dashboard(
    "taskqueue-overview", "Task queues / Overview", "All queues at once: which one needs a look.",
    (JOB, SERVICE, ACCOUNT, REGION, QUEUES), (NOW, EACH, OVER_TIME), MARKS)
