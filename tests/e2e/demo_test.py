"""The demo keeps to the clouds' limits and is never told off. A minute here; DEMO_SECONDS=600 is the full form."""
import math
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

SECONDS = float(os.environ.get("DEMO_SECONDS", "60"))

# Requests per second and action, from the vendors' pages; for ECS, which names none, what the exporter keeps to.
LIMITS = {
    ("mps", "DescribeTasks"): 100,
    ("vod", "DescribeTasks"): 100,
    ("vod", "DescribeTaskDetail"): 100,
    ("batch", "DescribeJobs"): 2,
    ("batch", "DescribeJob"): 2,
    ("batch", "DescribeTask"): 3,
    ("ecs", "DescribeTasks"): 10,
}


class DemoTest(lab.LabCase):
    def test_the_demo_keeps_to_the_limits_and_is_never_told_off(self):
        exporter = self.start_exporter("--demo")
        cloud = exporter.demo_cloud()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(min(1, SECONDS))
            self.assertEqual(200, exporter.get("/metrics").status)

        asked = cloud.requests()
        self.assertLessEqual({"mps", "vod"}, {row["service"] for row in asked})
        for row in asked:
            with self.subTest(action=row):
                self.check_action(exporter, row)
        samples = exporter.scrape()
        self.assertEqual([], [s for s in lab.select(samples, "taskqueue_refreshes_total")
                              if s.labels["result"] not in ("success", "partial") and s.value])
        self.assertEqual([0.0], [s.value for s in lab.select(samples, "taskqueue_exporter_bugs_total")])
        self.assertTrue(all(s.value == 1 for s in lab.select(samples, "taskqueue_up")))
        self.assertEqual(0, exporter.stop(timeout=5))

    def check_action(self, exporter, row):
        self.assertEqual({"OK"}, set(row["by_code"]), "neither a signature error nor a limit error nor any other")
        self.assertGreater(row["total"], 0)
        self.assertLessEqual(row["most_in_any_second"], LIMITS[row["service"], row["action"]])
        ceilings = {s.value for s in lab.select(
            exporter.scrape(), "taskqueue_api_rate_limit_ceiling_requests_per_second",
            cloud_service=row["service"], account=row["account"], action=row["action"])}
        self.assertEqual(1, len(ceilings), ceilings)
        # A request that leaves a moment before a second is over may arrive a moment after: hence one more.
        self.assertLessEqual(row["most_in_any_second"], max(1, math.ceil(ceilings.pop())) + 1)


if __name__ == "__main__":
    unittest.main()
