"""The ledger in a file: what was counted outlives the process, however that ends, and trouble with the file is no end."""
import glob
import os
import random
import re
import resource
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import unittest

import lab

HASTY = os.environ.get("HASTY_EXPORTER", os.path.join(lab.BUILD, "tests", "hasty_exporter"))
KILLS = int(os.environ.get("LEDGER_KILLS", "10"))
LIMITS = ("[accounts.load.limits]\n" + "".join(f'"{action}" = 5000\n' for action in (
    "mps.DescribeTasks", "vod.DescribeTasks", "batch.DescribeJobs", "batch.DescribeJob", "batch.DescribeTask")))
COUNTERS = ("taskqueue_tasks_arrived_total", "taskqueue_tasks_finished_total", "taskqueue_task_wait_seconds_count",
            "taskqueue_task_run_seconds_count", "taskqueue_task_turnaround_seconds_count",
            "taskqueue_task_instances_finished_total", "taskqueue_jobs_finished_total")


def counters(exporter):
    """What it has counted, by series."""
    return {(s.name, s.labels["queue"], s.labels.get("type"), s.labels.get("outcome")): s.value
            for s in exporter.scrape() if s.name in COUNTERS}


def truths(cloud, services=("mps", "vod")):
    """What has arrived and ended ever, by service and type. How a task ended is another matter: MPS does not always say."""
    told = {}
    for queue in cloud.truth()["queues"]:
        service = queue["service"]
        if service not in services:
            continue
        for kind, count in queue["arrived"].items():
            told["arrived", service, kind] = count
        for row in queue["finished"]:
            key = "finished", service, row["type"]
            told[key] = told.get(key, 0) + row["count"]
    return told


def grown(before, after):
    """What truths have grown by."""
    return {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}


def counted(seen):
    """What an exporter has counted, in the words of truths()."""
    services = {"transcode": "mps", "vod-main": "vod"}
    told = {}
    for (name, queue, kind, _), value in seen.items():
        word = {"taskqueue_tasks_arrived_total": "arrived", "taskqueue_tasks_finished_total": "finished"}.get(name)
        if word and queue in services:
            key = word, services[queue], kind
            told[key] = told.get(key, 0) + value
    return {key: value for key, value in told.items() if value}


def by_type(seen):
    """The sums over all outcomes: of an end that nobody saw, how it ended may remain unknown."""
    sums = {}
    for (name, queue, kind, _), value in seen.items():
        sums[name, queue, kind] = sums.get((name, queue, kind), 0) + value
    return sums


class LedgerCase(lab.LabCase):
    maxDiff = None

    def wait_counted(self, exporter, truth):
        try:
            lab.wait_until("counts that equal the truth", lambda: counted(counters(exporter)) == truth)
        except AssertionError:
            self.assertEqual(counted(counters(exporter)), truth, exporter.name)


class KillTest(LedgerCase):
    def hasty(self, name, config):
        return self.keep(lab.Exporter(name, [], self.folder, command=[HASTY, config, "127.0.0.1:0"]))

    def test_kill_9_at_any_moment_costs_and_doubles_no_count(self):
        chance = random.Random(os.environ.get("LEDGER_SEED", "7"))
        simulator = self.start_simulator("--cloud=load", "--tasks-in-window=2000", "--rate=10", "--queues=1", "--jobs=6")
        printed = simulator.configuration()
        cloud = lab.Cloud(re.search(r"listens on (\S+)", printed).group(1))
        cloud.tell("limits", '{"batch.DescribeJobs": 0, "batch.DescribeJob": 0, "batch.DescribeTask": 0}')
        cloud.tell("pause")
        text = '[polling]\nquota_share = 1\n\n' + LIMITS + printed[printed.index("[accounts"):]
        victim_file = self.write("victim.toml", f'[ledger]\nfile = "{self.folder}/ledger"\n\n' + text)
        witness = self.hasty("witness", self.write("witness.toml", text))
        victim = self.hasty("victim", victim_file)
        witness.wait_complete()
        victim.wait_complete()
        before = truths(cloud)
        cloud.tell("resume")
        for kill in range(KILLS):
            # Some die before they have begun to read, some in the midst of it.
            time.sleep(chance.choice((0.02, 0.1, 0.3, 1.0)) * chance.uniform(0.5, 1.5))
            victim.end()
            self.programs.remove(victim)
            victim = self.hasty(f"victim{kill % 3}", victim_file)
        time.sleep(2)
        cloud.tell("pause")
        after = truths(cloud)
        truth = grown(before, after)
        self.assertGreater(sum(truth.values()), 0)
        for exporter in (witness, victim):
            self.wait_counted(exporter, truth)
        # Of histograms and Batch the witness tells, whom nobody killed.
        try:
            lab.wait_until("counts that equal the witness's", lambda: by_type(counters(witness)) == by_type(counters(victim)), 10)
        except AssertionError:
            self.assertEqual(by_type(counters(victim)), by_type(counters(witness)))
        seen = counters(victim)
        time.sleep(1)
        self.assertEqual(counters(victim), seen)
        self.assertEqual(victim.value("taskqueue_ledger_up"), 1)
        self.assertEqual(victim.value("taskqueue_ledger_write_failures_total"), 0)
        self.assertFalse(glob.glob(f"{self.folder}/ledger.set-aside*"))


class TroubleTest(LedgerCase):
    def setUp(self):
        super().setUp()
        simulator = self.start_simulator("--cloud=load", "--tasks-in-window=500", "--rate=5", "--queues=1", "--jobs=1")
        printed = simulator.configuration()
        self.cloud = lab.Cloud(re.search(r"listens on (\S+)", printed).group(1))
        self.file = os.path.join(self.folder, "ledger")
        text = '[polling]\ninterval = "1s"\n\n' + printed[printed.index("[accounts"):printed.index("[queues.vod-main]")]
        self.plain = self.write("plain.toml", text)
        self.config = self.write("c.toml", f'[ledger]\nfile = "{self.file}"\n\n' + text)

    def start(self, **more):
        return self.start_exporter(f"--config.file={self.config}", **more)

    def write_some(self):
        """Lets an exporter count a little; what it has counted when it ends."""
        exporter = self.start()
        exporter.wait_complete()
        lab.wait_until("an end", lambda: sum(v for k, v in counters(exporter).items() if "finished" in k[0]) > 0)
        self.cloud.tell("pause")
        time.sleep(2.5)
        seen = counters(exporter)
        began = time.monotonic()
        self.assertEqual(exporter.stop(), 0)
        self.assertLess(time.monotonic() - began, 5)
        return seen

    def serves_without(self, exporter):
        """Gauges are served, and counters are not."""
        exporter.wait_complete()
        self.assertEqual(exporter.value("taskqueue_ledger_up"), 0)
        self.assertGreater(sum(s.value for s in lab.select(exporter.scrape(), "taskqueue_tasks")), 400)
        self.assertEqual(counters(exporter), {})
        self.assertGreater(exporter.value("taskqueue_ledger_write_failures_total"), 0)

    def test_counts_go_on_after_a_restart_and_are_served_before_the_first_refresh(self):
        seen = self.write_some()
        self.cloud.tell("faults", '[{"kind": "error", "code": "InternalError"}]')
        exporter = self.start()
        lab.wait_until("counters", lambda: counters(exporter))
        self.assertEqual(counters(exporter), seen)
        self.assertEqual(exporter.value("taskqueue_ledger_up"), 1)
        self.assertGreater(exporter.value("taskqueue_ledger_size_bytes"), 4096)
        # What ends while nobody looks is counted when somebody does.
        exporter.stop()
        self.cloud.tell("faults", "[]")
        before = truths(self.cloud, ["mps"])
        self.cloud.tell("resume")
        time.sleep(2)
        self.cloud.tell("pause")
        after = truths(self.cloud, ["mps"])
        exporter = self.start()
        wanted = counted(seen)
        for key, value in grown(before, after).items():
            wanted[key] = wanted.get(key, 0) + value
        self.wait_counted(exporter, wanted)

    def test_once_does_not_touch_the_ledger(self):
        self.assertEqual(self.run_exporter(f"--config.file={self.config}", "--once").returncode, 0)
        self.assertFalse(os.path.exists(self.file))

    def test_a_second_process_does_not_start_and_says_why(self):
        first = self.start()
        first.wait_ready()
        second = self.run_exporter(f"--config.file={self.config}", "--web.listen-address=127.0.0.1:0")
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"the ledger {self.file} is in use by another process", second.stderr)
        self.assertEqual(first.value("taskqueue_ledger_up"), 1)

    def test_a_successor_waits_for_the_one_that_is_ending(self):
        first = self.start()
        first.wait_ready()
        second = self.start()
        time.sleep(0.5)
        self.assertEqual(first.stop(), 0)
        second.wait_ready()
        self.assertEqual(second.value("taskqueue_ledger_up"), 1)

    def test_a_truncated_file_is_set_aside(self):
        self.write_some()
        os.truncate(self.file, os.path.getsize(self.file) // 2)
        exporter = self.start()
        exporter.find("the file cannot be trusted and was set aside")
        self.assertEqual(exporter.value("taskqueue_ledger_up"), 0)
        exporter.wait_complete()
        self.assertEqual(len(glob.glob(f"{self.file}.set-aside-*Z")), 1)
        lab.wait_until("counters of a new beginning", lambda: counters(exporter))

    def test_a_file_of_a_newer_version_is_left_alone(self):
        self.write_some()
        with sqlite3.connect(self.file) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        with open(self.file, "rb") as file:
            newer = file.read()
        exporter = self.start()
        exporter.find("written by a newer version")
        self.serves_without(exporter)
        exporter.stop()
        with open(self.file, "rb") as file:
            self.assertEqual(file.read(), newer)

    def test_a_folder_that_cannot_be_written_to(self):
        locked = os.path.join(self.folder, "locked")
        os.mkdir(locked, 0o555)
        with open(self.config, encoding="utf-8") as file:
            self.config = self.write("locked.toml", file.read().replace(self.file, locked + "/ledger"))
        # Nobody keeps root from writing but the lack of a folder.
        if os.geteuid() == 0:
            os.rmdir(locked)
        exporter = self.start()
        exporter.find(r"the file cannot be used.*locked cannot be written to")
        self.serves_without(exporter)
        if os.geteuid() == 0:
            os.mkdir(locked)
        os.chmod(locked, 0o755)
        # It is tried again, and what was counted meanwhile comes at once.
        lab.wait_until("counters", lambda: counters(exporter), 30)
        self.assertEqual(exporter.value("taskqueue_ledger_up"), 1)

    def test_a_disk_that_fills_up(self):
        # Its log goes through a pipe, so that it may go on; and the signal that comes with the limit is ignored.
        wrapped = 'trap "" XFSZ; exec "$@" 2> >(cat >&2)'
        exporter = self.keep(lab.Exporter("exporter", [], self.folder, command=["bash", "-c", wrapped, "bash"] + [
            lab.EXPORTER, f"--config.file={self.config}", "--web.listen-address=127.0.0.1:0"]))
        exporter.wait_complete()
        lab.wait_until("an end", lambda: sum(v for k, v in counters(exporter).items() if "finished" in k[0]) > 0)
        # No file may grow any more.
        resource.prlimit(exporter.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        exporter.find("counts cannot be written")
        lab.wait_until("the ledger being down", lambda: exporter.value("taskqueue_ledger_up") == 0)
        seen = counters(exporter)
        began = exporter.value("taskqueue_last_success_timestamp_seconds")
        lab.wait_until("gauges going on", lambda: exporter.value("taskqueue_last_success_timestamp_seconds") > began + 2)
        self.assertEqual(counters(exporter), seen)
        resource.prlimit(exporter.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        lab.wait_until("counters going on", lambda: counters(exporter) != seen)
        self.assertEqual(exporter.value("taskqueue_ledger_up"), 1)


if __name__ == "__main__":
    unittest.main()
