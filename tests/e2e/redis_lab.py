"""A real Redis for a test, a road to it that a test can block, and replicas that share it."""
import os
import shutil
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

CONFIG = """
[polling]
interval    = "{interval}s"
stale_after = "60s"
quota_share = 0.5

[ledger]
redis = "{redis}"

{accounts}
"""


def read_reply(file):
    """One reply of Redis; an error comes as an exception among the replies."""
    line = file.readline().rstrip(b"\r\n")
    kind, rest = line[:1], line[1:]
    if kind == b"+":
        return rest.decode()
    if kind == b"-":
        return RuntimeError(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == b"-1" else file.read(int(rest) + 2)[:-2].decode(errors="replace")
    if kind == b"*":
        return [read_reply(file) for _ in range(int(rest))]
    raise OSError(f"this is no reply of Redis: {line!r}")


class Redis(lab.Program):
    """redis-server that keeps nothing on disk. It comes from redis-tools, where it has another name."""

    def __init__(self, folder, port=None, options=()):
        self.port = port or lab.free_port()
        program = shutil.which("redis-server") or shutil.which("redis-check-rdb")
        if not program:
            raise FileNotFoundError("there is no redis-server: the package redis-tools brings it")
        link = os.path.join(folder, "redis-server")  # it is a server where it is called so
        if not os.path.islink(link):
            os.symlink(program, link)
        super().__init__("redis", [link, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                                   "--dir", folder, *options], folder)
        lab.wait_until("Redis answering", self.answers)

    def answers(self):
        try:
            return self.command("PING") == "PONG"
        except OSError:
            return False

    def command(self, *words):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            parts = [str(word).encode() for word in words]
            connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
            with connection.makefile("rb") as file:
                reply = read_reply(file)
        if isinstance(reply, RuntimeError):
            raise reply
        return reply

    def refused_writes(self):
        """Writes of readers whose time was over."""
        counts = (self.command("HGET", key, "refused") for key in self.command("KEYS", "*:reign"))
        return sum(int(count or 0) for count in counts)


class Road:
    """A TCP port that leads to another one. Blocked, it accepts and keeps what comes in until it is open again."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.delay = 0.0
        self.mark = None
        self.is_open = threading.Event()
        self.is_open.set()
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def block_at(self, mark):
        """Blocks as soon as somebody sends these bytes, and waits for that. They do not pass."""
        self.mark = mark
        lab.wait_until(f"{mark} being sent", lambda: not self.is_open.is_set())

    def open(self):
        self.is_open.set()

    def close(self):
        self.is_open.set()
        for each in (self.listener, *self.connections):
            each.close()

    def _accept(self):
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self.target_port))
            except OSError:
                here.close()
                continue
            self.connections += [here, there]
            for source, sink in ((here, there), (there, here)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        try:
            while data := source.recv(65536):
                if self.mark and self.mark in data:
                    self.mark = None
                    self.is_open.clear()
                self.is_open.wait()
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
        except OSError:
            pass
        # What was kept back has arrived before the end does.
        for each in (sink, source):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


# Series that tell about the process and not about the queue.
OF_THE_PROCESS = ("taskqueue_refreshes_total", "taskqueue_refreshes_skipped_total", "taskqueue_leader", "taskqueue_ledger_")


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
        self.redis = self.keep(Redis(self.folder, port, options))
        return self.redis

    def start_replica(self, road=None, accounts=None, redis=None):
        url = redis or f"redis://127.0.0.1:{(road or self.redis).port}/0"
        config = CONFIG.format(interval=self.interval, redis=url, accounts=accounts or self.accounts)
        name = self.write(f"replica{len(self.programs)}.toml", config)
        return self.start_exporter("--config.file=" + name)

    def road(self):
        road = Road(self.redis.port)
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

    def calls_of(self, refreshes, cloud, replicas):
        """Yields, and at its end gives what so many refreshes of each queue cost."""

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
            end += refreshes * len(replicas[0].queues())

    def side_by_side(self, refreshes, *groups):
        """What so many refreshes of each queue cost, for each cloud with its replicas, all at the same time."""
        results = {}
        deadline = time.monotonic() + 60 + 3 * refreshes
        measurements = [self.calls_of(refreshes, *group) for group in groups]
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
