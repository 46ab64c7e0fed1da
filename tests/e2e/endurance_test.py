"""Scraped fifty times a second with many queues, reloaded now and then: no scrape fails, and memory stays.

ENDURANCE_SECONDS is how long; `./test endurance` makes it an hour and a hundred queues.
"""
import http.client
import os
import re
import signal
import sys
import threading
import time
import unittest
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

SECONDS = float(os.environ.get("ENDURANCE_SECONDS", "10"))
QUEUES = int(os.environ.get("ENDURANCE_QUEUES", "18"))  # of VOD; MPS and Batch come to them
ENCODINGS = ["gzip"] * 4 + ["identity"]  # of the scrapers
PER_SECOND = 10  # each of them
MOST_GROWTH_KIB = 4 * 1024


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


class Scraper(threading.Thread):
    """Keeps a connection and asks at a steady pace; where it is late it does not catch up."""

    def __init__(self, url, encoding, until):
        super().__init__()
        self.address, self.encoding, self.until = urlsplit(url).netloc, encoding, until
        self.times, self.failures = [], []

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=10)
        while (began := time.monotonic()) < self.until:
            try:
                connection.request("GET", "/metrics", headers={"Accept-Encoding": self.encoding})
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200 or len(body) < 1000:
                    self.failures.append(f"{answer.status}, {len(body)} bytes")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection.close()
            self.times.append(time.monotonic() - began)
            time.sleep(max(0.0, began + 1 / PER_SECOND - time.monotonic()))
        connection.close()


class EnduranceTest(lab.LabCase):
    def test_no_scrape_fails_and_memory_stays(self):
        # As many tasks are born as leave VOD's window of 72 hours.
        simulator = self.start_simulator("--cloud=load", "--tasks-in-window=1300", "--rate=0.005", f"--queues={QUEUES}", "--jobs=1")
        text = simulator.configuration().replace("[polling]\n", "[polling]\nquota_share = 1\n")
        exporter = self.start_exporter(f"--config.file={self.write('c.toml', text)}")
        exporter.wait_complete(120)
        self.assertEqual(len(exporter.queues()), QUEUES + 2)
        until = time.monotonic() + SECONDS
        scrapers = [Scraper(exporter.url, encoding, until) for encoding in ENCODINGS]
        for scraper in scrapers:
            scraper.start()
        time.sleep(SECONDS / 6)
        settled = resident_kib(exporter.process.pid)
        reloads = 0
        while time.monotonic() < until:
            exporter.process.send_signal(signal.SIGHUP)
            reloads += 1
            time.sleep(min(10, SECONDS / 6))
        for scraper in scrapers:
            scraper.join()
        now = resident_kib(exporter.process.pid)
        times = sorted(t for scraper in scrapers for t in scraper.times)
        failures = [failure for scraper in scrapers for failure in scraper.failures]
        print(f"{len(times)} scrapes in {SECONDS:.0f} s, {len(failures)} failed; median {lab.quantile(times, 0.5) * 1000:.1f} ms, "
              f"p99 {lab.quantile(times, 0.99) * 1000:.1f} ms, greatest {times[-1] * 1000:.0f} ms; {reloads} reloads; "
              f"resident {settled} KiB after a sixth of it, {now} KiB at its end")
        self.assertEqual(failures, [])
        self.assertEqual(exporter.value("taskqueue_exporter_config_last_reload_successful"), 1)
        self.assertTrue(lab.SANITIZED or now < settled + MOST_GROWTH_KIB, f"{now} KiB after {settled}")
        ups = [s.value for s in lab.select(exporter.scrape(), "taskqueue_up")]
        self.assertEqual(set(ups), {1.0})
        self.assertEqual(exporter.stop(), 0)


if __name__ == "__main__":
    unittest.main()
