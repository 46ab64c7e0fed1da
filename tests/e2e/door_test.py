"""Our own door: paths that lead elsewhere, lines smuggled into headers and logs, and more connections than there are descriptors."""
import os
import re
import socket
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

SECRET = "planted-door-key-8z1"
CONFIG = f"""
[accounts.a]
provider = "tencent"
credentials = "static"
secret_id = "AKIDx"
secret_key = "{SECRET}"

[queues.q]
service = "mps"
account = "a"
endpoint = "http://127.0.0.1:1"
"""
ELSEWHERE = ["/../../../../etc/passwd", "/metrics/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/..%5c..%5cetc",
             "/%c0%ae%c0%ae/etc/passwd", "/.%00./etc/passwd", "/metrics%00", "/%00", "/metrics/.", "/./metrics", "//metrics", "/metrics/",
             "/c.toml", "/proc/self/environ", "/-/../-/reload", "/-/reload%2f", "/metrics%0d%0aX-Forged:%201", "/%0d%0a%0d%0a<html>",
             "http://elsewhere/../etc/passwd", "http://127.0.0.1:1/c.toml", "file:///etc/passwd", "gopher://x/", "*", "etc/passwd", "\\\\etc\\passwd",
             "/%", "/%zz", "/" + "a" * 4000, "/metrics\x00", "/metrics\x7f", "/caf\xe9", "?queue=%0d%0aX-Forged:%201"]


class DoorTest(lab.LabCase):
    def ask(self, raw, timeout=10):
        """Sends the bytes; gives status, header lines and body."""
        host, port = self.exporter.addresses()[0].rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=timeout) as connection:
            connection.sendall(raw)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        return int(lines[0].split(" ")[1]), lines[1:], body.decode("utf-8", "replace")

    def get(self, target, more=""):
        return self.ask(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n".encode("latin-1"))

    def start(self, *flags):
        self.exporter = self.start_exporter("--config.file=" + self.write("c.toml", CONFIG), *flags)
        self.exporter.wait_ready()

    def assert_clean(self, told, target):
        status, lines, body = told
        for line in lines:
            self.assertRegex(line, r"^[A-Za-z-]+: [\x20-\x7e]*$", target)
            self.assertNotIn("forged", line.lower(), target)
        for word in ("root:", SECRET, "[accounts", "PATH=", "<html>\r\n"):
            self.assertNotIn(word, body, target)
        return status

    def test_no_path_leads_out_of_what_there_is(self):
        self.start()
        for target in ELSEWHERE:
            with self.subTest(target[:60]):
                status = self.assert_clean(self.get(target), target)
                self.assertIn(status, (400, 404) if not target.startswith("?") else (400, 404, 200), target)
        self.assertEqual(200, self.get("http://any.host/metrics")[0], "the absolute form of a path is that path")
        self.assertEqual(200, self.get("/%6detrics")[0], "and its encoded form")
        self.assertEqual(403, self.ask(b"POST /-/reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")[0])

    def test_nothing_forges_a_header_or_a_line_of_the_log(self):
        self.start("--log.level=debug", "--web.enable-lifecycle")
        forged = "%0d%0aX-Forged:%201%0d%0a%0d%0aforged"
        for target in (f"/metrics?queue={forged}", f"/metrics?{forged}=1", f"/{forged}", f"/api/v1/queues?queue={forged}"):
            with self.subTest(target):
                self.assert_clean(self.get(target), target)
        for more in ("X-A: b\rX-Forged: 1\r\n", "X-A: b\nX-Forged: 1\r\n", "User-Agent: a\r\n\tforged: 1\r\n", "Accept: text/\x00plain\r\n",
                     "Accept: application/openmetrics-text; version=1.0.0\r\n forged\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n",
                     "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "Authorization: Basic Zm9yZ2VkDQo6eA==\r\n"):
            with self.subTest(more):
                self.assert_clean(self.get("/metrics", more), more)
        self.write("c.toml", CONFIG + '\n[queues."a\\r\\nX-Forged: 1"]\nservice = "mps"\naccount = "no\\nforged=1"\nforged\r = 1\n')
        status, lines, body = self.ask(b"POST /-/reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(500, status)
        self.assert_clean((status, lines, body), "reload")
        for line in self.exporter.log().split("\n"):
            self.assertRegex(line, r"^(time=\S+ level=|$)")
            self.assertNotIn("\r", line)
            self.assertNotIn(SECRET, line)

    def test_more_connections_than_descriptors_leave_scrapes_and_calls_alone(self):
        simulator = self.start_simulator()
        text = simulator.configuration().replace('interval = "5s"', 'interval = "1s"')
        text = re.sub(r"\[queues\.render\][^[]*", "", text)  # Batch is slow by its limits
        self.exporter = self.keep(lab.Exporter("exporter", [], self.folder, command=[
            "bash", "-c", 'ulimit -n 100; exec "$@"', "limited", lab.EXPORTER, "--config.file=" + self.write("c.toml", text),
            "--web.listen-address=127.0.0.1:0"]))
        self.exporter.wait_ready(60)
        host, port = self.exporter.addresses()[0].rsplit(":", 1)
        silent = [socket.create_connection((host, int(port)), timeout=10) for _ in range(300)]
        self.addCleanup(lambda: [each.close() for each in silent])

        def refreshes():
            samples = lab.select(self.exporter.scrape(), "taskqueue_refreshes_total")
            return {result: sum(s.value for s in samples if s.labels["result"] == result) for result in {s.labels["result"] for s in samples}}
        before = refreshes()
        lab.wait_until("twenty more refreshes", lambda: refreshes()["success"] >= before["success"] + 20)
        self.assertEqual({**before, "success": 0}, {**refreshes(), "success": 0}, "none failed for want of a descriptor")


if __name__ == "__main__":
    unittest.main()
