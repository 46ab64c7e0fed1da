"""One to five replicas on one Redis: what they call, and how long nobody reads once the reader has died or was stopped.

Each number of replicas has a cloud of its own, all run at the same time. A single one that dies is started again at once.
The interval, and with it a lease, is a second: nobody may read before it is over. Each round a reader ends at another moment of
its lease. REPLICAS_REFRESHES is for how many refreshes calls are counted, REPLICAS_ROUNDS how often a reader dies and is stopped.
"""
import os
import signal
import statistics
import sys
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))
sys.path.insert(0, HERE)
import figures
import lab
import redis_lab

REFRESHES = int(os.environ.get("REPLICAS_REFRESHES", "20"))  # each 20th takes a longer look: any 20 in a row cost the same
ROUNDS = int(os.environ.get("REPLICAS_ROUNDS", "9"))
LONGEST_TAKEOVER = 3  # leases


class Group:
    """Some replicas with a cloud of their own. Groups start theirs one after the other, by `starting`."""

    def __init__(self, world, count, starting):
        self.world, self.count, self.starting = world, count, starting
        world.start_cloud("--queues=1", rate=2)
        self.cloud, self.accounts = world.cloud, world.accounts
        self.replicas = [self.start() for _ in range(count)]
        self.takeovers = {signal.SIGKILL: [], signal.SIGTERM: []}

    def start(self):
        with self.starting:
            return self.world.start_replica(redis=f"redis://127.0.0.1:{self.world.redis.port}/{self.count}", accounts=self.accounts)

    def wait_complete(self):
        for replica in self.replicas:
            replica.wait_complete()

    def leader(self):
        """Who reads both queues."""
        return next((each for each in self.replicas if each.process.poll() is None and each.addresses() and redis_lab.leads(each) == 2), None)

    def take_over(self, how, pause):
        """Ends the reader after a pause; notes the seconds until another, or it again, reads all."""
        leader = lab.wait_until("one reader of both queues", self.leader)
        time.sleep(pause)
        self.replicas.remove(leader)
        began = time.monotonic()
        leader.process.send_signal(how)
        leader.process.wait()
        if not self.replicas:
            self.replicas.append(self.start())
        lab.wait_until("another reader", self.leader, pause=0.01)
        self.takeovers[how].append(time.monotonic() - began)
        if len(self.replicas) < self.count:
            self.replicas.append(self.start())
        self.wait_complete()


class ReplicasBench(redis_lab.World):
    def test_replicas(self):
        self.start_redis()
        starting = threading.Lock()
        groups = [Group(self, count, starting) for count in range(1, 6)]
        for group in groups:
            group.wait_complete()
        calls = self.side_by_side(REFRESHES, *((group.cloud, group.replicas) for group in groups))
        with ThreadPoolExecutor(len(groups)) as pool:
            for number in range(ROUNDS):
                for how in (signal.SIGKILL, signal.SIGTERM):
                    pause = number * self.interval / ROUNDS
                    list(pool.map(lambda group: group.take_over(how, pause), groups))
        self.assertTrue(all([self.show(group, called, groups[0], calls[0]) for group, called in zip(groups, calls)]), "a bound is broken")

    def show(self, group, calls, single, calls_of_single):
        """Prints a group's line; true if it keeps to its bounds."""
        name = f"replicas {group.count}"
        cost, calls_kept = figures.ratio(f"{name}: calls", [calls / calls_of_single], most=1.1)
        died, stopped = group.takeovers[signal.SIGKILL], group.takeovers[signal.SIGTERM]
        takeover, takeover_kept = figures.ratio(f"{name}: takeover", [each / self.interval for each in died], most=LONGEST_TAKEOVER)
        beside, _ = figures.ratio(f"{name}: takeover beside one", [other / mine for other, mine in zip(single.takeovers[signal.SIGKILL], died)])
        print(f"{group.count} replica{'s' * (group.count > 1):1}: {calls:,.0f} calls in {REFRESHES} refreshes, to those of one {cost}; reader killed: "
              f"{statistics.median(died):.2f} s, to a lease {takeover}, one alone takes {beside} times that; stopped: {statistics.median(stopped):.2f} s")
        return calls_kept and takeover_kept


if __name__ == "__main__":
    unittest.main()
