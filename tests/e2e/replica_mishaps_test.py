"""Replicas that share a Redis lose no count and count none twice, whatever happens to them or to Redis."""
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


class MishapsTest(redis_lab.World):
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
        lab.wait_until("the old leader stepping back", lambda: redis_lab.leads(replica) == 0)

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


class RedisMishapsTest(redis_lab.World):
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
        lab.wait_until("nobody reading", lambda: sum(redis_lab.leads(r) for r in self.replicas) == 0, within)
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
            self.assertEqual(2, redis_lab.leads(leader), "who remembers goes on")

        with self.subTest("flushed"):
            for _ in range(3):
                self.redis.command("FLUSHALL")
                time.sleep(0.6)
            self.wait_back()
            self.assertEqual(2, redis_lab.leads(leader))

        with self.subTest("slow"):
            self.way.delay = 1.5
            self.assert_nobody_reads(10)
            self.way.delay = 0
            self.wait_back()

        with self.subTest("out of memory"):
            self.redis.command("CONFIG", "SET", "maxmemory", "1")
            reader = self.leader(self.replicas)
            lab.wait_until("a write that fails", lambda: reader.value("taskqueue_ledger_up") == 0)
            before = redis_lab.finished(reader)
            time.sleep(2)
            self.assertEqual(before, redis_lab.finished(reader), "counters stand still")
            self.assertLess(min(time.time() - s.value for s in
                                lab.select(reader.scrape(), "taskqueue_last_success_timestamp_seconds")), 2, "gauges go on")
            self.redis.command("CONFIG", "SET", "maxmemory", "0")
            self.wait_back()
        self.assert_counts_exact(self.replicas)


if __name__ == "__main__":
    unittest.main()
