"""What systemd and a container's runtime are told: sd_notify's messages, and the health check by the binary itself."""
import os
import re
import signal
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab
from command_line_test import CONFIG


class NotifyTest(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.settimeout(20)

    def listen(self, address):
        self.socket.bind(address)
        name = address.replace("\0", "@")
        config = self.write("taskqueue.toml", CONFIG)
        return self.start_exporter(f"--config.file={config}", env=dict(os.environ, NOTIFY_SOCKET=name)), config

    def told(self, *beginnings):
        """The next message that begins with one of these; those of the watchdog may lie between."""
        while True:
            message = self.socket.recv(4096).decode()
            if message.startswith(beginnings):
                return message

    def test_the_life_of_a_service(self):
        exporter, config = self.listen(os.path.join(self.folder, "notify"))
        self.assertEqual("READY=1\nSTATUS=1 queues", self.told("READY"))
        self.assertEqual(200, exporter.get("/-/healthy").status, "ready means that it is served")
        self.assertEqual("WATCHDOG=1", self.told("WATCHDOG"))

        before = time.monotonic_ns() // 1000
        exporter.process.send_signal(signal.SIGHUP)
        reloading = self.told("RELOADING")
        stamp = int(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", reloading).group(1))
        self.assertTrue(before <= stamp <= time.monotonic_ns() // 1000, stamp)
        self.assertEqual("READY=1\nSTATUS=1 queues", self.told("READY"))

        with open(config, "w", encoding="utf-8") as file:
            file.write("broken")
        exporter.process.send_signal(signal.SIGHUP)
        self.told("RELOADING")
        self.assertIn("the last reload failed", self.told("READY"))

        exporter.process.send_signal(signal.SIGTERM)
        self.assertEqual("STOPPING=1", self.told("STOPPING"))
        self.assertEqual(0, exporter.stop())

    def test_an_abstract_socket_works_too(self):
        self.listen(f"\0taskqueue-{os.getpid()}")
        self.assertIn("READY=1", self.told("READY"))

    def test_a_socket_that_nobody_reads_is_no_trouble(self):
        config = self.write("taskqueue.toml", CONFIG)
        for name in (os.path.join(self.folder, "nobody"), "x" * 300):
            exporter = self.start_exporter(f"--config.file={config}", env=dict(os.environ, NOTIFY_SOCKET=name))
            self.assertEqual(200, exporter.get("/-/healthy").status)


class HealthCheckTest(lab.LabCase):
    def test_it_says_whether_an_exporter_is_well(self):
        config = self.write("taskqueue.toml", CONFIG)
        url = self.start_exporter(f"--config.file={config}").url
        for asked in (url, url + "/", url + "/-/healthy"):
            done = self.run_exporter(f"--health.check={asked}")
            self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))
        lost = self.run_exporter(f"--health.check={url}/nowhere")
        self.assertEqual(1, lost.returncode)
        self.assertIn("404", lost.stderr)

    def test_a_password_that_is_asked_for_is_health(self):
        web = self.write("web.yml", "basic_auth_users:\n  me: $2y$04$abcdefghijklmnopqrstuuVnfvG8f3yNCzl1k6m1Wm6Ho.jTFo8/y\n")
        url = self.start_exporter(f"--config.file={self.write('t.toml', CONFIG)}", f"--web.config.file={web}").url
        self.assertEqual(401, lab.fetch(url + "/-/healthy").status)
        self.assertEqual(0, self.run_exporter(f"--health.check={url}").returncode)

    def test_one_that_does_not_listen_is_sick(self):
        done = self.run_exporter("--health.check=http://127.0.0.1:1/-/healthy")
        self.assertEqual(1, done.returncode)
        self.assertIn("http://127.0.0.1:1", done.stderr)
        self.assertEqual(1, self.run_exporter("--health.check=nonsense").returncode)


if __name__ == "__main__":
    unittest.main()
