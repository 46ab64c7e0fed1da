"""The demo's exposition as Prometheus, its tools and Python's client judge it."""
import gzip
import http.client
import json
import os
import subprocess
import sys
import time
import unittest
from collections import Counter
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.append("/usr/lib/python3/dist-packages")  # Debian's packages, also where another Python comes first
import lab
from prometheus_client import parser as text_parser
from prometheus_client.openmetrics import parser as openmetrics_parser

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def scrape(url, accept, encoding="identity"):
    """The content type and the body, unpacked."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", "/metrics", headers={"Accept": accept, "Accept-Encoding": encoding})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if encoding == "gzip":
        assert answer.headers["Content-Encoding"] == "gzip", answer.headers
        body = gzip.decompress(body)
    return answer.headers["Content-Type"], body.decode()


def samples(families):
    """Of the queues, whose values change with a refresh only."""
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples
            if "queue" in s.labels}


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

    def families(self):
        kind, text = scrape(self.exporter.url, OPENMETRICS)
        self.assertTrue(kind.startswith("application/openmetrics-text; version=1.0.0;"), kind)
        return list(openmetrics_parser.text_string_to_metric_families(text))

    def test_pythons_client_reads_it_without_complaint(self):
        families = {family.name: family for family in self.families()}
        self.assertGreater(len(families), 35)
        self.assertEqual("counter", families["taskqueue_tasks_finished"].type)
        self.assertEqual("seconds", families["taskqueue_task_run_seconds"].unit)
        self.assertEqual("seconds", families["process_cpu_seconds"].unit)
        self.assertIn("Polled in the background", families["taskqueue_tasks"].documentation)

    def test_pythons_client_would_complain(self):
        _, text = scrape(self.exporter.url, OPENMETRICS)
        for broken in (text[:-len("# EOF\n")], text.replace("# UNIT taskqueue_window_seconds seconds", "# UNIT taskqueue_window_seconds hours"),
                       text.replace("# TYPE taskqueue_refreshes counter", "# TYPE taskqueue_refreshes_total counter")):
            self.assertNotEqual(text, broken)
            with self.assertRaises(ValueError):
                list(openmetrics_parser.text_string_to_metric_families(broken))

    def test_buckets_name_tasks_that_fit_into_them(self):
        # Tasks that have ended since the start.
        lab.wait_until("a task seen to end", lambda: any(
            s.value > 0 for s in lab.select(self.exporter.scrape(), "taskqueue_task_run_seconds_count")), 120)
        seen = 0
        for family in self.families():
            below = {}
            for sample in family.samples:
                if not sample.exemplar:
                    continue
                seen += 1
                self.assertRegex(sample.name, r"^taskqueue_task_\w+_seconds_bucket$")
                self.assertEqual(["task_id"], list(sample.exemplar.labels))
                self.assertTrue(sample.exemplar.labels["task_id"])
                self.assertLessEqual(sample.exemplar.value, float(sample.labels["le"]))
                self.assertAlmostEqual(time.time(), float(sample.exemplar.timestamp), delta=3600)
                below.setdefault(sample.labels["queue"], []).append(sample)
        self.assertGreater(seen, 0)

    def test_all_formats_and_codings_have_the_same_samples(self):
        def same():
            seen = []
            for accept, parser in ((OPENMETRICS, openmetrics_parser), ("text/plain; version=0.0.4", text_parser),
                                   ("text/plain; version=1.0.0", text_parser)):
                for encoding in ("identity", "gzip"):
                    _, text = scrape(self.exporter.url, accept, encoding)
                    seen.append(samples(parser.text_string_to_metric_families(text)))
            # A refresh may come between two scrapes; then look again.
            return all(each == seen[0] for each in seen) and len(seen[0])

        self.assertGreater(lab.wait_until("the same samples in all formats", same), 100)

    def test_prometheus_reads_it_and_shows_the_exemplars(self):
        prometheus = lab.start_prometheus(self.folder, urlsplit(self.exporter.url).netloc,
                                          flags=["--enable-feature=exemplar-storage"])
        self.addCleanup(prometheus.end)

        def exemplars():
            query = urlencode({"query": "taskqueue_task_run_seconds_bucket", "start": time.time() - 3600, "end": time.time() + 60})
            response = prometheus.get("/api/v1/query_exemplars?" + query)
            if response.status == 503:
                return None  # it is not ready yet
            answer = json.loads(response.body)
            self.assertEqual("success", answer["status"])
            return [(row["seriesLabels"], each) for row in answer["data"] for each in row["exemplars"]]

        found = lab.wait_until("exemplars in Prometheus", exemplars, 60)
        for labels, exemplar in found:
            self.assertLessEqual(float(exemplar["value"]), float(labels["le"]))
            self.assertEqual(["task_id"], list(exemplar["labels"]))
        self.assertEqual([1.0], [value for _, value in prometheus.query("up")])
        # A counter's samples keep their names: rules written for the text format go on to work.
        self.assertTrue(prometheus.query("taskqueue_refreshes_total"))


if __name__ == "__main__":
    unittest.main()
