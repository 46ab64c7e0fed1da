"""Replicas that share a Redis: they cost what one costs, say the same, and lose no count to whatever happens to them."""
import json
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab
import redis_lab

# Each mishap happens so often; ./test replicas asks for more.
ROUNDS = int(os.environ.get("REPLICAS_ROUNDS", "3"))
REFRESHES = int(os.environ.get("REPLICAS_REFRESHES", "20"))

CONFIG = """
[polling]
interval    = "{interval}s"
stale_after = "60s"
quota_share = 0.5

[ledger]
redis = "{redis}"

{accounts}
"""
# Series that tell about the process and not about the queue.
OF_THE_PROCESS = ("taskqueue_refreshes_total", "taskqueue_refreshes_skipped_total", "taskqueue_leader",
                  "taskqueue_ledger_takeovers_total")


def queue_series(exporter):
    """What an exporter says of its queues: everything but what is the process's own."""
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for s in exporter.scrape()
            if "queue" in s.labels and not s.name.startswith(OF_THE_PROCESS)}


def leads(exporter):
    """How many queues this replica reads."""
    return sum(s.value for s in lab.select(exporter.scrape(), "taskqueue_leader"))


def finished(exporter):
    """Ends counted, by service and type."""
    return sums(((s.labels["cloud_service"], s.labels["type"]), s.value)
                for s in lab.select(exporter.scrape(), "taskqueue_tasks_finished_total"))


def sums(pairs):
    totals = {}
    for key, value in pairs:
        totals[key] = totals.get(key, 0) + value
    return {key: value for key, value in totals.items() if value}


class World(lab.LabCase):
    """A cloud with one MPS queue and some VOD applications, a Redis, and replicas with a road of their own to it."""

    interval = 1

    def start_cloud(self, *flags, rate=8):
        simulator = self.start_simulator("--cloud=load", "--tasks-in-window=2000", f"--rate={rate}", "--jobs=1", *flags)
        printed = simulator.configuration()
        # Without Batch, which is slow to begin.
        self.accounts = printed[printed.index("[accounts"):printed.index("[queues.render")]
        self.cloud = lab.Cloud("http://" + simulator.addresses()[0])
        return simulator

    def start_redis(self, port=None, options=()):
        self.redis = self.keep(redis_lab.Redis(self.folder, port, options))
        return self.redis

    def start_replica(self, road=None, accounts=None, redis=None):
        url = redis or f"redis://127.0.0.1:{(road or self.redis).port}/0"
        config = CONFIG.format(interval=self.interval, redis=url, accounts=accounts or self.accounts)
        name = self.write(f"replica{len(self.programs)}.toml", config)
        return self.start_exporter("--config.file=" + name)

    def road(self):
        road = redis_lab.Road(self.redis.port)
        self.addCleanup(road.close)
        return road

    def calls(self):
        return sum(action["total"] for action in self.cloud.requests())

    def truth(self):
        """Ends ever, by service and type, as the cloud knows them."""
        return sums(((queue["service"], row["type"]), row["count"])
                    for queue in self.cloud.truth()["queues"] if queue["service"] != "batch" for row in queue["finished"])

    def begin_counting(self, replicas):
        """Counting begins while nothing happens in the cloud: so what has ended before is known."""
        self.cloud.tell("pause")
        for replica in replicas:
            replica.wait_complete()
        self.ended_before = self.truth()
        self.cloud.tell("resume")

    def assert_counts_exact(self, replicas):
        """Life is stopped, and each end since the beginning must have been counted once, by every replica."""
        self.cloud.tell("pause")
        truth = self.truth()
        expected = sums((key, count - self.ended_before.get(key, 0)) for key, count in truth.items())
        self.assertTrue(expected, "nothing ended: this test shows nothing")
        for replica in replicas:
            try:
                lab.wait_until("every end being counted", lambda r=replica: finished(r) == expected, 30)
            except AssertionError as error:
                raise AssertionError(f"{error}: {replica.name} says {finished(replica)}, true is {expected}") from None
        time.sleep(2.5 * self.interval)
        for replica in replicas:
            self.assertEqual(expected, finished(replica), f"{replica.name} counted more than ended")

    def wait_agreement(self, replicas, timeout=20):
        """All say the same of the queues, while life goes on."""

        def differences():
            said = [queue_series(r) for r in replicas]
            return {key: [each.get(key) for each in said] for key in set().union(*said)
                    if any(each.get(key) != said[0].get(key) for each in said)}

        try:
            lab.wait_until("all replicas saying the same", lambda: not differences(), timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}: {differences()}") from None

    def leader(self, replicas):
        return lab.wait_until("a leader", lambda: next((r for r in replicas if leads(r)), None))


class CostTest(World):
    def calls_of(self, cloud, replicas):
        """Yields, and at its end gives what REFRESHES refreshes of each queue cost."""

        def done():
            return sum(s.value for r in replicas for s in lab.select(r.scrape(), "taskqueue_refreshes_total", result="success"))

        calls = None
        end = done() + 1
        while True:
            if done() < end:
                yield None
                continue
            now = sum(action["total"] for action in cloud.requests())
            if calls is not None:
                return now - calls
            calls = now
            end += REFRESHES * len(replicas[0].queues())

    def measure(self, *measurements):
        """Runs them side by side."""
        results = {}
        deadline = time.monotonic() + 60 + 3 * REFRESHES
        while len(results) < len(measurements):
            self.assertLess(time.monotonic(), deadline, "too few refreshes succeeded")
            for number, each in enumerate(measurements):
                try:
                    if number not in results:
                        next(each)
                except StopIteration as end:
                    results[number] = end.value
            time.sleep(0.05)
        return [results[number] for number in range(len(measurements))]

    def test_three_replicas_cost_what_one_costs_and_say_the_same(self):
        self.start_redis()
        self.start_cloud("--queues=1", rate=2)
        single = self.start_replica(redis=f"redis://127.0.0.1:{self.redis.port}/1")
        cloud_of_one = self.cloud
        self.start_cloud("--queues=1", rate=2)
        replicas = [self.start_replica() for _ in range(3)]
        for exporter in (single, *replicas):
            exporter.wait_complete()
        began = time.monotonic()
        # Each 20th refresh takes a longer look: any 20 in a row cost the same.
        alone, together = self.measure(self.calls_of(cloud_of_one, [single]), self.calls_of(self.cloud, replicas))
        print(f"{REFRESHES} refreshes of each queue: {alone} calls by one replica, {together} by three")
        self.assertLess(abs(together - alone), 0.05 * alone)
        self.assertGreater(time.monotonic() - began, (REFRESHES - 1) * self.interval, "no queue is read more often")

        replicas.sort(key=leads, reverse=True)
        self.assertEqual([2, 0, 0], [leads(r) for r in replicas])
        for _ in range(3):
            self.wait_agreement(replicas)
            time.sleep(0.7)
        self.assertEqual([1, 1], [s.value for s in lab.select(replicas[2].scrape(), "taskqueue_up")])
        queues = json.loads(replicas[2].get("/api/v1/queues").body)["queues"]
        self.assertEqual([False, False], [queue["leader"] for queue in queues])
        self.assertIn("follower", replicas[2].get("/").body)

        replicas[0].stop()
        began = time.monotonic()
        self.leader(replicas[1:])
        self.assertLess(time.monotonic() - began, self.interval, "who leaves gives its leases back")

    def test_all_replicas_together_stay_under_the_limit(self):
        self.start_cloud("--queues=3")
        self.start_redis()
        accounts, queues = self.accounts.split("[queues.", 1)
        vod = ["[queues." + part for part in ("[queues." + queues).split("[queues.") if "vod" in part]
        self.assertEqual(3, len(vod))
        # Limit times quota_share is 6 a second, for all three queues together; a refresh of each wants about that much.
        limits = '[accounts.load.limits]\n"vod.DescribeTasks" = 12\n\n'
        replicas = [self.start_replica(accounts=accounts + limits + queue) for queue in vod]
        time.sleep(4)
        self.cloud.tell("requests/reset")
        before = {r: r.value("taskqueue_api_rate_limit_wait_seconds_total", action="DescribeTasks") for r in replicas}
        time.sleep(8)
        (action,) = [a for a in self.cloud.requests() if a["action"] == "DescribeTasks" and a["service"] == "vod"]
        waited = [r.value("taskqueue_api_rate_limit_wait_seconds_total", action="DescribeTasks") - before[r] for r in replicas]
        print(f"most requests in a second: {action['most_in_any_second']} of 6, {action['total']} in 8 s; waited {waited}")
        self.assertLessEqual(action["most_in_any_second"], 6)
        self.assertGreater(action["total"], 8 * 6 * 0.7, "the limit is there to be used")
        self.assertGreater(min(waited), 0, "every replica had to wait for the others")


class MishapsTest(World):
    """The replica that reads dies, hangs, or is cut off from Redis."""

    interval = 2

    def setUp(self):
        super().setUp()
        self.start_cloud("--queues=1")
        self.start_redis()
        self.roads = {}
        self.replicas = [self.start() for _ in range(3)]
        self.begin_counting(self.replicas)

    def start(self):
        road = self.road()
        replica = self.start_replica(road)
        self.roads[replica] = road
        return replica

    def await_takeover(self, leader):
        """Others read all queues, and have fresh data of both, within two intervals."""
        others = [r for r in self.replicas if r is not leader]
        began, now = time.monotonic(), time.time()

        def taken_over():
            samples = [r.scrape() for r in others]
            reading = sum(s.value for each in samples for s in lab.select(each, "taskqueue_leader"))
            fresh = [s.value > now for s in lab.select(samples[0], "taskqueue_last_success_timestamp_seconds")]
            return reading == 2 and all(fresh)

        lab.wait_until("a takeover", taken_over, 6 * self.interval)
        took = time.monotonic() - began
        self.assertLess(took, 2 * self.interval)
        return took

    def assert_steps_back(self, replica):
        lab.wait_until("the old leader stepping back", lambda: leads(replica) == 0)

    def dies(self, leader):
        leader.process.send_signal(signal.SIGKILL)
        took = self.await_takeover(leader)
        leader.end()
        self.replicas.remove(leader)
        self.replicas.append(self.start())
        self.replicas[-1].wait_ready()
        return took

    def hangs(self, leader):
        leader.process.send_signal(signal.SIGSTOP)
        took = self.await_takeover(leader)
        leader.process.send_signal(signal.SIGCONT)
        self.assert_steps_back(leader)
        return took

    def is_cut_off(self, leader):
        # In the moment of a commit: it has been sent, and does not arrive.
        self.roads[leader].block_at(b"\r\nchange\r\n")
        took = self.await_takeover(leader)
        self.assert_steps_back(leader)
        self.assertEqual(0, leader.value("taskqueue_ledger_up"))
        self.assertEqual(200, leader.get("/-/ready").status)
        # What it had sent comes late, and is refused.
        self.roads[leader].open()
        lab.wait_until("the old leader being back", lambda: leader.value("taskqueue_ledger_up") == 1)
        return took

    def test_it_dies_hangs_and_is_cut_off(self):
        took = {mishap.__name__: [] for mishap in (self.dies, self.hangs, self.is_cut_off)}
        for _ in range(ROUNDS):
            for mishap in (self.dies, self.hangs, self.is_cut_off):
                took[mishap.__name__].append(mishap(self.leader(self.replicas)))
        self.assert_counts_exact(self.replicas)
        refused = self.redis.refused_writes()
        slowest = ", ".join(f"{name} {max(times):.2f} s" for name, times in took.items())
        print(f"{ROUNDS} of each, the slowest takeovers of {2 * self.interval} s: {slowest}; {refused} late writes refused")
        self.assertGreater(refused, 0, "no write came late: this test shows nothing of the epoch")


class RedisMishapsTest(World):
    """What happens to the replicas when something happens to Redis: as docs/replicas.md says."""

    def setUp(self):
        super().setUp()
        self.start_cloud("--queues=1")
        self.start_redis()
        self.way = self.road()
        self.replicas = [self.start_replica(self.way) for _ in range(2)]
        self.begin_counting(self.replicas)

    def ledgers_up(self):
        return [r.value("taskqueue_ledger_up") for r in self.replicas]

    def ages(self):
        return [time.time() - s.value for s in lab.select(self.replicas[1].scrape(), "taskqueue_last_success_timestamp_seconds")]

    def assert_nobody_reads(self, within):
        """All serve what they have, and no call is made."""
        lab.wait_until("nobody reading", lambda: sum(leads(r) for r in self.replicas) == 0, within)
        calls = self.calls()
        time.sleep(1.5)
        self.assertEqual(calls, self.calls())
        self.assertEqual([0, 0], self.ledgers_up())
        for replica in self.replicas:
            self.assertEqual(200, replica.get("/-/ready").status)
            self.assertTrue(lab.select(replica.scrape(), "taskqueue_tasks"), "the last snapshot is served")
            self.assertTrue(all(s.value == 1 for s in lab.select(replica.scrape(), "taskqueue_up")), "it is not stale yet")

    def wait_back(self):
        lab.wait_until("fresh data", lambda: max(self.ages()) < 2.5 and self.ledgers_up() == [1, 1], 20)

    def test_restarted_flushed_slow_and_full(self):
        with self.subTest("restarted, and so emptied"):
            leader = self.leader(self.replicas)
            self.redis.end()
            self.assert_nobody_reads(5)
            self.start_redis(self.redis.port)
            self.wait_back()
            self.assertEqual(2, leads(leader), "who remembers goes on")

        with self.subTest("flushed"):
            for _ in range(3):
                self.redis.command("FLUSHALL")
                time.sleep(0.6)
            self.wait_back()
            self.assertEqual(2, leads(leader))

        with self.subTest("slow"):
            self.way.delay = 1.5
            self.assert_nobody_reads(10)
            self.way.delay = 0
            self.wait_back()

        with self.subTest("out of memory"):
            self.redis.command("CONFIG", "SET", "maxmemory", "1")
            reader = self.leader(self.replicas)
            lab.wait_until("a write that fails", lambda: reader.value("taskqueue_ledger_up") == 0)
            before = finished(reader)
            time.sleep(2)
            self.assertEqual(before, finished(reader), "counters stand still")
            self.assertLess(min(time.time() - s.value for s in
                                lab.select(reader.scrape(), "taskqueue_last_success_timestamp_seconds")), 2, "gauges go on")
            self.redis.command("CONFIG", "SET", "maxmemory", "0")
            self.wait_back()
        self.assert_counts_exact(self.replicas)


class TlsTest(World):
    def test_a_redis_behind_tls_with_a_password(self):
        import certificates
        made = certificates.Certificates(self.folder)
        made.authority("ca")
        made.sign("redis", "IP:127.0.0.1")
        self.start_cloud("--queues=0")
        tls = lab.free_port()
        self.start_redis(options=("--tls-port", str(tls), "--tls-cert-file", "redis.pem", "--tls-key-file", "redis.key",
                                  "--tls-ca-cert-file", "ca.pem", "--tls-auth-clients", "no", "--user", "exporter", "on",
                                  ">word of mouth", "~taskqueue:*", "+@all"))
        self.write("password", "word of mouth\n")
        config = CONFIG.format(interval=1, redis=f"rediss://exporter@127.0.0.1:{tls}/0\"\nredis_password_file = \"password",
                               accounts=self.accounts)
        path = self.write("c.toml", config)
        stranger = self.start_exporter("--config.file=" + path)
        stranger.find(r"Redis cannot be asked.*certificate")
        exporter = self.start_exporter("--config.file=" + path,
                                       env={**os.environ, "SSL_CERT_FILE": os.path.join(self.folder, "ca.pem")})
        exporter.wait_complete()
        self.assertEqual(1, leads(exporter))
        for program in (stranger, exporter):
            self.assertNotIn("word of mouth", program.log())


if __name__ == "__main__":
    unittest.main()
