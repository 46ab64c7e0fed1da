"""What a real Prometheus knows of the demo equals what the pretend cloud holds."""
import os
import sys
import time
import unittest
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

# What tells the rows of one queue from each other; the cloud's side says which queue by service, account and region.
QUEUE = ("cloud_service", "account", "cloud_region")


def is_comparable(key):
    """False for ended tasks of Batch: the cloud tells of every job that it holds, the exporter of those that ended less
    than keep_ended ago."""
    return key[0] != "batch" or key[-1] in ("queued", "running")


def truth_rows(truth):
    """Tasks by queue, type, status and phase, from the cloud's inside."""
    rows = Counter()
    for queue in truth["queues"]:
        for row in queue["tasks"]:
            key = (queue["service"], queue["account"], queue.get("region", ""), row["type"], row["status"], row["phase"])
            rows[key] += row["count"]
    return rows


class PrometheusTest(lab.DemoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prometheus = lab.start_prometheus(cls.folder, cls.exporter.addresses()[0])
        cls.addClassCleanup(cls.prometheus.end)

    def exported_rows(self):
        by = ", ".join((*QUEUE, "type", "status", "phase"))
        rows = Counter()
        for labels, value in self.prometheus.query(f"sum by ({by}) (taskqueue_tasks) > 0"):
            rows[tuple(labels.get(name, "") for name in (*QUEUE, "type", "status", "phase"))] = int(value)
        return rows

    def freeze(self):
        """Pauses the cloud and waits until Prometheus has every queue as it was read after that."""
        self.cloud.tell("pause")
        self.addCleanup(self.cloud.tell, "resume")
        paused = time.time()
        queues = len(self.exporter.queues())

        def read_again():
            newer = self.prometheus.query(f"count(taskqueue_last_success_timestamp_seconds > {paused:f})")
            return newer and newer[0][1] == queues

        lab.wait_until("a refresh of every queue after the pause", read_again, 120)

    def test_prometheus_knows_what_the_cloud_holds(self):
        self.freeze()
        # The clock goes on, so that a task may leave the window between a refresh and the look at the truth.
        for _ in range(3):
            expected, exported = truth_rows(self.cloud.truth()), self.exported_rows()
            differing = {key: (expected[key], exported[key]) for key in expected | exported
                         if is_comparable(key) and expected[key] != exported[key]}
            if not differing:
                break
            time.sleep(6)
        self.assertEqual({}, differing, "the cloud's count and Prometheus'")
        beyond = {key: value for key, value in exported.items() if value > expected[key]}
        self.assertEqual({}, beyond, "more tasks than the cloud holds")
        self.assertGreater(sum(expected.values()), 1000)
        self.assertEqual({"mps", "vod", "batch", "ecs"}, {key[0] for key in expected})
        self.assertTrue({"queued", "running"} <= {key[-1] for key in expected}, "live tasks were among them")

    def test_prometheus_knows_the_jobs_and_instances_of_batch(self):
        self.freeze()
        for _ in range(3):
            queue, = [queue for queue in self.cloud.truth()["queues"] if queue["service"] == "batch"]
            shown = self.prometheus.query("taskqueue_task_instances")
            jobs = {labels["job_id"] for labels, _ in shown}
            instances = {(labels["job_id"], labels["task"], labels["status"]): value for labels, value in shown if value}
            expected = {(row["job_id"], row["task"], row["status"]): row["count"]
                        for row in queue["instances"] if row["job_id"] in jobs and row["count"]}
            if instances == expected:
                break
            time.sleep(6)
        self.assertEqual(expected, instances)
        self.assertGreater(len(instances), 10)
        live = {row["job_id"] for row in queue["instances"] if row["phase"] in ("queued", "running")}
        self.assertLessEqual(live, jobs)
        self.assertEqual({row["status"]: row["count"] for row in queue["jobs"] if row["count"]},
                         {labels["status"]: value for labels, value in self.prometheus.query("taskqueue_jobs > 0")})

    def test_prometheus_takes_every_series_and_counters_count(self):
        lab.wait_until("a scrape", lambda: self.prometheus.query("up == 1"))
        self.assertEqual([], self.prometheus.query("scrape_samples_scraped != scrape_samples_post_metric_relabeling"))
        before = dict(self.counted())
        lab.wait_until("tasks arriving and ending", lambda: all(
            value > before.get(name, 0) for name, value in self.counted().items()))
        self.assertEqual({"taskqueue_tasks_arrived_total", "taskqueue_tasks_finished_total"}, set(before))

    def counted(self):
        names = '{__name__=~"taskqueue_tasks_(arrived|finished)_total"}'
        return {labels["__name__"]: value for labels, value in self.prometheus.query(f"sum by (__name__) ({names})")}


if __name__ == "__main__":
    unittest.main()
