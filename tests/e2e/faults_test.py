"""What the exporter shows while a cloud misbehaves: it stays up and says how old its numbers are."""
import http.server
import json
import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

CONFIG = """
[polling]
interval    = "1s"
timeout     = "1s"
stale_after = "4s"
recount     = "24h"

[accounts.media]
provider    = "tencent"
credentials = "static"
secret_id   = "AKIDfaults"
secret_key  = "secretfaults"

[queues.transcode]
service  = "mps"
account  = "media"
endpoint = "{endpoint}"
"""


def listing(count):
    """An MPS answer with so many finished tasks, the same each time."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    tasks = [{"TaskId": f"task-{number}", "TaskType": "WorkflowTask", "CreateTime": when, "BeginProcessTime": when,
              "FinishTime": when, "SubTaskTypes": []} for number in range(count)]
    return {"Response": {"TotalCount": count, "TaskSet": tasks, "ScrollToken": "", "RequestId": "r-1"}}


class Cloud:
    """A server whose mood the test sets: good, garbage, error, hang, denied."""

    def __init__(self):
        self.mood = "good"
        self.released = threading.Event()
        cloud = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                cloud.answer(self, asked)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, handler, asked):
        if self.mood == "hang":
            self.released.wait(60)
            return
        body = {"good": lambda: json.dumps(listing(3 if asked.get("Status") == "FINISH" else 0)),
                "garbage": lambda: "<html>no JSON\x00",
                "half": lambda: '{"Response": {"TotalCount": 3, "TaskSet": [{"TaskId": 5',
                "error": lambda: "{}",
                "denied": lambda: json.dumps({"Response": {"RequestId": "r-2", "Error": {
                    "Code": "AuthFailure.SignatureFailure", "Message": "the signature does not match"}}})}[self.mood]()
        handler.send_response(503 if self.mood == "error" else 200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class FaultsTest(lab.LabCase):
    def start(self, endpoint, **more):
        return self.start_exporter("--config.file=" + self.write("c.toml", CONFIG.format(endpoint=endpoint)), **more)

    def cloud(self):
        cloud = Cloud()
        self.addCleanup(cloud.stop)
        return cloud

    def refreshes(self, exporter, result):
        return exporter.value("taskqueue_refreshes_total", queue="transcode", result=result) or 0

    def assert_down_but_alive(self, exporter, result):
        lab.wait_until(f"a refresh with the result {result}", lambda: self.refreshes(exporter, result) >= 1)
        self.assertEqual(0, exporter.value("taskqueue_up", queue="transcode"))
        self.assertEqual(200, exporter.get("/-/healthy").status)
        exporter.wait_ready()
        self.assertEqual([], lab.select(exporter.scrape(), "taskqueue_tasks"), "unknown is absent, never 0")
        self.assertIsNone(exporter.process.poll())

    def test_an_endpoint_that_refuses(self):
        self.assert_down_but_alive(self.start("http://127.0.0.1:1"), "network")

    def test_an_endpoint_that_hangs(self):
        cloud = self.cloud()
        cloud.mood = "hang"
        exporter = self.start(cloud.url)
        self.assert_down_but_alive(exporter, "timeout")
        self.assertEqual(0, exporter.stop(timeout=5), "a call in hand does not hold up the end")

    def test_an_endpoint_that_answers_garbage(self):
        for mood in ("garbage", "half"):
            with self.subTest(mood=mood):
                cloud = self.cloud()
                cloud.mood = mood
                self.assert_down_but_alive(self.start(cloud.url), "answer")

    def test_a_server_error_and_a_refused_signature(self):
        cloud = self.cloud()
        cloud.mood = "error"
        exporter = self.start(cloud.url)
        self.assert_down_but_alive(exporter, "server")
        cloud.mood = "denied"
        lab.wait_until("the refused signature", lambda: self.refreshes(exporter, "credentials") >= 1)

    def test_the_last_counts_stay_until_they_are_stale_and_come_back(self):
        cloud = self.cloud()
        exporter = self.start(cloud.url)

        def finished():
            return sum(s.value for s in lab.select(exporter.scrape(), "taskqueue_tasks", queue="transcode", status="FINISH"))

        exporter.wait_complete()
        self.assertEqual(3, finished())
        self.assertEqual(1, exporter.value("taskqueue_up", queue="transcode"))

        cloud.mood = "error"
        lab.wait_until("the first failure", lambda: exporter.value("taskqueue_up", queue="transcode") == 0)
        self.assertEqual(3, finished(), "the last counts stay")
        age = time.time() - exporter.value("taskqueue_last_success_timestamp_seconds", queue="transcode")
        self.assertLess(age, 4, "and were young enough to stay")

        lab.wait_until("the stale gauges ending",
                       lambda: not lab.select(exporter.scrape(), "taskqueue_tasks", queue="transcode"), 10)
        age = time.time() - exporter.value("taskqueue_last_success_timestamp_seconds", queue="transcode")
        self.assertGreaterEqual(age, 4, "not before they are stale")
        self.assertTrue(lab.select(exporter.scrape(), "taskqueue_tasks_finished_total", queue="transcode"), "counters stay")
        self.assertEqual(200, exporter.get("/-/ready").status, "ready stays ready")

        cloud.mood = "good"
        lab.wait_until("the counts coming back", lambda: exporter.value("taskqueue_up", queue="transcode") == 1)
        self.assertEqual(3, finished())

    def test_it_is_ready_only_after_every_queue_was_tried(self):
        cloud = self.cloud()
        cloud.mood = "hang"
        config = CONFIG.format(endpoint=cloud.url).replace('timeout     = "1s"', 'timeout     = "60s"')
        exporter = self.start_exporter("--config.file=" + self.write("c.toml", config))
        self.assertEqual(200, exporter.get("/-/healthy").status)
        answer = exporter.get("/-/ready")
        self.assertEqual(503, answer.status)
        self.assertIn("transcode", answer.body)
        cloud.mood = "good"
        cloud.released.set()
        exporter.wait_ready()


if __name__ == "__main__":
    unittest.main()
