"""The words that the dashboards' PromQL is made of.

They ask the exporter's own series, not those of recording rules, so that the dashboards need nothing else. Replicas serve
the same series of a queue, hence `replicas` before anything is added up.
"""
from __future__ import annotations

QUEUE = 'job=~"$job", queue=~"$queue", cloud_service=~"$cloud_service", account=~"$account", cloud_region=~"$cloud_region"'
CALL_OF_ALL = 'job=~"$job", cloud_service=~"$cloud_service", account=~"$account", cloud_region=~"$cloud_region"'
CALL = f'instance=~"$instance", {CALL_OF_ALL}'
PROCESS = 'job=~"$job", instance=~"$instance"'
OF_QUEUE = "queue, cloud_service, account, cloud_region"
OF_ACTION = "account, cloud_service, cloud_region, action"


def select(metric: str, scope: str, *more: str) -> str:
    return f"{metric}{{{', '.join((scope, *more))}}}"


def queue(metric: str, *more: str) -> str:
    """A queue's series, of the queues chosen."""
    return select(metric, QUEUE, *more)


def typed(metric: str, *more: str) -> str:
    """The same, of the types chosen."""
    return queue(metric, 'type=~"$type"', *more)


def call(metric: str, *more: str) -> str:
    return select(metric, CALL, *more)


def call_of_all(metric: str, *more: str) -> str:
    """The same of all replicas, where a dashboard does not choose among them."""
    return select(metric, CALL_OF_ALL, *more)


def process(metric: str, *more: str) -> str:
    return select(metric, PROCESS, *more)


def replicas(expr: str) -> str:
    return f"max without (instance, pod) ({expr})"


def by(labels: str) -> str:
    return f" by ({labels})" if labels else ""


def total(expr: str, labels: str = "") -> str:
    """The sum over everything but the labels, each replica's series once."""
    return f"sum{by(labels)} ({replicas(expr)})"


def rate(selector: str) -> str:
    return f"rate({selector}[$__rate_interval])"


def per_minute(selector: str, labels: str = "") -> str:
    return f"60 * {total(rate(selector), labels)}"


def in_phase(phase: str, labels: str = "", ask=queue) -> str:
    """Tasks in a phase, and 0 where there are tasks but none in it: some APIs have no row for it."""
    none = f"0 * group{by(labels)} ({ask('taskqueue_tasks')})"
    return f"{total(ask('taskqueue_tasks', f'phase={quoted(phase)}'), labels)} or {none}"


def quoted(word: str) -> str:
    return f'"{word}"'


def age(metric: str, labels: str = "", ask=queue) -> str:
    """Seconds since the oldest of these times."""
    return f"time() - min{by(labels)} ({replicas(ask(metric))})"


def hour(metric: str, labels: str, *more: str, ask=queue) -> str:
    """What a counter grew by in the last hour."""
    return total(f"increase({ask(metric, *more)}[1h])", labels)


def failure_ratio(labels: str = "", ask=queue) -> str:
    """Share of failures among the outcomes told in the last hour; nothing where none was told."""
    failed = hour("taskqueue_tasks_finished_total", labels, 'outcome="failed"', ask=ask)
    told = hour("taskqueue_tasks_finished_total", labels, 'outcome=~"succeeded|failed"', ask=ask)
    return f"{failed} / ({told} > 0)"


def drain_eta(labels: str = "") -> str:
    """Seconds until what waits now is done, at the pace of the last hour; nothing while nothing ends."""
    ended = hour("taskqueue_tasks_finished_total", labels)
    return f"3600 * ({in_phase('queued', labels)}) / ({ended} > 0)"


def quantile(q: float, metric: str, labels: str = "", ask=queue) -> str:
    """Of what was observed in the last hour; nothing where nothing was."""
    groups = f"le, {labels}" if labels else "le"
    return f"histogram_quantile({q:g}, {hour(metric + '_bucket', groups, ask=ask)}) >= 0"


def data_age(labels: str = "") -> str:
    """Age of what the best replica knows, of the worst queue."""
    return age("taskqueue_last_success_timestamp_seconds", labels)


def budget_used(labels: str = "", ask=call) -> str:
    """Requests of all replicas against the ceiling, of the action that is nearest to it."""
    sent = f"sum by ({OF_ACTION}) ({rate(ask('taskqueue_api_requests_total'))})"
    ceiling = f"max by ({OF_ACTION}) ({ask('taskqueue_api_rate_limit_ceiling_requests_per_second')})"
    return f"max{by(labels)} ({sent} / {ceiling})"
