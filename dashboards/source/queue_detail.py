"""One queue: what is in it, how fast it moves, how it ends, how it is read."""
from choices import ACCOUNT, JOB, MARKS, NO_START, ONE_QUEUE, REGION, SERVICE, TYPE
from grafana import BLUE, GREEN, ORANGE, RED, YELLOW, Column, Dashboard, Heatmap, Lines, Query, Row, Stat, Table
from queries import (age, data_age, drain_eta, failure_ratio, in_phase, per_minute, quantile, queue, rate, replicas, select,
                     total, typed)

PHASES = (("queued", YELLOW), ("held", "purple"), ("running", BLUE), ("succeeded", GREEN), ("failed", RED),
          ("cancelled", "gray"), ("ended", "light-green"), ("unknown", ORANGE))
NOT_ENDED = 'phase=~"queued|held|running|unknown"'
ENDED = 'phase!~"queued|held|running|unknown"'
BATCH_ONLY = "Only Batch has these"
FINISHED = "taskqueue_tasks_finished_total"
JOB_TASK = "job_name, job_id, task"
OF_LEDGER = 'job=~"$job", queue=~"$queue"'


def buckets(metric: str) -> Query:
    return Query(total(f"increase({typed(metric + '_bucket')}[$__rate_interval])", "le"), "{{le}}")


def quantiles(metric: str, what: str) -> tuple[Query, ...]:
    return tuple(Query(quantile(q, metric, ask=typed), f"{what}, {name}") for q, name in ((0.5, "half"), (0.95, "95 %")))


def instances(phase: str) -> Query:
    return Query(total(queue("taskqueue_task_instances", f'phase="{phase}"'), JOB_TASK))


NOW = Row("Now", (
    Stat("Waiting", "Tasks that wait for their start.", (Query(in_phase("queued", ask=typed)),)),
    Stat("Running", "Tasks at work. Flat while tasks wait: the concurrency is used up.",
         (Query(in_phase("running", ask=typed)),)),
    Stat("Oldest wait", "How long the oldest waiting task has been waiting. An alert comes from an hour on, unless its "
         "threshold is set otherwise for this queue.",
         (Query(age("taskqueue_oldest_queued_timestamp_seconds", ask=typed)),), unit="s",
         steps=((900, YELLOW), (3600, ORANGE), (10800, RED)), empty="Nothing waits"),
    Stat("Longest run", "How long the longest-running task has been running. Far above the usual: it hangs.",
         (Query(age("taskqueue_oldest_running_timestamp_seconds", ask=typed)),), unit="s",
         steps=((10800, YELLOW), (21600, ORANGE)), empty="Nothing runs, or the service does not tell since when"),
    Stat("Oldest unfinished", "Age of the oldest task that has not ended, whatever its state.",
         (Query(age("taskqueue_oldest_unfinished_timestamp_seconds", ask=typed)),), unit="s", steps=((43200, ORANGE),),
         empty="All have ended"),
    Stat("Drained in", "When all that wait now would be done, at the pace of the last hour. All types.",
         (Query(drain_eta()),), unit="s", steps=((3600, YELLOW), (14400, ORANGE)), empty="Nothing ended in the last hour"),
    Stat("Failed, last hour", "Share of failures among the outcomes told in the last hour.",
         (Query(failure_ratio(ask=typed)),), unit="percentunit", decimals=1, steps=((0.05, ORANGE), (0.25, RED)),
         empty="No outcome was told in the last hour"),
    Stat("Age of data", "Age of what is shown here. Normal is up to two refresh intervals.", (Query(data_age()),), unit="s",
         steps=((300, ORANGE), (1200, RED))),
))

TASKS = Row("Tasks", (
    Lines("Not ended, by state", "Tasks that have not ended, in the service's own words. Waiting piles up while running "
          "is flat: the concurrency is used up. Running falls while tasks wait: the service is slow or held.",
          (Query(total(typed("taskqueue_tasks", NOT_ENDED), "status"), "{{status}}"),),
          stack=True, width=12),
    Lines("Arrived, begun, ended", "Tasks a minute. All three together: the queue keeps up. Begun is told by MPS and VOD "
          "only.", (
              Query(per_minute(typed("taskqueue_tasks_arrived_total")), "arrived"),
              Query(per_minute(typed("taskqueue_task_wait_seconds_count")), "begun"),
              Query(per_minute(typed(FINISHED)), "ended"),
          ), unit="cpm", width=12),
    Lines("Waiting, by type", "Which type of task it is that waits.",
          (Query(in_phase("queued", "type", typed), "{{type}}"),), stack=True, width=12),
    Lines("Oldest, by type", "Age of the oldest task that has not ended, by type. A slope of one second a second for "
          "hours: one task hangs.", (Query(age("taskqueue_oldest_unfinished_timestamp_seconds", "type", typed), "{{type}}"),),
          unit="s", width=12, empty="All have ended"),
))

TIMES = Row("How long", (
    Heatmap("Creation to end", "How long tasks took altogether; the darker, the more. A second band above the usual one "
            "is a second kind of task, or a queue that was full.", (buckets("taskqueue_task_turnaround_seconds"),), unit="s",
            width=12),
    Lines("Quantiles, last hour", "Of the tasks that began (wait) or ended (run, creation to end) in the last hour. Wait "
          "and run are told by MPS and VOD only.", (
              *quantiles("taskqueue_task_turnaround_seconds", "creation to end"),
              *quantiles("taskqueue_task_wait_seconds", "wait"),
              *quantiles("taskqueue_task_run_seconds", "run"),
          ), unit="s", width=12, empty="Nothing ended in the last hour"),
    Heatmap("Wait", "How long tasks waited for their start. Normal is a narrow band; when it climbs, arrivals exceed "
            "what the service takes on.", (buckets("taskqueue_task_wait_seconds"),), unit="s", width=12, empty=NO_START),
    Heatmap("Run", "How long tasks ran. It should not depend on how full the queue is; if it does, the service is "
            "overloaded.",
            (buckets("taskqueue_task_run_seconds"),), unit="s", width=12, empty=NO_START),
))

OUTCOMES = Row("How tasks end", (
    Lines("Ended, by outcome", "Tasks that ended, a minute. `ended`: the service does not say how.",
          (Query(per_minute(typed(FINISHED), "outcome"), "{{outcome}}"),), unit="cpm", stack=True, colours=PHASES),
    Lines("Failed, by type", "Share of failures among the outcomes told in the last hour, by type. Above 5 % an alert "
          "comes, from 20 outcomes on.", (Query(failure_ratio("type", typed), "{{type}}"),), unit="percentunit",
          steps=((0.05, ORANGE),), empty="No outcome was told in the last hour"),
    Lines("Ended tasks that the service shows", "What the service still lists of ended tasks. A sudden fall is the "
          "window's edge passing a busy time, not a loss.",
          (Query(total(typed("taskqueue_tasks", ENDED), "phase"), "{{phase}}"),), stack=True,
          colours=PHASES),
))

BATCH = Row("Batch: jobs and instances", (
    Lines("Instances not ended, by state", "Task instances of live jobs. Many RUNNABLE for long: no machines are to be had.",
          (Query(total(queue("taskqueue_task_instances", NOT_ENDED), "status"), "{{status}}"),), stack=True, empty=BATCH_ONLY),
    Lines("Instances ended", "Instances that ended, a minute, by outcome.",
          (Query(per_minute(queue("taskqueue_task_instances_finished_total"), "outcome"), "{{outcome}}"),), unit="cpm",
          stack=True, colours=PHASES, empty=BATCH_ONLY),
    Lines("Jobs, by state", "Jobs that the service shows, without those that succeeded. FAILED_INTERRUPTED still costs money.",
          (Query(total(queue("taskqueue_jobs", 'phase!="succeeded"'), "status"), "{{status}}"),), stack=True, empty=BATCH_ONLY),
    Table("Tasks of jobs", "Instances of each task of each job by phase. A job that ended leaves after keep_ended.", (),
          keys=(("job_name", "Job"), ("job_id", "Id"), ("task", "Task")), sort="Running", empty=BATCH_ONLY, width=16, columns=(
              Column("Waiting", instances("queued")),
              Column("Running", instances("running")),
              Column("Succeeded", instances("succeeded")),
              Column("Failed", instances("failed"), steps=((1, ORANGE),)),
          )),
    Lines("Jobs ended", "Jobs that ended, a minute, by outcome.",
          (Query(per_minute(queue("taskqueue_jobs_finished_total"), "outcome"), "{{outcome}}"),), unit="cpm", stack=True,
          colours=PHASES, height=9, empty=BATCH_ONLY),
), folded=True)

READING = Row("How this queue is read", (
    Lines("Age of data", "Grows between two refreshes and falls back: a saw-tooth as high as the interval is normal. A "
          "steady rise: refreshes fail.", (
              Query(data_age(), "age"),
              Query(f"max ({queue('taskqueue_refresh_interval_seconds')})", "interval in force"),
          ), unit="s", dashed=("interval in force",), legend="list"),
    Lines("Refreshes", "Refreshes a minute by result. Anything but success and partial is a failure; partial: a part of "
          "the queue could not be read.",
          (Query(f"60 * sum by (result) ({rate(queue('taskqueue_refreshes_total'))}) > 0", "{{result}}"),), unit="cpm",
          bars=True, stack=True, legend="list",
          colours=(("success", GREEN), ("partial", YELLOW), ("throttled", ORANGE), ("stopped", "gray"))),
    Lines("Time of a refresh", "How long reading this queue takes. Longer than the interval: the next one is skipped.", (
        Query(f"max ({replicas(queue('taskqueue_refresh_duration_seconds'))})", "refresh"),
        Query(f"max ({queue('taskqueue_refresh_interval_seconds')})", "interval in force"),
    ), unit="s", dashed=("interval in force",), legend="list"),
    Stat("Window", "How far back the service shows ended tasks. What is older is in the counters only.",
         (Query(f"max ({queue('taskqueue_window_seconds')})"),), unit="s", width=6, instant=True,
         empty="The service does not say"),
    Stat("Counts", "Whether the counts cover everything that the service shows. Incomplete is normal during the first "
         "sweep.",
         (Query(f"min ({replicas(queue('taskqueue_data_complete'))})"),), width=6, instant=True, unit="none",
         words=((1, "complete", GREEN), (0, "incomplete", ORANGE))),
    Stat("Series kept out", "Series that max_series keeps out. Above 0: raise it, or name fewer jobs.",
         (Query(total(queue("taskqueue_series_dropped"))),), width=6, instant=True, steps=((1, ORANGE),)),
    Stat("Counts corrected", "Times in the last 24 hours that a check found another number in the service than we had "
         "counted. Now and then is fine; often means that the service's listings disagree with each other.",
         (Query(total(f"increase({select('taskqueue_ledger_corrections_total', OF_LEDGER)}[24h])")),),
         width=6, instant=True, decimals=0, empty="None yet"),
))

DASHBOARD = Dashboard(
    "taskqueue-queue", "Task queues / One queue", "One queue: what is in it, how fast it moves, how it ends, how it is read.",
    (JOB, SERVICE, ACCOUNT, REGION, ONE_QUEUE, TYPE), (NOW, TASKS, TIMES, OUTCOMES, BATCH, READING), MARKS)
