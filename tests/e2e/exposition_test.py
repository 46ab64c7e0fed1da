"""The demo's exposition as Prometheus' own tools judge it."""
import os
import subprocess
import sys
import unittest
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab


class ExpositionTest(lab.DemoCase):
    def test_promtool_has_nothing_to_say(self):
        text = self.exporter.get("/metrics").body
        done = subprocess.run([lab.find_program("promtool"), "check", "metrics"], input=text, capture_output=True,
                              text=True, check=False)
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))

    def test_promtool_would_complain(self):
        done = subprocess.run([lab.find_program("promtool"), "check", "metrics"], input="# TYPE bad_total gauge\nbad_total 1\n",
                              capture_output=True, text=True, check=False)
        self.assertNotEqual(0, done.returncode)

    def test_no_series_comes_twice_and_no_family_is_split(self):
        text = self.exporter.get("/metrics").body
        series = Counter((s.name, tuple(sorted(s.labels.items()))) for s in lab.parse_exposition(text))
        self.assertEqual([], [name for name, count in series.items() if count > 1])
        types = Counter(line.split()[2] for line in text.splitlines() if line.startswith("# TYPE"))
        self.assertEqual([], [name for name, count in types.items() if count > 1])

    def test_two_scrapes_show_the_same_series(self):
        def series():
            # A row comes with the first scrape, the first answer code, the first task that waits.
            growing = ("promhttp_", "taskqueue_api_requests_total", "taskqueue_oldest_")
            return {(s.name, tuple(sorted(s.labels.items()))) for s in self.exporter.scrape() if not s.name.startswith(growing)}

        first = series()
        self.assertEqual(first, series())
        self.assertGreater(len(first), 50)

    def test_every_queue_carries_its_labels(self):
        samples = self.exporter.scrape()
        for sample in samples:
            if "queue" in sample.labels and sample.name.startswith("taskqueue_") and "ledger" not in sample.name:
                self.assertLessEqual({"cloud_service", "account"}, set(sample.labels), sample)
        services = {s.labels["cloud_service"] for s in lab.select(samples, "taskqueue_up")}
        self.assertEqual({"mps", "vod", "batch", "ecs"}, services)


if __name__ == "__main__":
    unittest.main()
