"""Metrics and labels in docs/metrics.md, the dashboards and the rules are those that the exporter has."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rules"))
import catalogue
import promql
import promtool_cases
from files_test import linter, load


def expressions():
    """(where, expression) of all dashboards and rules."""
    for dashboard in load().values():
        for panel, expr in linter.queries(dashboard):
            yield f"{dashboard['title']}: {panel['title']}", expr
        for mark in dashboard["annotations"]["list"]:
            yield f"{dashboard['title']}: {mark['name']}", mark["expr"]
        for variable in linter.variables(dashboard).values():
            if variable["type"] == "query":
                yield f"{dashboard['title']}: ${variable['name']}", variable["query"]["query"]
    for rule in promtool_cases.all_rules():
        yield promtool_cases.name_of(rule), rule["expr"]


class CatalogueTest(unittest.TestCase):
    def setUp(self):
        self.metrics = catalogue.metrics()
        self.known = {**{name: metric.labels for name, metric in self.metrics.items()}, **catalogue.BY_PROMETHEUS}

    def test_the_page_lists_what_the_exporter_declares(self):
        listed = [(metric.name, metric.type, metric.help) for metric in self.metrics.values()]
        self.assertEqual(catalogue.declared(), listed, "tests/dashboards/catalogue.py copies words and types into the page")
        self.assertGreater(len(listed), 40)

    def test_every_metric_in_use_exists(self):
        for where, expr in expressions():
            for selector in promql.selectors(expr):
                with self.subTest(where=where, metric=selector.metric):
                    name = selector.metric if selector.metric in self.known else promql.family(selector.metric)
                    self.assertIn(name, self.known)
                    if name != selector.metric:
                        self.assertEqual("histogram", self.metrics[name].type)

    def test_every_label_in_use_exists(self):
        for where, expr in expressions():
            for selector in promql.selectors(expr):
                name = selector.metric if selector.metric in self.known else promql.family(selector.metric)
                with self.subTest(where=where, metric=name):
                    self.assertLessEqual(set(selector.matchers), self.known[name] | catalogue.OF_TARGET | {"le"})
            exist = set().union(*self.known.values()) | catalogue.OF_TARGET | {"le"}
            self.assertLessEqual(promql.labels_used(expr), exist, where)

    def test_every_word_of_a_phase_or_outcome_exists(self):
        words = {"queued", "held", "running", "succeeded", "failed", "cancelled", "ended", "unknown"}
        results = set(re.findall(r"`(\w+)`", self.metrics["taskqueue_refreshes_total"].notes))
        for where, expr in expressions():
            for selector in promql.selectors(expr):
                for label, known in (("phase", words), ("outcome", words), ("result", results)):
                    if label in selector.matchers:
                        self.assertLessEqual(set(selector.matchers[label][1].split("|")), known, where)

    def test_every_metric_is_used_or_documented_as_raw(self):
        used = {promql.family(selector.metric) if promql.family(selector.metric) in self.metrics else selector.metric
                for _, expr in expressions() for selector in promql.selectors(expr)}
        raw = {name for name, metric in self.metrics.items() if metric.notes.startswith("raw: ")}
        self.assertEqual(set(self.metrics) - used, raw)

    def test_no_rule_takes_the_rate_of_a_gauge_or_a_counter_as_it_is(self):
        for rule in promtool_cases.all_rules():
            for selector in promql.selectors(rule["expr"]):
                is_counter = self.metrics.get(selector.metric, self.metrics.get(promql.family(selector.metric)))
                counts = bool(is_counter) and is_counter.type != "gauge"
                allowed = ("rate", "increase", "last_over_time") if counts else ("", "last_over_time", "min_over_time", "deriv")
                with self.subTest(rule=promtool_cases.name_of(rule), metric=selector.metric):
                    self.assertTrue(selector.call in allowed or not selector.span, selector)
                    self.assertFalse(counts and not selector.span, "a raw counter")


if __name__ == "__main__":
    unittest.main()
