"""How old an end is when Prometheus counts it: each task's end in a simulated cloud, and when a query of Prometheus' shows it.

Three queues of VOD are read at three intervals by one exporter, which a Prometheus scrapes each second. Both sides are looked at
in turn, some ten times a second: the n-th end to the n-th counted. What reads at intervals can show an end after half the
interval and half the scrapes' in the mean, after both at the latest: the limit. When in an interval Prometheus comes stays as it
is for as long as both run, so a round is all of it anew; rounds are watched at the same time, for FRESHNESS_SECONDS.
FRESHNESS_ROUNDS is their number. Ends with 1 if a bound is broken.
"""
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures
import queues
from servers import lab

SECONDS = int(os.environ.get("FRESHNESS_SECONDS", "48"))
ROUNDS = int(os.environ.get("FRESHNESS_ROUNDS", "9"))
INTERVALS = (2, 5, 10)
SCRAPES = 1  # a second
MOST = 1.5  # times the limit, in the middle and at the latest


class World:
    """Cloud, exporter and Prometheus; counting begins while nothing happens, so every end since is known to all."""

    def __init__(self, folder):
        self.programs = []
        simulator = self.keep(lab.Simulator("simulator", [lab.SIMULATOR, "--listen-address=127.0.0.1:0", "--cloud=load", "--tasks-in-window=2000",
                                                          "--rate=5", "--jobs=0", f"--queues={len(INTERVALS)}"], folder))
        self.cloud = lab.Cloud(simulator.url)
        config = os.path.join(folder, "freshness.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(queues.HEAD)
            for number, interval in enumerate(INTERVALS):
                file.write(queues.QUEUE.format(number=number, application=1500000001 + number, url=simulator.url) + f'interval = "{interval}s"\n')
        exporter = self.keep(lab.Exporter("exporter", [f"--config.file={config}", "--web.listen-address=127.0.0.1:0"], folder))
        self.prometheus = self.keep(lab.start_prometheus(folder, exporter.addresses()[0], interval=f"{SCRAPES}s"))
        self.cloud.tell("pause")
        exporter.wait_complete()
        # It begins five seconds after its start.
        lab.wait_until("Prometheus scraping", lambda: self.prometheus.query("taskqueue_up"))
        self.before = self.ended()
        self.cloud.tell("resume")

    def keep(self, program):
        self.programs.append(program)
        return program

    def end(self):
        for program in reversed(self.programs):
            program.end()

    def ended(self):
        """Ends ever, of each queue in the configuration's order."""
        return [sum(row["count"] for row in queue["finished"]) for queue in self.cloud.truth()["queues"] if queue["service"] == "vod"]

    def counted(self):
        found = {labels["queue"]: value for labels, value in self.prometheus.query("sum by (queue) (taskqueue_tasks_finished_total)")}
        return [int(found.get(f"vod-{number}", 0)) for number in range(len(INTERVALS))]

    def watch(self):
        """For each queue, when each end was seen and when it was counted."""
        times = [([], []) for _ in INTERVALS]
        began = time.monotonic()
        while time.monotonic() < began + SECONDS:
            for side, look in enumerate((lambda: [now - before for now, before in zip(self.ended(), self.before)], self.counted)):
                values, now = look(), time.monotonic()
                for number, value in enumerate(values):
                    seen = times[number][side]
                    seen.extend([now] * (value - len(seen)))
            time.sleep(0.02)
        return times


def delays_of(seen, counted):
    """Seconds from each end to its count."""
    delays = [there - here for here, there in zip(seen, counted)]
    assert len(delays) > 50 and min(delays) > -0.1, f"no end is counted before it happens, and many are: {len(delays)} {delays[:5]}"
    return delays


def show(interval, rounds):
    """True if it keeps to its bounds: in the middle, and at the latest in every round."""
    limit = interval + SCRAPES
    middle, kept = figures.ratio(f"freshness {interval} s, in the middle", [median(delays) / (limit / 2) for delays in rounds], most=MOST)
    latest, _ = figures.ratio(f"freshness {interval} s, at the latest", [max(delays) / limit for delays in rounds])
    always_kept = max(map(max, rounds)) <= MOST * limit
    print(f"interval {interval:>2} s: {sum(map(len, rounds)):>5,} ends, counted after {median(map(median, rounds)):.2f} s in the middle, to the limit's "
          f"{limit / 2:.1f} {middle}; {median(map(max, rounds)):.2f} s at the latest, to {limit} {latest}, each wanted at most {MOST}: "
          f"{'kept' if always_kept else 'BROKEN'}")
    return kept and always_kept


def main():
    with tempfile.TemporaryDirectory(prefix="taskqueue-", ignore_cleanup_errors=True) as folder, ThreadPoolExecutor(ROUNDS) as pool:
        worlds = []
        try:
            for number in range(ROUNDS):
                own = os.path.join(folder, str(number))
                os.mkdir(own)
                worlds.append(World(own))
            rounds = list(pool.map(World.watch, worlds))
        finally:
            for world in worlds:
                world.end()
    return 0 if all([show(interval, [delays_of(*times[number]) for times in rounds]) for number, interval in enumerate(INTERVALS)]) else 1


if __name__ == "__main__":
    sys.exit(main())
