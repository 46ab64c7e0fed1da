"""What all dashboards share: the variables, and the marks on the time axis."""
from grafana import BLUE, RED, Mark, Variable
from queries import select

JOB = Variable("job", "Job", "label_values(taskqueue_exporter_build_info, job)", every=".+")
INSTANCE = Variable("instance", "Instance", 'label_values(taskqueue_exporter_build_info{job=~"$job"}, instance)', every=".+")


def of_queues(label: str, *before: str) -> str:
    """The values of a label among the queues, given what was chosen before it."""
    scope = ", ".join('%s=~"$%s"' % (name, name) for name in ("job", *before))
    return f"label_values({select('taskqueue_up', scope)}, {label})"


SERVICE = Variable("cloud_service", "Service", of_queues("cloud_service"))
ACCOUNT = Variable("account", "Account", of_queues("account", "cloud_service"))
REGION = Variable("cloud_region", "Region", of_queues("cloud_region", "cloud_service", "account"))
QUEUES = Variable("queue", "Queue", of_queues("queue", "cloud_service", "account", "cloud_region"))
ONE_QUEUE = Variable("queue", "Queue", of_queues("queue", "cloud_service", "account", "cloud_region"), multi=False)
TYPE = Variable("type", "Type",
                'label_values(taskqueue_tasks_arrived_total{job=~"$job", queue=~"$queue"}, type)')

RELOADS = Mark(
    "Reloads", 'taskqueue_exporter_config_last_reload_success_timestamp_seconds{job=~"$job"} * 1000',
    "Configuration loaded", "{{instance}}", BLUE, at_value=True)
ALERTS = Mark(
    "Alerts", 'ALERTS{job=~"$job", alertname=~"Taskqueue.+", alertstate="firing"}',
    "{{alertname}}", "{{queue}} {{cloud_service}} {{action}} {{instance}}", RED)
MARKS = (RELOADS, ALERTS)

# Panels of what only some services tell.
NO_START = "Batch and ECS do not tell when a task began"
