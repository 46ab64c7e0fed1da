"""Recording rules and alerts, by promtool: see promtool_cases.py for what a case is."""
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections import defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import lab
import promtool_cases as cases

EXAMPLE = os.path.join(cases.RULES, "overrides.example.yml")


def promtool(*arguments):
    return subprocess.run([lab.find_program("promtool"), *arguments], capture_output=True, text=True, check=False)


class RulesTest(unittest.TestCase):
    def test_promtool_has_nothing_to_say_of_the_rules(self):
        checked = promtool("check", "rules", "--lint=all", "--lint-fatal", *cases.rule_files(), EXAMPLE)
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)
        self.assertEqual("", checked.stderr)

    def test_every_rule_gives_what_its_cases_say(self):
        tests = defaultdict(list)
        for case in cases.all_cases():
            tests[cases.name_of(case)] += [test for _, test in cases.expand(case)]
        self.assertGreater(sum(map(len, tests.values())), 250)
        self.assert_promtool_agrees(tests)

    def assert_promtool_agrees(self, tests):
        """All tests, by the name of their rule."""
        with tempfile.TemporaryDirectory() as folder:
            files = [cases.write_promtool_files(folder, subject, some) for subject, some in tests.items()]
            tested = promtool("test", "rules", *files)
        self.assertEqual(0, tested.returncode, tested.stdout + tested.stderr)

    def test_a_wrong_expectation_is_noticed(self):
        for case in cases.all_cases():
            if cases.name_of(case) == "TaskqueueReloadFailed":
                right = [test for _, test in cases.expand(case)]
                wrong = [test for _, test in cases.expand({**case, "says": "All is well."})]
        self.assert_promtool_agrees({"TaskqueueReloadFailed": right})
        with self.assertRaisesRegex(AssertionError, "All is well"):
            self.assert_promtool_agrees({"TaskqueueReloadFailed": wrong})

    def test_every_rule_has_every_kind_of_case(self):
        kinds = defaultdict(set)
        asked = defaultdict(set)
        for case in cases.all_cases():
            of = case.get("of", "queue")
            for severity in case.get("severities", [""]):
                kinds[cases.name_of(case), severity] |= {kind for kind, _ in cases.expand(case)}
                asked[cases.name_of(case), severity] |= {"fires", "replicas", "restart", *(["stale"] if of == "queue" else [])}
            if of != "nothing":  # what rests on nothing is always there
                asked[cases.name_of(case), "any severity"].add("quiet")
            kinds[cases.name_of(case), "any severity"] |= {"quiet"} if case.get("quiet") else set()
        rules = {(cases.name_of(rule), rule.get("labels", {}).get("severity", "")) for rule in cases.all_rules()}
        self.assertEqual(rules, {key for key in kinds if key[1] != "any severity"})
        for key, kinds_asked in asked.items():
            with self.subTest(rule=key):
                self.assertLessEqual(kinds_asked, kinds[key])

    def test_alerts_on_tasks_rest_on_fresh_data(self):
        for rule in cases.all_rules():
            if rule["group"] == "taskqueue-tasks":
                with self.subTest(alert=rule["alert"]):
                    self.assertNotRegex(rule["expr"], r"taskqueue_\w+", "no raw series: those outlive their data")


class WordsTest(unittest.TestCase):
    """What stands beside the expressions."""

    def setUp(self):
        self.alerts = [rule for rule in cases.all_rules() if "alert" in rule]
        with open(os.path.join(cases.ROOT, "docs", "runbook.md"), encoding="utf-8") as file:
            self.runbook = file.read()

    def test_every_alert_says_the_same_kinds_of_things(self):
        for rule in self.alerts:
            with self.subTest(alert=rule["alert"]):
                self.assertRegex(rule["alert"], r"^Taskqueue([A-Z][a-z]+)+$")
                self.assertEqual({"severity"}, set(rule["labels"]))
                self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"))
                self.assertEqual({"summary", "description", "runbook_url"}, set(rule["annotations"]))
                self.assertRegex(rule["annotations"]["summary"], r"^[A-Z][^{}]*\.$")
                self.assertEqual("docs/runbook.md#" + rule["alert"].lower(), rule["annotations"]["runbook_url"])

    def test_the_runbook_has_a_section_for_every_alert_and_no_other(self):
        sections = re.findall(r"^## (Taskqueue\w+)$", self.runbook, re.MULTILINE)
        self.assertEqual(sorted({rule["alert"] for rule in self.alerts}), sorted(sections))
        for section in re.split(r"^## ", self.runbook, flags=re.MULTILINE)[1:]:
            if section.startswith("Taskqueue"):
                for part in ("Means", "Look at", "Do"):
                    self.assertRegex(section, rf"(?m)^\*\*{part}\*\* \S", section.split("\n")[0])

    def test_thresholds_are_in_one_place(self):
        for rule in self.alerts:
            with self.subTest(alert=rule["alert"]):
                numbers = re.findall(r"[<>]=?\s*(?:on \(\w*\) group_left \(\) )?([\d.]+)(?![\d.]*\s*\*)", rule["expr"])
                self.assertLessEqual(set(numbers), {"0", "2"}, "a number that belongs into taskqueue_thresholds.yml")


if __name__ == "__main__":
    unittest.main()
