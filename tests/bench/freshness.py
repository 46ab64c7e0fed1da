"""How old an end is when Prometheus counts it: each task's end in a simulated cloud, and when a query of Prometheus' shows it.

Three queues of VOD are read at three intervals by one exporter, which a Prometheus scrapes each second. Both sides are looked at
in turn, about twenty times a second: the n-th end to the n-th counted. What reads at intervals can show an end after half the
interval and half the scrapes' in the mean, after both at the latest: the limit. FRESHNESS_SECONDS is how long that is watched.
Ends with 1 if a bound is broken.
"""
import os
import shutil
import sys
import tempfile
import time
from statistics import median

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures
import queues
from servers import lab

SECONDS = int(os.environ.get("FRESHNESS_SECONDS", "48"))
INTERVALS = (2, 5, 10)
SCRAPES = 1  # a second
BLOCKS = 3
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


def show(interval, seen, counted):
    """True if it keeps to its bounds."""
    delays = [there - here for here, there in zip(seen, counted)]
    assert len(delays) > 50 and min(delays) > -0.1, f"no end is counted before it happens, and many are: {len(delays)} {delays[:5]}"
    limit = interval + SCRAPES
    size = len(delays) // BLOCKS
    blocks = [delays[at * size:(at + 1) * size] for at in range(BLOCKS)]
    middle, kept = figures.ratio(f"freshness {interval} s, in the middle", [median(block) / (limit / 2) for block in blocks],
                                        median(delays) / (limit / 2), most=MOST)
    latest, latest_kept = figures.ratio(f"freshness {interval} s, at the latest", [max(block) / limit for block in blocks], max(delays) / limit, most=MOST)
    print(f"interval {interval:>2} s: {len(delays):>4} ends, counted after {median(delays):.2f} s in the middle, to the limit's {limit / 2:.1f} {middle}; "
          f"{max(delays):.2f} s at the latest, to {limit} {latest}")
    return kept and latest_kept


def main():
    folder = tempfile.mkdtemp(prefix="taskqueue-")
    world = None
    try:
        world = World(folder)
        times = world.watch()
        return 0 if all([show(interval, *sides) for interval, sides in zip(INTERVALS, times)]) else 1
    finally:
        if world:
            world.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
