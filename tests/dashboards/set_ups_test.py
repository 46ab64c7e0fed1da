"""The examples beside the dashboards and rules: Prometheus, Alertmanager, Grafana's provisioning, compose."""
import os
import re
import subprocess
import sys
import unittest

import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rules"))
import catalogue
import lab
import promtool_cases

CONFIG = os.path.join(lab.ROOT, "config")


def load(*path):
    with open(os.path.join(CONFIG, *path), encoding="utf-8") as file:
        return yaml.safe_load(file)


class ChecksTest(unittest.TestCase):
    def check(self, *command):
        checked = subprocess.run([lab.find_program(command[0]), *command[1:]], capture_output=True, text=True, check=False)
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)

    def test_prometheus_takes_the_examples(self):
        for name in ("prometheus.yml", "prometheus.compose.yml"):
            self.check("promtool", "check", "config", os.path.join(CONFIG, "prometheus", name))
        self.check("promtool", "check", "config", "--syntax-only", os.path.join(CONFIG, "prometheus", "scrape-tls.example.yml"))

    def test_alertmanager_takes_the_example(self):
        self.check("amtool", "check-config", os.path.join(CONFIG, "alertmanager", "alertmanager.yml"))

    def test_alerts_go_where_the_example_says(self):
        path = os.path.join(CONFIG, "alertmanager", "alertmanager.yml")
        for severity, receiver in (("critical", "page"), ("warning", "ticket"), ("info", "nobody")):
            self.check("amtool", "config", "routes", "test", f"--config.file={path}", f"--verify.receivers={receiver}",
                       "alertname=TaskqueueDataStale", f"severity={severity}")


class InhibitionTest(unittest.TestCase):
    def test_causes_and_consequences_are_alerts_that_share_the_labels(self):
        names = {rule["alert"] for rule in promtool_cases.all_rules() if "alert" in rule}
        known = set().union(*(metric.labels for metric in catalogue.metrics().values())) | {"alertname", "job"}
        for rule in load("alertmanager", "alertmanager.yml")["inhibit_rules"]:
            matchers = " ".join(rule["source_matchers"] + rule["target_matchers"])
            with self.subTest(rule=matchers):
                self.assertLessEqual(set(re.findall(r"Taskqueue\w+", matchers)), names)
                self.assertLessEqual(set(rule["equal"]), known)
                self.assertIn("job", rule["equal"])


class ComposeTest(unittest.TestCase):
    def setUp(self):
        self.compose = load("compose.yaml")
        self.services = self.compose["services"]

    def test_what_is_mounted_exists(self):
        for name, service in self.services.items():
            for volume in service.get("volumes", []):
                source, target = volume.split(":")[:2]
                with self.subTest(service=name, volume=volume):
                    self.assertTrue(target.startswith("/"))
                    if source.startswith("."):
                        self.assertTrue(os.path.exists(os.path.join(CONFIG, source)))
                    else:
                        self.assertIn(source, self.compose["volumes"])
            for other in service.get("depends_on", []):
                self.assertIn(other, self.services)

    def test_services_find_each_other(self):
        prometheus = load("prometheus", "prometheus.compose.yml")
        groups = [*prometheus["alerting"]["alertmanagers"][0]["static_configs"], *prometheus["scrape_configs"][0]["static_configs"]]
        asked = [tuple(target.split(":")) for group in groups for target in group["targets"]]
        source = load("grafana", "provisioning", "datasources", "prometheus.yaml")["datasources"][0]["url"]
        asked.append(re.fullmatch(r"http://(\w+):(\d+)", source).groups())
        self.assertEqual({("alertmanager", "9093"), ("exporter", "19160"), ("prometheus", "9090")}, set(asked))
        for host, port in asked:
            self.assertIn(port, {entry.split(":")[-1] for entry in self.services[host]["ports"]})

    def test_ports_are_open_to_this_machine_only(self):
        for service in self.services.values():
            for port in service["ports"]:
                self.assertTrue(port.startswith("127.0.0.1:"), port)

    def test_images_have_versions(self):
        for service in self.services.values():
            self.assertTrue("build" in service or re.search(r":v?\d+\.\d+\.\d+$", service["image"]), service)

    def test_grafana_looks_where_the_dashboards_are(self):
        provider = load("grafana", "provisioning", "dashboards", "taskqueue.yaml")["providers"][0]
        mounted = dict(reversed(volume.split(":")[:2]) for volume in self.services["grafana"]["volumes"])
        self.assertEqual("../dashboards", mounted[provider["options"]["path"]])
        home = self.services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
        self.assertTrue(os.path.exists(home.replace(provider["options"]["path"], os.path.join(lab.ROOT, "dashboards"))))

    def test_the_scrape_interval_is_one(self):
        source = load("grafana", "provisioning", "datasources", "prometheus.yaml")["datasources"][0]
        for name in ("prometheus.yml", "prometheus.compose.yml"):
            self.assertEqual(source["jsonData"]["timeInterval"], load("prometheus", name)["global"]["scrape_interval"])


if __name__ == "__main__":
    unittest.main()
