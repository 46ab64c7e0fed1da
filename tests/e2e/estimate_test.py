"""--config.estimate at a shell: a table on stdout, complaints as for --config.check, and not a single call."""
import os
import socket
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

CONFIG = """
[accounts.media]
provider    = "tencent"
credentials = "static"
secret_id   = "AKIDestimate"
secret_key  = "planted-secret-77aa"

[queues.transcode]
service  = "mps"
account  = "media"
endpoint = "http://127.0.0.1:{port}"
expect   = {{ queued = 250, running = 150, ended_per_hour = 72000 }}

[queues.render]
service  = "batch"
account  = "media"
region   = "ap-guangzhou"
endpoint = "http://127.0.0.1:{port}"
expect   = {{ jobs = 300, tasks_per_job = 1 }}
"""


class EstimateTest(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.addCleanup(self.listener.close)
        self.config = CONFIG.format(port=self.listener.getsockname()[1])

    def estimate(self, text, *flags):
        return self.run_exporter("--config.estimate", "--config.file=" + self.write("c.toml", text), *flags)

    def test_it_tells_what_will_be_called_and_calls_nothing(self):
        done = self.estimate(self.config)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for said in ("account media", "mps DescribeTasks, limit 100 a second", "batch ap-guangzhou DescribeJob, limit 2 a second",
                     "idle floor", "expect adds", "ceiling of the limiter", "WARNING: render (ap-guangzhou) will be read about every 10m"):
            self.assertIn(said, done.stdout)
        self.assertNotIn("planted-secret", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 96)
        with self.assertRaises(BlockingIOError):
            self.listener.accept()

    def test_it_complains_like_the_check(self):
        wrong = self.config + "intervall = 3\n"
        done = self.estimate(wrong)
        checked = self.run_exporter("--config.check", "--config.file=" + self.write("c.toml", wrong))
        self.assertEqual(2, done.returncode)
        self.assertEqual("", done.stdout)
        self.assertIn("intervall", done.stderr)
        self.assertEqual(checked.stderr, done.stderr)

    def test_it_needs_a_file(self):
        for flags in ([], ["--demo"]):
            with self.subTest(flags=flags):
                done = self.run_exporter("--config.estimate", *flags)
                self.assertEqual(2, done.returncode)
                self.assertIn("--config.file=FILE", done.stderr)


if __name__ == "__main__":
    unittest.main()
