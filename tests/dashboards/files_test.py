"""The dashboards as files: made from their source, and free of what linters find. tests/e2e/dashboards_test.py runs them."""
import copy
import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import lab
import linter
import promql


def load():
    found = {}
    for path in sorted(glob.glob(os.path.join(linter.FOLDER, "*.json"))):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)] = json.load(file)
    return found


class FilesTest(unittest.TestCase):
    def test_generating_again_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, os.path.join(linter.FOLDER, "source", "generate.py"), folder], check=True)
            self.assertEqual(sorted(load()), sorted(os.listdir(folder)))
            for name in load():
                with open(os.path.join(folder, name), "rb") as made, open(os.path.join(linter.FOLDER, name), "rb") as kept:
                    self.assertEqual(made.read(), kept.read(), f"{name}: run dashboards/source/generate.py")

    def test_names_by_which_others_find_them_are_unique(self):
        dashboards = load().values()
        for key in ("uid", "title"):
            self.assertEqual(4, len({dashboard[key] for dashboard in dashboards}))
        uids = {dashboard["uid"] for dashboard in dashboards}
        for dashboard in dashboards:
            links = [one for panel in linter.panels(dashboard) for override in panel["fieldConfig"]["overrides"]
                     for prop in override["properties"] if prop["id"] == "links" for one in prop["value"]]
            for link in links:
                self.assertIn(link["url"].split("/")[2], uids)
                self.assertIn("${__url_time_range}", link["url"])

    def test_links_keep_variables_and_time(self):
        for dashboard in load().values():
            self.assertEqual([(True, True)], [(link["includeVars"], link["keepTime"]) for link in dashboard["links"]])

    def test_every_dashboard_marks_reloads_and_alerts(self):
        for dashboard in load().values():
            self.assertEqual(["Reloads", "Alerts"], [mark["name"] for mark in dashboard["annotations"]["list"]])


class LintTest(unittest.TestCase):
    def test_there_is_nothing_to_complain_about(self):
        self.assertEqual([], [sentence for dashboard in load().values() for sentence in linter.lint(dashboard)])

    def test_exclusions_are_needed_and_have_reasons(self):
        dashboards = {dashboard["title"]: dashboard for dashboard in load().values()}
        for rule, excluded in linter.exclusions().items():
            for title, reason in excluded.items():
                with self.subTest(rule=rule, dashboard=title):
                    self.assertTrue(list(linter.RULES[rule](dashboards[title])), "nothing to exclude")
                    self.assertGreater(len(reason), 20)

    def test_every_expression_can_be_parsed(self):
        rules = []
        for dashboard in load().values():
            values = {name: ".+" for name in linter.variables(dashboard)}
            expressions = [expr for _, expr in linter.queries(dashboard)]
            expressions += [mark["expr"] for mark in dashboard["annotations"]["list"]]
            rules += [{"record": f"query:{len(rules) + i}", "expr": promql.substitute(expr, values)}
                      for i, expr in enumerate(expressions)]
        self.assertGreater(len(rules), 100)
        self.assertEqual("", self.complaint_of_promtool(rules))
        self.assertIn("parse error", self.complaint_of_promtool([*rules, {"record": "broken", "expr": "sum by (x"}]))

    @staticmethod
    def complaint_of_promtool(rules):
        with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "queries", "rules": rules}]}, file)
            file.flush()
            command = [lab.find_program("promtool"), "check", "rules", file.name]
            checked = subprocess.run(command, capture_output=True, text=True, check=False)
        return checked.stderr


def planted():
    """(rule, what is wrong, the change that plants it)."""

    def expr(text):
        return lambda d: next(linter.panels(d))["targets"][0].update(expr=text)

    def first(key, value):
        return lambda d: next(linter.panels(d)).update({key: value})

    def variable(which, **values):
        return lambda d: linter.variables(d)[which].update(values)

    job = '{job=~"$job", instance=~"$instance"}'
    return [
        ("template-datasource", "another name", variable("datasource", name="prometheus")),
        ("template-job", "one job only", variable("job", multi=False)),
        ("template-instance", "all is .*", variable("instance", allValue=".*")),
        ("template-label-promql", "no label_values", variable("job", query={"query": "query_result(up)"})),
        ("template-on-time-change-reload", "on load only", variable("job", refresh=1)),
        ("panel-datasource", "a fixed one", first("datasource", {"type": "prometheus", "uid": "P1"})),
        ("panel-title-description", "no description", first("description", "")),
        ("panel-units", "no unit", lambda d: next(linter.panels(d))["fieldConfig"]["defaults"].pop("unit")),
        ("panel-no-targets", "nothing is asked", first("targets", [])),
        ("target-rate-interval", "five minutes", expr(f"rate(taskqueue_api_requests_total{job}[5m])")),
        ("target-job", "no job", expr('taskqueue_leader{instance=~"$instance"}')),
        ("target-instance", "no instance", expr('taskqueue_leader{job=~"$job"}')),
        ("target-counter-agg", "a raw counter", expr(f"sum(taskqueue_api_requests_total{job})")),
        ("template-unused", "nobody asks", variable("job", name="shard")),
        ("uneditable-dashboard", "editable", lambda d: d.update(editable=True)),
        ("no-rate-of-gauges", "rate of a gauge", expr(f"rate(taskqueue_leader{job}[$__rate_interval])")),
        ("descriptions-are-sentences", "a word", first("description", "Tasks")),
        ("panels-do-not-overlap", "one over another", first("gridPos", {"x": 0, "y": 1, "w": 24, "h": 9})),
        ("rows-are-full", "a gap", first("gridPos", {"x": 0, "y": 1, "w": 2, "h": 4})),
        ("replicas-count-once", "both replicas", expr(f"sum by (queue) (taskqueue_tasks{job})")),
    ]


class PlantedTest(unittest.TestCase):
    """Each rule finds what is planted for it."""

    def test_every_rule_can_fail(self):
        sound = load()["exporter-health.json"]
        slips = planted()
        self.assertEqual({name.removesuffix("-rule") for name in linter.RULES}, {rule for rule, _, _ in slips})
        for rule, what, plant in slips:
            with self.subTest(rule=rule, planted=what):
                dashboard = copy.deepcopy(sound)
                self.assertEqual([], list(linter.RULES[rule + "-rule"](dashboard)))
                plant(dashboard)
                self.assertTrue(list(linter.RULES[rule + "-rule"](dashboard)))


if __name__ == "__main__":
    unittest.main()
