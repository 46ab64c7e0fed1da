"""What the reading costs: requests, limits, errors, latency."""
from choices import ACCOUNT, INSTANCE, JOB, MARKS, REGION, SERVICE
from grafana import ORANGE, RED, YELLOW, Column, Dashboard, Heatmap, Lines, Query, Row, Stat, Table
from queries import OF_ACTION, budget_used, call, process, rate, replicas

OK = 'code="OK"'
REQUESTS = "taskqueue_api_requests_total"
DURATIONS = "taskqueue_api_request_duration_seconds_bucket"
CEILING = "taskqueue_api_rate_limit_ceiling_requests_per_second"
EXPIRY = "taskqueue_credentials_expiry_timestamp_seconds"
OF_ACCOUNT = 'account=~"$account"'
ACTION = "{{account}} {{cloud_service}} {{action}} {{cloud_region}}"
OF_READING = "cloud_service, account, cloud_region"


def requests(labels: str = "", *more: str) -> str:
    return f"sum{f' by ({labels})' if labels else ''} ({rate(call(REQUESTS, *more))})"


def grown(metric: str, span: str, labels: str = "", *more: str) -> str:
    return f"sum{f' by ({labels})' if labels else ''} (increase({call(metric, *more)}[{span}]))"


def latency(q: float, labels: str = "") -> str:
    groups = f"le, {labels}" if labels else "le"
    return f"histogram_quantile({q:g}, sum by ({groups}) ({rate(call(DURATIONS))})) >= 0"


NOW = Row("Now", (
    Stat("Requests", "Requests to all clouds, a second.", (Query(requests()),), unit="reqps", decimals=2),
    Stat("Last 24 hours", "Requests sent in the last 24 hours. None of the APIs costs money by request; what is limited "
         "is their rate.", (Query(grown(REQUESTS, "24h")),), decimals=0, instant=True),
    Stat("30 days at this pace", "What the pace of the range chosen above comes to in 30 days.",
         (Query(f"{grown(REQUESTS, '$__range')} / $__range_s * 2592000"),), decimals=0, instant=True),
    Stat("Budget used", "Requests against the ceiling (the API's limit times quota_share), of the action that is nearest "
         "to it. Under 70 % is comfortable.", (Query(budget_used()),), unit="percentunit", decimals=0,
         steps=((0.7, YELLOW), (0.9, ORANGE))),
    Stat("Throttled", "Share of requests that were refused because of a rate limit. Normal is none; others may use the "
         "same account.", (Query(f"sum ({rate(call('taskqueue_api_throttled_total'))}) / ({requests()} > 0)"),),
         unit="percentunit", decimals=2, steps=((0.001, YELLOW), (0.01, ORANGE))),
    Stat("Failed", "Share of requests that were not answered with OK.",
         (Query(f"1 - ({requests('', OK)} / ({requests()} > 0))"),), unit="percentunit", decimals=2,
         steps=((0.01, YELLOW), (0.1, ORANGE), (0.5, RED))),
    Stat("95 % answered in", "95 % of the requests were answered within this time.", (Query(latency(0.95)),), unit="s",
         steps=((1, YELLOW), (5, ORANGE)), empty="Nothing was asked"),
    Stat("Waiting in the limiter", "Requests that wait for their turn, on average. Near 0 is normal; for Batch, whose "
         "limits are low, up to some are.",
         (Query(f"sum ({rate(call('taskqueue_api_rate_limit_wait_seconds_total'))})"),), unit="short", decimals=2),
))

EACH = Row("Each action", (
    Table("Actions", "One row an action, the one nearest to its ceiling first.", (), sort="Budget used", keys=(
        ("account", "Account"), ("cloud_service", "Service"), ("cloud_region", "Region"), ("action", "Action")), columns=(
            Column("Requests a second", Query(requests(OF_ACTION)), "reqps", decimals=2),
            Column("Ceiling", Query(f"max by ({OF_ACTION}) ({call(CEILING)})"), "reqps", decimals=2),
            Column("Allowed now",
                   Query(f"min by ({OF_ACTION}) ({call('taskqueue_api_rate_limit_requests_per_second')})"), "reqps",
                   decimals=2),
            Column("Budget used", Query(budget_used(OF_ACTION)), "percentunit", ((0.7, YELLOW), (0.9, ORANGE)), decimals=0),
            Column("In the range", Query(grown(REQUESTS, "$__range", OF_ACTION)), decimals=0),
            Column("Failed", Query(grown(REQUESTS, "$__range", OF_ACTION, 'code!="OK"')), steps=((1, ORANGE),), decimals=0),
            Column("Throttled", Query(grown("taskqueue_api_throttled_total", "$__range", OF_ACTION)), steps=((1, ORANGE),),
                   decimals=0),
            Column("95 % within", Query(latency(0.95, OF_ACTION)), "s", ((1, YELLOW), (5, ORANGE))),
        )),
))

OVER_TIME = Row("Over time", (
    Lines("Requests, by action", "Steady is normal: what is read each round. A plateau at the ceiling is a sweep or a "
          "queue too large for the limit.", (Query(requests(OF_ACTION), ACTION),), unit="reqps", width=12),
    Lines("Budget used, by action", "Requests against the ceiling. At 100 % the limiter decides how often queues are "
          "read.",
          (Query(budget_used(OF_ACTION), ACTION),), unit="percentunit", width=12, steps=((0.9, ORANGE),)),
    Lines("What the limiter allows", "The rate allowed now as a share of the ceiling. 100 % is normal; it halves when an "
          "API throttles, and climbs back within a minute of calm.",
          (Query(f"min by ({OF_ACTION}) ({call('taskqueue_api_rate_limit_requests_per_second')} / {call(CEILING)})", ACTION),),
          unit="percentunit", width=12),
    Lines("Time spent waiting for the limiter", "Seconds waited, a second: 1 means that one request is waiting all the "
          "time.",
          (Query(f"sum by ({OF_ACTION}) ({rate(call('taskqueue_api_rate_limit_wait_seconds_total'))})", ACTION),),
          width=12),
    Lines("Answers other than OK", "By code. Empty is normal. RequestLimitExceeded, Throttling: a rate limit. "
          "AuthFailure, InvalidAccessKeyId: credentials. timeout, network: the way there.",
          (Query(requests("account, cloud_service, code", 'code!="OK"'), "{{account}} {{cloud_service}} {{code}}"),),
          unit="reqps", width=12, stack=True, empty="All requests were answered with OK"),
    Lines("Requests a refresh", "What one reading of all queues of an account costs. It grows with what is live, and "
          "with what ends between two readings; a step up is a sweep.",
          (Query(f"sum by ({OF_READING}) ({rate(call(REQUESTS))}) / "
                 f"(sum by ({OF_READING}) ({rate(call('taskqueue_refreshes_total'))}) > 0)",
                 "{{account}} {{cloud_service}} {{cloud_region}}"),), width=12),
))

LATENCY = Row("Latency", (
    Heatmap("Duration of requests", "How long requests took; the darker, the more.",
            (Query(f"sum by (le) (increase({call(DURATIONS)}[$__rate_interval]))", "{{le}}"),), unit="s", width=12),
    Lines("95 % answered within, by service", "95 % of the requests were answered within this time.",
          (Query(latency(0.95, "account, cloud_service"), "{{account}} {{cloud_service}}"),), unit="s", width=12,
          empty="Nothing was asked"),
))

ACCESS = Row("Access", (
    Lines("Clock offset", "How far the provider's clock is ahead of ours. Signatures fail from 300 s on (Tencent). "
          "Normal is under a second or two.",
          (Query(f"max by (provider, instance) (abs({process('taskqueue_clock_offset_seconds')}))",
                 "{{provider}} {{instance}}"),), unit="s", width=12, steps=((60, ORANGE),)),
    Stat("Credentials end in", "Temporary credentials are renewed five minutes before they end; well under that, a "
         "renewal has failed. Of replicas the one whose credentials last longest counts: who reads no queue renews none.",
         (Query(f"min by (account) ({replicas(process(EXPIRY, OF_ACCOUNT))}) - time()", "{{account}}"),), unit="s", width=12,
         height=8, empty="No account uses temporary credentials"),
))

DASHBOARD = Dashboard(
    "taskqueue-api", "Task queues / API and cost", "What the reading costs: requests, limits, errors, latency.",
    (JOB, INSTANCE, SERVICE, ACCOUNT, REGION), (NOW, EACH, OVER_TIME, LATENCY, ACCESS), MARKS)
