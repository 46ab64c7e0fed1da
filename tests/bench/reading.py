"""Processor time per thousand tasks read: the exporter beside the vendor's SDK for Node, over the same sockets to the same cloud.

Both are whole programs that list a VOD application once. What a program needs for an application without tasks, which
is its start, is taken off. Run as a program it prints the figures; the environment variable READING_TASKS says how many tasks.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("e2e", "witness"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
import lab
import sdks

WANTED_RATIO = 10
ID, KEY, APPLICATION = "AKIDload000000000000000000000000001", "load-key-of-no-worth", 1500000001

CONFIG = """
[polling]
quota_share = 1

[accounts.load]
provider    = "tencent"
credentials = "static"
secret_id   = "{id}"
secret_key  = "{key}"
limits      = {{ "vod.DescribeTasks" = 100000 }}

[queues.vod-main]
service    = "vod"
account    = "load"
sub_app_id = {application}
endpoint   = "{url}"
"""


def run(command, env=None):
    """Runs a program to its end; gives its output and its seconds of processor time."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {errors.read()[-3000:]}")
        return out.read(), usage.ru_utime + usage.ru_stime


class World:
    """A simulated application of that many ended tasks in which nothing happens."""

    def __init__(self, folder, tasks):
        self.simulator = lab.Simulator(f"simulator{tasks}", [lab.SIMULATOR, "--listen-address=127.0.0.1:0", "--cloud=load",
                                                             f"--tasks-in-window={tasks}", "--rate=0", "--jobs=0"], folder)
        self.url = self.simulator.url
        self.config = os.path.join(folder, f"{tasks}.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(id=ID, key=KEY, application=APPLICATION, url=self.url))

    def read_with_exporter(self):
        """Tasks and seconds."""
        text, seconds = run([lab.EXPORTER, "--once", f"--config.file={self.config}", "--log.level=error"])
        return int(sum(s.value for s in lab.select(lab.parse_exposition(text), "taskqueue_tasks"))), seconds

    def read_with_sdk(self):
        environment = {**os.environ, "NODE_PATH": os.path.join(sdks.FOLDER, "node_modules"), "NO_PROXY": "*",
                       "SIMULATOR_PORT": str(urlsplit(self.url).port)}
        road = os.path.join(sdks.HERE, "road.js")
        text, seconds = run([sdks.find_tool("node"), "--require", road, os.path.join(HERE, "reading_sdk.js"), ID, KEY,
                             str(APPLICATION)], environment)
        return int(text), seconds


class Reader:
    """What one program needed: its start, and each thousand tasks."""

    def __init__(self, name, read):
        self.name = name
        self.read = read

    def measure(self, empty, full, rounds):
        starts = [self.read(empty)[1] for _ in range(rounds)]
        self.start = min(starts)
        readings = [self.read(full) for _ in range(rounds)]
        self.tasks = readings[0][0]
        self.per_thousand = 1000 * (min(seconds for _, seconds in readings) - self.start) / (self.tasks / 1000)

    def __str__(self):
        return f"{self.name:<20} {self.tasks:>9,} tasks   start {1000 * self.start:7.1f} ms   {self.per_thousand:7.2f} ms per thousand tasks"


def measure(tasks, rounds=3):
    """The exporter and the SDK, each at its best of some rounds."""
    sdks.install()
    folder = tempfile.mkdtemp(prefix="taskqueue-")
    worlds = []
    try:
        for size in (0, tasks):
            worlds.append(World(folder, size))
        readers = (Reader("taskqueue_exporter", World.read_with_exporter), Reader("SDK for Node", World.read_with_sdk))
        for reader in readers:
            reader.measure(*worlds, rounds)
        return readers
    finally:
        for world in worlds:
            world.simulator.end()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    exporter, sdk = measure(int(os.environ.get("READING_TASKS", "200000")))
    ratio = sdk.per_thousand / exporter.per_thousand
    print(f"{exporter}\n{sdk}\nThe exporter needs {ratio:.1f} times less.")
    return 0 if ratio >= WANTED_RATIO else f"less than {WANTED_RATIO} times less"


if __name__ == "__main__":
    sys.exit(main())
