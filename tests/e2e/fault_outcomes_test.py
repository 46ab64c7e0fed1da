"""Clouds that misbehave in every way at once, each before a queue of its own: what is said of each, what is kept, how it ends.

With FAULTS=full: the long ones too, and a table of what was expected and seen.
"""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fault_scenarios
import lab
from fault_scenarios import Scenario
from hostile_lab import FULL, PLACES, HostileCase, View

RESULTS_THAT_READ = {"success", "partial"}


class ScenariosTest(HostileCase):
    """Every fault with its expected outcome, side by side, and queues without a fault among them."""

    def setUp(self):
        super().setUp()
        self.simulator.tell("pause")
        self.certify()
        self.controls = [Scenario(f"no fault, {service}", service, "success") for service in PLACES]
        self.scenarios = self.controls + [each for each in fault_scenarios.ALL if FULL or not each.long]

    def observe(self, each, view, before, log):
        """What a scenario shows, in the words of its expectation, and what is wrong with that."""
        queue = each.queue
        results = view.since(before, queue)
        codes = {code for code, count in view.codes.get(queue, {}).items() if count > before.codes.get(queue, {}).get(code, 0)}
        downs = [line for line in log if f"queue={queue} " in line and 'event="queue is down"' in line]
        wrong = []
        allowed = set(each.result.split("|"))
        # One refresh may have been in hand when the fault came.
        others = {result: count for result, count in results.items()
                  if result not in allowed and (each.always or result not in RESULTS_THAT_READ or count > 2)}
        if others or not allowed & set(results):
            wrong.append(f"results {results}")
        if not codes & set(each.code.split("|")):
            wrong.append(f"codes {codes}")
        reads = RESULTS_THAT_READ & allowed
        if view.up(queue) != (1 if reads else 0) and "partial" not in each.result:
            wrong.append(f"up {view.up(queue)}")
        if not reads and (len(downs) != 1 or not re.search(each.why, downs[0])):
            wrong.append(f"log {downs}")
        if each.result == "success" and downs:
            wrong.append(f"log {downs}")
        refreshes = sum(results.values())
        asked = self.doors[queue].asked
        if not reads and asked > 3 * (refreshes + 1) + 4:
            wrong.append(f"{asked} requests in {refreshes} refreshes")
        delays = [line for line in log if f"queue={queue} " in line and "a part of the ended tasks could not be counted" in line]
        if len(delays) > 1:
            wrong.append(f"log {delays}")
        longest = max((len(label) for row in view.rows.get(queue, {}) for label in row), default=0)
        if longest > 250 or len(view.rows.get(queue, {})) > 600:
            wrong.append(f"{len(view.rows[queue])} rows, the longest label has {longest} characters")
        wrong += self.wrong_counts(each, view, before, bool(reads))
        seen = "|".join(sorted(results)) or "nothing"
        return f"{seen}, {'|'.join(sorted(codes))}, {asked} requests in {refreshes} refreshes", wrong

    def wrong_counts(self, each, view, before, reads):
        control = f"no-fault-{each.service}"
        if each.name == "a fault of first readings only":
            ended = [row for row in view.rows[each.queue] if row[2] in ("succeeded", "failed", "ended")]
            return [f"ended tasks are shown: {ended}"] if ended else []
        if each.always and not reads:
            return [f"unknown is absent, and it shows {view.rows[each.queue]}"] if each.queue in view.rows else []
        if each.always:
            return [] if view.total(each.queue) == view.total(control) else \
                [f"{view.total(each.queue)} tasks, and there are {view.total(control)}"]
        wrong = []
        if view.rows.get(each.queue) != before.rows.get(each.queue):
            wrong.append("other counts")
        if view.counters.get(each.queue) != before.counters.get(each.queue):
            wrong.append("other counters")
        return wrong

    def test_each_fault_has_its_outcome_and_ends_with_it(self):
        exporter = self.start_against(self.scenarios)
        fair = [each for each in self.scenarios if not each.always]
        names = {each.queue for each in fair}

        def all_complete():
            view = View(exporter)
            return view if all(view.complete(queue) for queue in names) else None
        before = lab.wait_until("every queue without a fault being complete", all_complete, 120, 0.5)
        self.assert_truth(before)

        for each in fair:
            self.switch_on(each)
        switched = View(exporter)

        def all_seen():
            view = View(exporter)
            return view if all(self.has_shown(each, view, switched) for each in self.scenarios) else None
        try:
            view = lab.wait_until("two refreshes of every queue with its outcome", all_seen, 120, 0.5)
        except AssertionError:
            view = View(exporter)  # each scenario tells what it lacks
        log = exporter.log().splitlines()
        self.report([(each, *self.observe(each, view, self.nothing(view) if each.always else before, log)) for each in self.scenarios])
        self.assertEqual(0, exporter.value("taskqueue_exporter_bugs_total"))
        self.assert_calm_ends_them(exporter, fair, before)
        print(f"{len(self.scenarios)} scenarios, at most {self.peak_megabytes(exporter):.0f} MiB")
        # Half a dozen answers that are too large at once, each cut off at 8 MiB; sanitizers keep what was freed.
        self.assertLess(self.peak_megabytes(exporter), 2100 if lab.SANITIZED else 700)
        self.assertEqual(0, exporter.stop(timeout=10))

    def nothing(self, view):
        empty = View.__new__(View)
        empty.results = {queue: {} for queue in view.results}
        empty.rows, empty.counters, empty.codes, empty.values = {}, {}, {}, {}
        return empty

    def has_shown(self, each, view, switched):
        wanted = set(each.result.split("|"))
        start = switched if not each.always else self.nothing(view)
        return sum(count for result, count in view.since(start, each.queue).items() if result in wanted) >= 2

    def assert_truth(self, view):
        truth = {row["service"]: row for row in json.loads(lab.fetch(self.simulator.url + "/control/truth").body)["queues"]
                 if row.get("account") in ("media", "ali") and row.get("sub_app_id", 1500000001) == 1500000001}
        for each in self.controls:
            if each.service != "batch":
                self.assertAlmostEqual(truth[each.service]["total"], view.total(each.queue), delta=2, msg=each.name)

    def report(self, observations):
        if FULL:
            for each, seen, wrong in observations:
                expected = f"{each.result}, {each.code}" + (f", log says {each.why}" if each.why else "")
                print(f"{each.service:6}{each.name:64}{expected:60}{seen}{' WRONG: ' + '; '.join(wrong) if wrong else ''}")
        for each, seen, wrong in observations:
            with self.subTest(each.name, service=each.service):
                self.assertEqual([], wrong, f"seen: {seen}")

    def assert_calm_ends_them(self, exporter, fair, before):
        for each in fair:
            self.switch_off(each)
        calm = View(exporter)

        def all_up():
            view = View(exporter)
            return view if all(view.complete(each.queue) for each in fair) else None
        try:
            view = lab.wait_until("calm bringing every queue back", all_up, 60, 0.25)
        except AssertionError:
            view = View(exporter)
        for each in fair:
            with self.subTest("calm after " + each.name, service=each.service):
                since = view.since(calm, each.queue)
                self.assertTrue(view.complete(each.queue), since)
                # One was in hand when calm came, the second may be the one that has been waiting for its retry.
                self.assertLessEqual(sum(count for result, count in since.items() if result != "success"), 1, since)
                self.assertEqual(before.rows[each.queue], view.rows[each.queue])
                self.assertEqual(before.counters.get(each.queue), view.counters.get(each.queue))


if __name__ == "__main__":
    unittest.main()
