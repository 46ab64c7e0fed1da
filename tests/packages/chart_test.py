"""The chart and the plain manifests, as far as that goes without helm; ./test kubernetes goes further."""
import json
import os
import re
import shutil
import subprocess
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KUBERNETES = os.path.join(ROOT, "config", "kubernetes")
CHART = os.path.join(ROOT, "config", "helm")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def objects():
    return [each for name in ("taskqueue-exporter.yaml", "monitoring.yaml")
            for each in yaml.safe_load_all(read(KUBERNETES, name)) if each]


def of_kind(kind):
    return next(each for each in objects() if each["kind"] == kind)


class ManifestsTest(unittest.TestCase):
    def test_they_were_rendered_from_the_chart_as_it_is(self):
        now = subprocess.run([os.path.join(KUBERNETES, "render.sh"), "--hash"], capture_output=True, text=True, check=True).stdout.strip()
        for name in ("taskqueue-exporter.yaml", "monitoring.yaml"):
            self.assertIn(f"({now})", read(KUBERNETES, name).splitlines()[0],
                          f"{name} is older than the chart: run config/kubernetes/render.sh, then ./test kubernetes")

    def test_the_pod_has_no_rights(self):
        pod = of_kind("Deployment")["spec"]["template"]["spec"]
        container = pod["containers"][0]
        self.assertEqual(True, pod["securityContext"]["runAsNonRoot"])
        self.assertEqual(False, pod["automountServiceAccountToken"])
        self.assertEqual({"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
                         container["securityContext"])
        user = re.search(r"^USER (\d+):", read(ROOT, "Dockerfile"), re.MULTILINE).group(1)
        self.assertEqual(int(user), pod["securityContext"]["runAsUser"], "the image's own user")

    def test_secrets_are_references(self):
        self.assertEqual([], [each for each in objects() if each["kind"] == "Secret"])
        self.assertNotRegex(of_kind("ConfigMap")["data"]["taskqueue.toml"], r"(?m)^\s*\w*(secret|key|password)\w*(?<!_file)\s*=")

    def test_the_configuration_in_them_names_what_is_mounted(self):
        text = of_kind("ConfigMap")["data"]["taskqueue.toml"]
        mounts = [m["mountPath"] for m in of_kind("Deployment")["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]]
        for path in re.findall(r'_file\s*=\s*"([^"]+)"', text):
            self.assertTrue(any(path.startswith(mount + "/") for mount in mounts), path)

    def test_the_rules_are_those_of_prometheus(self):
        rules = os.path.join(ROOT, "config", "prometheus", "rules")
        groups = [group for name in sorted(os.listdir(rules)) if re.fullmatch(r"taskqueue_\w+\.yml", name)
                  for group in yaml.safe_load(read(rules, name))["groups"]]
        self.assertEqual(groups, of_kind("PrometheusRule")["spec"]["groups"])

    def test_targets_have_the_job_that_the_alerts_ask_for(self):
        asked = {job for group in of_kind("PrometheusRule")["spec"]["groups"] for rule in group["rules"]
                 for job in re.findall(r'\bjob="([^"]*)"', rule["expr"])}
        self.assertEqual(1, len(asked), asked)
        # Without a word of ours prometheus-operator names the job after the Service.
        for endpoint in of_kind("ServiceMonitor")["spec"]["endpoints"]:
            given = {each["replacement"] for each in endpoint.get("relabelings", []) if each.get("targetLabel") == "job"}
            self.assertEqual(asked, given)


@unittest.skipUnless(shutil.which("helm"), "helm is not on the PATH")
class ProbesTest(unittest.TestCase):
    def probes(self, *values):
        """The liveness and the readiness probe, rendered with these values."""
        shown = subprocess.run(["helm", "template", "x", CHART, "--kube-version", "1.31.0", *values],
                               capture_output=True, text=True, check=True).stdout
        pod = next(each for each in yaml.safe_load_all(shown) if each and each["kind"] == "Deployment")["spec"]["template"]["spec"]
        return [pod["containers"][0][name] for name in ("livenessProbe", "readinessProbe")]

    def test_an_open_port_is_asked_for_its_pages(self):
        live, ready = self.probes()
        self.assertEqual({"path": "/-/healthy", "port": "metrics", "scheme": "HTTP"}, live["httpGet"])
        self.assertEqual({"path": "/-/ready", "port": "metrics", "scheme": "HTTP"}, ready["httpGet"])

    def test_behind_a_password_the_binary_asks_for_itself(self):
        live, ready = self.probes("--set", "webConfig.existingSecret=web")
        self.assertIn("--health.check", live["exec"]["command"])
        self.assertEqual({"port": "metrics"}, ready["tcpSocket"])

    def test_behind_tls_they_only_connect_since_the_kubelet_has_neither_password_nor_certificate(self):
        for probe in self.probes("--set", "webConfig.existingSecret=web,webConfig.tls=true"):
            self.assertEqual({"port": "metrics"}, probe.get("tcpSocket"))
            self.assertNotIn("httpGet", probe)
            self.assertNotIn("exec", probe)


class ValuesTest(unittest.TestCase):
    def test_the_schema_knows_the_values_and_no_others(self):
        schema = json.loads(read(CHART, "values.schema.json"))
        values = yaml.safe_load(read(CHART, "values.yaml"))
        self.assertEqual(set(schema["properties"]) - {"global"}, set(values))
        for name, value in values.items():
            if "properties" in schema["properties"][name]:
                self.assertEqual(set(schema["properties"][name]["properties"]), set(value), name)

    def test_every_value_is_used(self):
        templates = "".join(read(CHART, "templates", name) for name in os.listdir(os.path.join(CHART, "templates")))
        for name in yaml.safe_load(read(CHART, "values.yaml")):
            self.assertIn(f".Values.{name}", templates)


if __name__ == "__main__":
    unittest.main()
