"""The exporter itself: does it run, does it read, what does it need."""
from choices import INSTANCE, JOB, MARKS
from grafana import GREEN, ORANGE, RED, YELLOW, Column, Dashboard, Lines, Query, Row, Stat, Table
from queries import OF_QUEUE, process, rate, replicas

OF_REPLICA = "{{instance}}"
UP = process("up")
FAILURE = 'result!~"success|partial|stopped"'
RUNNING = 'reason="running"'


def of_each(metric: str) -> Query:
    return Query(process(metric), OF_REPLICA)


def of_queues(aggregate: str, metric: str, labels: str = "") -> str:
    return f"{aggregate}{f' by ({labels})' if labels else ''} ({replicas(process(metric))})"


def data_age(labels: str) -> str:
    return f"time() - {of_queues('min', 'taskqueue_last_success_timestamp_seconds', labels)}"


def refreshes(labels: str, *more: str) -> str:
    return f"sum by ({labels}) (increase({process('taskqueue_refreshes_total', *more)}[1h]))"


def skipped(labels: str) -> str:
    return f"sum by ({labels}) ({rate(process('taskqueue_refreshes_skipped_total', RUNNING))})"


NOW = Row("Now", (
    Stat("Replicas up", "Exporters that Prometheus can scrape.", (Query(f"sum ({UP})"),)),
    Stat("Queues up", "Queues whose last refresh succeeded and whose data are fresh.",
         (Query(of_queues("sum", "taskqueue_up")),)),
    Stat("Queues down", "Queues whose last refresh failed, or whose data are stale. One for a moment is nothing; for "
         "minutes, see the table below.", (Query(f"count ({replicas(process('taskqueue_up'))} == 0) or 0 * sum ({UP})"),),
         steps=((1, ORANGE),)),
    Stat("Incomplete", "Queues whose counts do not cover everything yet: a first sweep, or a part that cannot be read.",
         (Query(f"count ({replicas(process('taskqueue_data_complete'))} == 0) or 0 * sum ({UP})"),), steps=((1, YELLOW),)),
    Stat("Configuration", "Whether the last reload succeeded. If not, the configuration from before is in force, and the "
         "log says why.", (Query(f"min ({process('taskqueue_exporter_config_last_reload_successful')})"),), instant=True,
         unit="none", words=((1, "loaded", GREEN), (0, "reload failed", RED))),
    Stat("Ledger", "Whether the last write to the ledger succeeded. If not, counters stand still until it does.",
         (Query(f"min ({process('taskqueue_ledger_up')})"),), instant=True, unit="none",
         words=((1, "written", GREEN), (0, "failing", RED))),
    Stat("Faults survived", "Faults of the exporter itself in the last 24 hours, caught and logged. Normal is none; "
         "please report them.", (Query(f"sum (increase({process('taskqueue_exporter_bugs_total')}[24h]))"),), instant=True,
         decimals=0, steps=((0.5, RED),)),
    Stat("Running for", "Since the youngest replica started.",
         (Query(f"time() - max ({process('process_start_time_seconds')})"),), unit="s", instant=True),
))

QUEUES = Row("Queues", (
    Table("Reading of each queue", "The queue with the oldest data first. The interval is the one in force: longer than "
          "configured where limits force it. The last hour's refreshes count those of all replicas.", (), sort="Age of data",
          keys=(("queue", "Queue"), ("cloud_service", "Service"), ("account", "Account"), ("cloud_region", "Region")), columns=(
              Column("Age of data", Query(data_age(OF_QUEUE)), "s", ((300, ORANGE), (1200, RED))),
              Column("Interval", Query(of_queues("max", "taskqueue_refresh_interval_seconds", OF_QUEUE)), "s"),
              Column("Last refresh took", Query(of_queues("max", "taskqueue_refresh_duration_seconds", OF_QUEUE)), "s"),
              Column("Refreshes, last hour", Query(refreshes(OF_QUEUE)), decimals=0),
              Column("Failed, last hour", Query(refreshes(OF_QUEUE, FAILURE)), steps=((1, ORANGE),), decimals=0),
              Column("Series kept out", Query(of_queues("max", "taskqueue_series_dropped", OF_QUEUE)), steps=((1, ORANGE),)),
              Column("Replicas reading", Query(f"sum by ({OF_QUEUE}) ({process('taskqueue_leader')})"), "none"),
          )),
    Lines("Age of data, by queue", "A low saw-tooth is normal. A line that rises by one second a second: that queue "
          "cannot be read.",
          (Query(data_age("queue"), "{{queue}}"),), unit="s", steps=((300, ORANGE),)),
    Lines("Failed refreshes, by reason", "Empty is normal. throttled: a rate limit. network, timeout, server: the cloud, "
          "or the way there. credentials, permission: our access. request, not_found, answer: see the log.",
          (Query(f"60 * sum by (result) ({rate(process('taskqueue_refreshes_total', FAILURE))}) > 0", "{{result}}"),),
          unit="cpm", stack=True, bars=True, empty="No refresh has failed"),
    Lines("Skipped refreshes, by queue", "Refreshes, a minute, that were due while the one before was still running. "
          "Normal for Batch, whose limits are low; otherwise lengthen the interval.",
          (Query(f"60 * {skipped('queue')} > 0", "{{queue}}"),), unit="cpm", empty="No refresh was skipped"),
))

PROCESS = Row("Process", (
    Lines("Processor", "Processor seconds a second. A few hundredths are normal.",
          (Query(rate(process("process_cpu_seconds_total")), OF_REPLICA),), unit="percentunit"),
    Lines("Memory", "Resident memory. Grows with the number of live and lately ended tasks, then stays.",
          (of_each("process_resident_memory_bytes"),), unit="bytes"),
    Lines("File descriptors in use", "Open descriptors (connections of clients and to clouds) as a share of how many may "
          "be open. Near 100 %: raise the limit, LimitNOFILE in systemd.",
          (Query(f"{process('process_open_fds')} / {process('process_max_fds')}", OF_REPLICA),), unit="percentunit"),
    Lines("Scrape duration", "As Prometheus measures it. Milliseconds are normal: a scrape calls no cloud.",
          (of_each("scrape_duration_seconds"),), unit="s"),
    Lines("Series", "Samples in one scrape. Steps are new types or jobs; a steady climb ends at max_series.",
          (of_each("scrape_samples_scraped"),)),
    Lines("Scrapes answered", "Scrapes a minute by HTTP status. Anything but 200 is a question for an unknown queue, or "
          "a fault.",
          (Query(f"60 * sum by (code) ({rate(process('promhttp_metric_handler_requests_total'))})", "{{code}}"),), unit="cpm"),
    Lines("Threads", "Threads of the process. A steady number is normal.", (of_each("process_threads"),)),
    Stat("Versions", "Replicas of each version. More than one for long: an update has stopped half-way.",
         (Query(f"count by (version, revision) ({process('taskqueue_exporter_build_info')})", "{{version}} {{revision}}"),),
         width=8, height=8, instant=True, text="name"),
    Lines("Restarts", "Starts in the last hour. Above 1: it keeps falling over, see its log.",
          (Query(f"changes({process('process_start_time_seconds')}[1h])", OF_REPLICA),)),
))

LEDGER = Row("Ledger and replicas", (
    Lines("Ledger writes that failed", "A minute. None is normal.",
          (Query(f"60 * {rate(process('taskqueue_ledger_write_failures_total'))}", OF_REPLICA),), unit="cpm"),
    Lines("Size of the ledger", "What is remembered, so that no task is counted twice. Steady, or in step with how many "
          "tasks are live.", (of_each("taskqueue_ledger_size_bytes"),), unit="bytes", empty="The ledger has no size"),
    Lines("Corrections and take-overs", "In the last hour. A correction: a check found another number than we had "
          "counted. A take-over: this replica reads a queue that another one read before.", (
              Query(f"sum by (queue) (increase({process('taskqueue_ledger_corrections_total')}[1h])) > 0",
                    "{{queue}} corrected"),
              Query(f"sum by (queue, instance) (increase({process('taskqueue_ledger_takeovers_total')}[1h])) > 0",
                    "{{queue}} taken over by {{instance}}"),
          ), empty="None in the last hour"),
    Lines("Queues read, by replica", "How many queues each replica reads. With Redis each queue is read by one; without, "
          "every replica reads all.", (Query(f"sum by (instance) ({process('taskqueue_leader')})", OF_REPLICA),),
          step_after=True, empty="Not told by this version"),
    Lines("Clock offset", "How far the providers' clocks are from ours.",
          (Query(f"abs({process('taskqueue_clock_offset_seconds')})", "{{provider}} {{instance}}"),), unit="s"),
    Lines("Last reload", "Time since the configuration was last loaded.",
          (Query(f"time() - {process('taskqueue_exporter_config_last_reload_success_timestamp_seconds')}", OF_REPLICA),),
          unit="s"),
), folded=True)

DASHBOARD = Dashboard(
    "taskqueue-exporter", "Task queues / Exporter", "The exporter itself: does it run, does it read, what does it need.",
    (JOB, INSTANCE), (NOW, QUEUES, PROCESS, LEDGER), MARKS)
