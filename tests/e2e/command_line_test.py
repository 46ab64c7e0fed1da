"""The exporter as somebody at a shell meets it: flags, exit codes, signals, listeners, reload, secrets."""
import os
import re
import signal
import socket
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

# Nobody listens there: port 1 of loopback answers at once that it is closed.
CONFIG = """
[polling]
interval = "1s"

[accounts.media]
provider    = "tencent"
credentials = "static"
secret_id   = "AKIDcommandline"
secret_key  = "planted-secret-8f1d3c"

[queues.transcode]
service  = "mps"
account  = "media"
endpoint = "http://127.0.0.1:1"
"""
SECRET = "planted-secret-8f1d3c"


class FlagsTest(lab.LabCase):
    def test_version_and_help(self):
        version = self.run_exporter("--version")
        self.assertEqual((0, ""), (version.returncode, version.stderr))
        self.assertRegex(version.stdout, r"^taskqueue_exporter, version \d+\.\d+\.\d+")
        shown = self.run_exporter("--help")
        self.assertEqual(0, shown.returncode)
        for flag in ("--config.file", "--config.check", "--config.estimate", "--demo", "--once", "--once.timeout",
                     "--web.listen-address", "--web.telemetry-path", "--web.enable-lifecycle",
                     "--log.level", "--log.format", "--version"):
            self.assertIn(flag, shown.stdout)

    def test_without_a_configuration_it_says_how_to_get_going(self):
        done = self.run_exporter()
        self.assertEqual(2, done.returncode)
        self.assertIn("--demo", done.stderr)
        self.assertIn("--config.file", done.stderr)

    def test_bad_flags_exit_with_2(self):
        for flags in (["--no-such-flag"], ["--log.level=loud"], ["--web.listen-address=127.0.0.1:80000"],
                      ["--demo", "--config.file=" + self.write("c.toml", CONFIG)], ["--config.file=/no/such/file"]):
            with self.subTest(flags=flags):
                done = self.run_exporter(*flags)
                self.assertEqual(2, done.returncode, done.stderr)
                self.assertNotEqual("", done.stderr)

    def test_an_address_that_is_none_is_told_when_the_flags_are_read(self):
        config = "--config.file=" + self.write("c.toml", CONFIG)
        for address, said in (("foo", "the port is missing"), (":99999", "from 0 to 65535"), ("::1:80", "needs brackets")):
            for flags in ([], ["--config.check"], ["--once"]):
                with self.subTest(address=address, flags=flags):
                    done = self.run_exporter(config, *flags, "--web.listen-address=:0", f"--web.listen-address={address}")
                    self.assertEqual(2, done.returncode, done.stderr)
                    self.assertIn(f'--web.listen-address: "{address}" is no address to listen on: ', done.stderr)
                    self.assertIn(said, done.stderr)
                    self.assertEqual("", done.stdout)

    def test_the_configuration_is_checked_without_a_call(self):
        path = self.write("good.toml", CONFIG)
        good = self.run_exporter("--config.check", f"--config.file={path}")
        self.assertEqual(0, good.returncode, good.stderr)
        bad = self.run_exporter("--config.check", "--config.file=" + self.write("bad.toml", CONFIG + "intervall = 3\n"))
        said = bad.stdout + bad.stderr
        self.assertEqual(2, bad.returncode)
        self.assertRegex(said, rf"bad\.toml:{CONFIG.count(chr(10)) + 1}:1: .*intervall")
        self.assertIn("interval", said)
        self.assertRegex(said, r"(?m)^\s*\^")


    def test_the_configuration_in_the_readme_is_good(self):
        with open(os.path.join(lab.ROOT, "README.md"), encoding="utf-8") as file:
            shown = re.search(r"```toml\n(.*?)```", file.read(), re.DOTALL).group(1)
        done = self.run_exporter("--config.check", "--config.file=" + self.write("taskqueue.toml", shown))
        self.assertEqual(0, done.returncode, done.stderr)


class OnceTest(lab.LabCase):
    def test_once_prints_the_demo_and_exits_with_0(self):
        done = self.run_exporter("--demo", "--once", timeout=120)
        self.assertEqual(0, done.returncode, done.stderr[-2000:])
        samples = lab.parse_exposition(done.stdout)
        self.assertGreater(sum(s.value for s in lab.select(samples, "taskqueue_tasks", cloud_service="mps")), 0)
        self.assertTrue(all(s.value == 1 for s in lab.select(samples, "taskqueue_up")), "every queue is up")

    def test_once_exits_with_1_when_a_cloud_does_not_answer(self):
        done = self.run_exporter("--once", "--once.timeout=20s", "--config.file=" + self.write("c.toml", CONFIG), timeout=60)
        self.assertEqual(1, done.returncode, done.stderr[-2000:])
        up = lab.select(lab.parse_exposition(done.stdout), "taskqueue_up", queue="transcode")
        self.assertEqual([0.0], [s.value for s in up])

    def test_a_signal_ends_once_while_an_endpoint_is_silent(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            # What is handled here is at its default in a program that we start, also where somebody ignores it (nohup, &).
            self.addCleanup(signal.signal, how, signal.signal(how, signal.default_int_handler))
            with self.subTest(how=how), socket.create_server(("127.0.0.1", 0)) as endpoint:
                endpoint.settimeout(20)
                config = CONFIG.replace("127.0.0.1:1", f"127.0.0.1:{endpoint.getsockname()[1]}")
                looking = self.start_exporter("--once", "--config.file=" + self.write("c.toml", config))
                connection, _ = endpoint.accept()
                with connection:
                    self.assertNotEqual(b"", connection.recv(1), "it asks, and is not answered")
                    self.assertEqual(-how, looking.stop(how, timeout=5))


class ListenersTest(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.config = "--config.file=" + self.write("c.toml", CONFIG)

    def test_the_second_exporter_on_a_port_says_so_and_exits_with_1(self):
        first = self.start_exporter(self.config)
        address = first.addresses()[0]
        second = self.run_exporter(self.config, f"--web.listen-address={address}")
        self.assertEqual(1, second.returncode, second.stderr)
        self.assertIn("in use", second.stderr)
        self.assertIn(address.split(":")[1], second.stderr)
        self.assertEqual(200, first.get("/-/healthy").status)

    def test_two_listeners_answer_alike(self):
        exporter = self.start_exporter(self.config, "--web.listen-address=127.0.0.1:0")
        first, second = exporter.addresses(2)
        self.assertNotEqual(first, second)
        for address in (first, second):
            self.assertEqual(200, lab.fetch(f"http://{address}/metrics").status)

    @unittest.skipUnless(lab.has_ipv6(), "this machine has no ::1")
    def test_it_listens_on_ipv6(self):
        exporter = self.start_exporter(self.config, listen="[::1]:0")
        self.assertRegex(exporter.addresses()[0], r"^\[::1\]:\d+$")
        self.assertEqual(200, exporter.get("/-/healthy").status)

    def test_the_path_of_the_metrics_can_be_chosen(self):
        exporter = self.start_exporter(self.config, "--web.telemetry-path=/numbers")
        self.assertEqual(200, exporter.get("/numbers").status)
        self.assertEqual(404, exporter.get("/metrics").status)

    def test_sigterm_and_sigint_end_it_within_five_seconds(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how=how):
                exporter = self.start_exporter(self.config)
                exporter.addresses()
                self.assertEqual(0, exporter.stop(how, timeout=5))


class ReloadTest(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.path = self.write("c.toml", CONFIG)

    def successful(self, exporter):
        return exporter.value("taskqueue_exporter_config_last_reload_successful")

    def test_sighup_reloads_and_a_bad_file_changes_nothing(self):
        exporter = self.start_exporter(f"--config.file={self.path}")
        self.assertEqual(1, self.successful(exporter))
        self.write("c.toml", CONFIG.replace("[queues.transcode]", "[queues.renamed]"))
        exporter.process.send_signal(signal.SIGHUP)
        lab.wait_until("the new queue", lambda: exporter.value("taskqueue_up", queue="renamed") is not None)
        self.assertIsNone(exporter.value("taskqueue_up", queue="transcode"))

        self.write("c.toml", CONFIG + 'unheard_of = "x"\n')
        exporter.process.send_signal(signal.SIGHUP)
        lab.wait_until("the failed reload", lambda: self.successful(exporter) == 0)
        self.assertIsNotNone(exporter.value("taskqueue_up", queue="renamed"))
        self.assertIn("unheard_of", exporter.log())

    def test_the_caller_of_reload_gets_the_outcome_of_its_own(self):
        exporter = self.start_exporter(f"--config.file={self.path}", "--web.enable-lifecycle")
        self.assertEqual(200, exporter.get("/-/reload", method="POST").status)
        self.write("c.toml", CONFIG + 'unheard_of = "x"\n')
        answer = exporter.get("/-/reload", method="POST")
        self.assertEqual(500, answer.status)
        self.assertIn("unheard_of", answer.body)
        self.assertEqual(405, exporter.get("/-/reload").status)

    def test_reload_over_http_is_closed_by_default(self):
        exporter = self.start_exporter(f"--config.file={self.path}")
        self.assertEqual(403, exporter.get("/-/reload", method="POST").status)


class SecretTest(lab.LabCase):
    def test_a_secret_shows_nowhere(self):
        path = self.write("c.toml", CONFIG)
        broken = self.write("broken.toml", CONFIG.replace('"tencent"', '"tencant"') + "oops = 1\n")
        said = []
        for flags in (["--config.check", f"--config.file={path}"], ["--config.check", f"--config.file={broken}"],
                      ["--once", "--once.timeout=20s", f"--config.file={path}", "--log.level=debug"]):
            done = self.run_exporter(*flags, timeout=60)
            said.append(done.stdout + done.stderr)
        exporter = self.start_exporter(f"--config.file={path}", "--web.enable-lifecycle", "--log.level=debug")
        exporter.wait_ready()
        said += [exporter.get(page).body for page in ("/", "/metrics", "/api/v1/queues", "/-/ready", "/no-such-page")]
        self.write("c.toml", CONFIG.replace('"tencent"', '"tencant"'))
        said.append(exporter.get("/-/reload", method="POST").body)
        exporter.stop()
        said.append(exporter.log() + exporter.output())
        self.assertTrue(all(said), "everything said something")
        for text in said:
            self.assertNotIn(SECRET, text)
        # The page above all would show a secret if it showed the configuration at all.
        self.assertTrue(any(re.search("transcode", text) for text in said))

    def test_a_secret_on_a_wrong_line_is_not_shown_with_it(self):
        wrong = self.write("wrong.toml", CONFIG.replace("secret_key ", "secret_kye "))
        done = self.run_exporter("--config.check", f"--config.file={wrong}")
        self.assertEqual(2, done.returncode)
        self.assertIn("secret_key", done.stdout + done.stderr)
        self.assertNotIn(SECRET, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
