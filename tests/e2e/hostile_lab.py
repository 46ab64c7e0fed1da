"""An exporter before a hostile cloud: queues for scenarios, doors, certificates, and what a scrape says of each queue."""
import json
import os
import re
import ssl
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import certificates
import hostile_cloud
import lab

FULL = os.environ.get("FAULTS") == "full"
UNLIMITED = {f"{service}.{action}": 0 for service, actions in {
    "mps": ["DescribeTasks"], "vod": ["DescribeTasks"], "ecs": ["DescribeTasks"],
    "batch": ["DescribeJobs", "DescribeJob", "DescribeTask"]}.items() for action in actions}
KEYS = {"tencent": 'secret_id = "AKIDdemomedia0000000000000000000001"\nsecret_key = "demo-media-key-of-no-worth"',
        "alibaba": 'access_key_id = "LTAIdemo000000000001"\naccess_key_secret = "demo-ali-key-of-no-worth"'}
PLACES = {"mps": "", "vod": "sub_app_id = 1500000001", "batch": 'region = "ap-guangzhou"', "ecs": 'region = "cn-hangzhou"'}
COUNTERS = ("taskqueue_tasks_arrived_total", "taskqueue_tasks_finished_total", "taskqueue_jobs_finished_total",
            "taskqueue_task_instances_finished_total")
POLLING = '[polling]\ninterval = "2s"\ntimeout = "8s"\nstale_after = "5m"\nquota_share = 1\n'


def table_of(scenario, door, folder):
    """The scenario's account and queue, as the configuration has them."""
    provider = "alibaba" if scenario.service == "ecs" else "tencent"
    limits = ", ".join(f'"{name}" = 1000' for name in UNLIMITED if name.startswith(scenario.service + "."))
    scheme = "https" if scenario.tls else "http"
    lines = [f"[accounts.{scenario.queue}]", f'provider = "{provider}"', 'credentials = "static"', KEYS[provider],
             f"limits = {{ {limits} }}", f'ca_file = "{folder}/ca.pem"' if scenario.tls else "",
             f"[queues.{scenario.queue}]", f'service = "{scenario.service}"', f'account = "{scenario.queue}"',
             PLACES[scenario.service], 'timeout = "1s"' if "timeout" in scenario.result else "", f'endpoint = "{scheme}://{scenario.host}:{door.port}"', *scenario.extra]
    return "\n".join(line for line in lines if line) + "\n\n"


class View:
    """One scrape, by queue. Scrapes of so many queues are long: only what is looked at is taken apart."""

    NAMES = (*COUNTERS, "taskqueue_refreshes_total", "taskqueue_tasks{", "taskqueue_api_requests_total", "taskqueue_up",
             "taskqueue_data_complete")

    def __init__(self, exporter):
        self.results, self.rows, self.counters, self.values, self.codes = {}, {}, {}, {}, {}
        text = exporter.get("/metrics").body
        wanted = "\n".join(line for line in text.split("\n") if line.startswith(self.NAMES))
        for name, labels, value in lab.parse_exposition(wanted):
            queue = labels.get("queue")
            if name == "taskqueue_refreshes_total":
                self.results.setdefault(queue, {})[labels["result"]] = value
            elif name == "taskqueue_tasks":
                self.rows.setdefault(queue, {})[(labels["type"], labels["status"], labels["phase"])] = value
            elif name in COUNTERS:
                self.counters.setdefault(queue, {})[(name, labels.get("type"), labels["outcome"] if "outcome" in labels else "")] = value
            elif name == "taskqueue_api_requests_total":
                codes = self.codes.setdefault(labels["account"], {})
                codes[labels["code"]] = codes.get(labels["code"], 0) + value
            elif queue and name in ("taskqueue_up", "taskqueue_data_complete"):
                self.values[(name, queue)] = value

    def up(self, queue):
        return self.values[("taskqueue_up", queue)]

    def complete(self, queue):
        return self.up(queue) == 1 and self.values[("taskqueue_data_complete", queue)] == 1

    def total(self, queue):
        return sum(self.rows.get(queue, {}).values())

    def since(self, before, queue):
        """Refreshes by result, zeros left out."""
        old = before.results.get(queue, {})
        return {result: int(count - old.get(result, 0)) for result, count in self.results[queue].items() if count > old.get(result, 0)}


class HostileCase(lab.LabCase):
    cloud_flags = ()

    def setUp(self):
        super().setUp()
        self.simulator = lab.Cloud(self.start_simulator(*self.cloud_flags).url)
        self.simulator.tell("limits", json.dumps(UNLIMITED))
        self.cloud = hostile_cloud.HostileCloud(self.simulator.url)
        self.addCleanup(self.cloud.stop)

    def start_against(self, scenarios, flags=()):
        self.doors = {each.queue: self.cloud.door(each.service, self.context(each.tls)) for each in scenarios}
        text = POLLING + "".join(table_of(each, self.doors[each.queue], self.folder) for each in scenarios)
        for each in scenarios:
            if each.always:
                self.switch_on(each)
        return self.start_exporter("--config.file=" + self.write("c.toml", text), *flags,
                                   env={"PATH": os.environ["PATH"], "HOME": self.folder})

    def certify(self):
        self.certificates = certificates.Certificates(self.folder)
        self.certificates.authority("ca")
        self.certificates.authority("nobody")
        for name, names in (("wrong", "DNS:other.example"), ("expired", "DNS:localhost"), ("self", "DNS:localhost")):
            self.certificates.sign(name, names)
        self.certificates.sign("stranger", "DNS:localhost", authority="nobody")
        self.certificates.run("x509", "-req", "-in", "expired.new.csr", "-out", "expired.pem", "-days", "0", "-extfile",
                              "expired.new.ext", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        self.certificates.run("x509", "-req", "-in", "self.new.csr", "-out", "self.pem", "-days", "2", "-extfile", "self.new.ext",
                              "-signkey", "self.key")

    def context(self, name):
        if not os.path.exists(os.path.join(self.folder, f"{name}.key")):
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, f"{name}.pem"), os.path.join(self.folder, f"{name}.key"))
        return context

    def switch_on(self, scenario):
        door = self.doors[scenario.queue]
        door.asked = 0
        door.fault, door.at_connect = scenario.fault, scenario.at_connect
        if scenario.at_connect:
            self.cloud.drop(door)
        if scenario.refused:
            self.cloud.refuse(door)

    def switch_off(self, scenario):
        door = self.doors[scenario.queue]
        door.fault = door.at_connect = None
        if scenario.refused:
            self.cloud.open(door)

    def peak_megabytes(self, exporter):
        with open(f"/proc/{exporter.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read()).group(1)) / 1024
