"""A cloud misbehaves, a real Prometheus notices, a real Alertmanager tells. The rules are the shipped ones with all times
divided by 60: what takes five minutes takes five seconds here."""
import datetime
import http.server
import json
import os
import re
import shutil
import sys
import threading
import time
import unittest

import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

CONFIG = os.path.join(lab.ROOT, "config")
SECONDS = {"s": 1, "m": 60, "h": 3600}
# Each second of here is a minute of the shipped rules; a loaded machine may be so much later.
LATE = 25


def divided(duration):
    """30m as 30s, 2h as 120s, 30s as 500ms."""
    number, unit = re.fullmatch(r"(\d+)([smh])", duration).groups()
    return f"{int(number) * SECONDS[unit] * 1000 // 60}ms"


def divided_rules(path):
    """The rules with `for`, ranges, and all numbers of seconds divided by 60."""
    with open(path, encoding="utf-8") as file:
        rules = yaml.safe_load(file)
    for group in rules["groups"]:
        for rule in group["rules"]:
            expr = re.sub(r"\[(\w+)\]", lambda match: f"[{divided(match.group(1))}]", rule["expr"])
            expr = re.sub(r"(predict_linear\([^)]*, )(\d+)", lambda match: f"{match.group(1)}{int(match.group(2)) / 60:g}", expr)
            if rule.get("record", "").endswith("_seconds"):
                expr = re.sub(r"(?<![\w.])(\d+)(?= \* group|\)$)", lambda match: f"{int(match.group(1)) / 60:g}", expr)
            rule["expr"] = expr
            if "for" in rule:
                rule["for"] = divided(rule["for"])
    return rules


class Receiver:
    """Takes what Alertmanager sends: (when, receiver, firing alerts)."""

    def __init__(self):
        self.messages = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.messages.append((time.time(), self.path.strip("/"),
                                       [a["labels"] for a in body["alerts"] if a["status"] == "firing"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self, name):
        """[(when, receiver, labels)] of an alert."""
        return [(when, receiver, labels) for when, receiver, alerts in self.messages for labels in alerts
                if labels["alertname"] == name]


class AlertsTest(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.server.server_close)
        self.addCleanup(self.receiver.server.shutdown)
        simulator = self.start_simulator()
        configuration = simulator.configuration().replace('interval = "5s"', 'interval = "1s"\ntimeout = "1s"')
        # Batch needs longer for a round than all else here.
        configuration = re.sub(r"(?s)\[queues\.render\].*?\n\n", "", configuration)
        self.exporter = self.start_exporter(f"--config.file={self.write('taskqueue.toml', configuration)}")
        self.cloud = lab.Cloud(simulator.url)
        self.exporter.wait_complete()
        self.prometheus = self.start_prometheus(self.start_alertmanager().addresses()[0])

    def start_alertmanager(self):
        with open(os.path.join(CONFIG, "alertmanager", "alertmanager.yml"), encoding="utf-8") as file:
            text = file.read()
        config = yaml.safe_load(re.sub(r"(?m)(_(?:wait|interval): )(\w+)$", lambda m: m.group(1) + divided(m.group(2)), text))
        for receiver in config["receivers"]:
            receiver["webhook_configs"] = [{"url": f"{self.receiver.url}/{receiver['name']}", "send_resolved": False}]
        path = self.write("alertmanager.yml", json.dumps(config))
        return self.keep(Alertmanager("alertmanager", [
            alertmanager_program(self.folder), f"--config.file={path}", f"--storage.path={self.folder}/alertmanager",
            "--cluster.listen-address=", "--web.listen-address=127.0.0.1:0"], self.folder))

    def start_prometheus(self, alertmanager):
        rules = os.path.join(CONFIG, "prometheus", "rules")
        for name in sorted(os.listdir(rules)):
            if name.startswith("taskqueue_"):
                self.write(f"rules_{name}", json.dumps(divided_rules(os.path.join(rules, name))))
        # As a user would: the pretend queue that falls behind is small.
        self.write("rules_overrides.yml", json.dumps({"groups": [{"name": "overrides", "rules": [
            {"record": "taskqueue:override:backlog_tasks", "expr": "vector(3)", "labels": {"queue": "transcode-eu"}}]}]}))
        return self.keep(lab.start_prometheus(
            self.folder, self.exporter.addresses()[0],
            more=f'rule_files: ["{self.folder}/rules_*.yml"]\n'
                 f'alerting: {{ alertmanagers: [{{ static_configs: [{{ targets: ["{alertmanager}"] }}] }}] }}'))

    def alerts(self):
        return self.prometheus.ask("alerts")["alerts"]

    def firing(self):
        """(alert, queue) of all that fire in Prometheus."""
        return {(alert["labels"]["alertname"], alert["labels"].get("queue")) for alert in self.alerts()
                if alert["state"] == "firing"}

    def active_since(self, name):
        """When the alert's expression became true, in seconds since 1970."""
        since = next(alert["activeAt"] for alert in self.alerts() if alert["labels"]["alertname"] == name)
        return datetime.datetime.fromisoformat(since[:19] + "+00:00").timestamp()

    def wait_told(self, name, **labels):
        """The first message about it: (when, receiver, labels)."""

        def look():
            return next((one for one in self.receiver.told(name) if labels.items() <= one[2].items()), None)

        try:
            return lab.wait_until(f"{name} of {labels}", look, 90, pause=0.2)
        except AssertionError as error:
            firing = sorted(map(str, self.firing()))
            raise AssertionError(f"{error}; Prometheus: {firing}, told: {self.receiver.messages}") from None

    def assert_took(self, seconds, began, told):
        """Neither sooner than the rule allows, a refresh and a scrape aside, nor much later."""
        took = told[0] - began
        print(f"{told[2]['alertname']} {told[2].get('queue', told[2].get('cloud_service'))}: after {took:.1f} s to {told[1]}")
        self.assertGreater(took, seconds - 3)
        self.assertLess(took, seconds + LATE)

    def test_a_failing_cloud_stale_data_and_a_backlog_are_told_each_once(self):
        lab.wait_until("fresh data of all queues in Prometheus",
                       lambda: len(self.prometheus.query("queue:data_fresh:bool == 1")) == 5, 60, pause=0.5)
        self.assertEqual([], self.receiver.told("TaskqueueDataStale") + self.receiver.told("TaskqueueCloudFailing"))

        began = time.time()
        self.cloud.tell("faults", json.dumps([
            {"service": "vod", "kind": "http", "status": 500},
            {"account": "ali", "kind": "error", "code": "InvalidParameter"}]))

        # More than half of five seconds' refreshes fail for five seconds; data are older than five seconds for five seconds.
        failing = self.wait_told("TaskqueueCloudFailing", cloud_service="vod")
        self.assert_took(7.5, began, failing)
        self.assertEqual(("page", "critical"), (failing[1], failing[2]["severity"]))
        stale = self.wait_told("TaskqueueDataStale", queue="images")
        self.assert_took(10, began, stale)
        self.assertEqual(("ticket", "warning"), (stale[1], stale[2]["severity"]))

        # The queues of the failing cloud are stale, too, and nobody is told, since the cloud is.
        lab.wait_until("stale data of the cloud's queues", lambda: {("TaskqueueDataStale", "vod-main"),
                                                                    ("TaskqueueDataStale", "vod-shorts")} <= self.firing(), 60)
        backlog = self.wait_told("TaskqueueBacklogGrowing", queue="transcode-eu")
        self.assert_took(15, self.active_since("TaskqueueBacklogGrowing"), backlog)
        self.assertEqual("ticket", backlog[1])
        self.assertEqual(set(), {labels["queue"] for name in ("TaskqueueDataStale", "TaskqueueRefreshFailing")
                                 for _, _, labels in self.receiver.told(name)} - {"images"})
        self.assertEqual(1, len(self.receiver.told("TaskqueueCloudFailing")))

        # Well again: all of it ends.
        self.cloud.tell("faults", "[]")
        lab.wait_until("the end of the alerts", lambda: not {name for name, _ in self.firing()} & {
            "TaskqueueCloudFailing", "TaskqueueDataStale"}, 60, pause=0.5)


def alertmanager_program(folder):
    """Debian's, or of one that is unpacked only a copy that finds its templates in `folder`, where it is started, instead
    of where its package would have put them."""
    program = lab.find_program("prometheus-alertmanager")
    installed = "/usr/share/prometheus/alertmanager"
    if os.path.isdir(installed):
        return program
    shutil.copytree(program.replace("/usr/bin/prometheus-alertmanager", installed), folder, symlinks=True, dirs_exist_ok=True)
    with open(program, "rb") as file:
        text = file.read()
    copy = os.path.join(folder, "prometheus-alertmanager")
    with open(copy, "wb") as file:
        file.write(text.replace(installed.encode(), b"." + b"/" * (len(installed) - 1)))
    os.chmod(copy, 0o755)
    return copy


class Alertmanager(lab.Served):
    listening = r'msg="Listening on" address=(\S+)'


if __name__ == "__main__":
    unittest.main()
