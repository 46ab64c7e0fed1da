"""Start to the first scrape, size on disk and resident memory: the exporter beside Debian's node, blackbox and push exporters.

Each is started in turn, round by round, and asked until it answers. Idle is a while after that; then those that can be given ten
thousand series hold ours (the Pushgateway pushed, node_exporter from a text file) and are scraped twice more, identity and gzip.
Ours has one queue, and 37 for the ten thousand series. START_ROUNDS is the number of rounds. Ends with 1 if a bound is broken.
"""
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures
import processes
import queues
from servers import lab

ROUNDS = int(os.environ.get("START_ROUNDS", "9"))
GO = ("prometheus-node-exporter", "prometheus-blackbox-exporter", "prometheus-pushgateway")
IDLE_SECONDS = 1


def scrape(port, coding="identity", timeout=10):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/metrics", headers={"Accept-Encoding": coding})
        answer = connection.getresponse()
        return answer.read() if answer.status == 200 else None
    finally:
        connection.close()


def answer_of(program, port):
    try:
        return scrape(port)
    except OSError:
        assert program.process.poll() is None, f"{program.name} ended: {program.log()[-3000:]}"
        return None


def series(body):
    return sum(1 for line in body.splitlines() if not line.startswith(b"#"))


class Candidate:
    """One exporter: how it is started, with and without ten thousand series, and what was measured of it."""

    def __init__(self, name, path, arguments, fill=None):
        self.name, self.path, self.arguments, self.fill = name, path, arguments, fill
        self.starts, self.idle, self.filled = [], [], []

    def start(self, folder, arguments):
        """The program, its port, the seconds until its first answer."""
        port = lab.free_port()
        began = time.monotonic()
        program = lab.Program(self.name, [self.path, f"--web.listen-address=127.0.0.1:{port}", *arguments], folder)
        lab.wait_until(f"{self.name} answering", lambda: answer_of(program, port), pause=0.001)
        return program, port, time.monotonic() - began

    def measure(self, folder):
        program, _, seconds = self.start(folder, self.arguments)
        try:
            self.starts.append(1000 * seconds)
            time.sleep(IDLE_SECONDS)
            self.idle.append(processes.of_process(program.process.pid, "VmRSS") / 1024)
        finally:
            program.end()

    def measure_filled(self, folder):
        if not self.fill:
            return
        arguments, push = self.fill
        program, port, _ = self.start(folder, arguments)
        try:
            push(port)
            body = lab.wait_until(f"ten thousand series of {self.name}",
                                  lambda: next((body for body in [answer_of(program, port)] if body and series(body) > 9000), None), 120, 0.5)
            for coding in ("identity", "gzip"):
                scrape(port, coding)
            self.series = series(body)
            self.filled.append(processes.of_process(program.process.pid, "VmRSS") / 1024)
        finally:
            program.end()

    def disk(self, folder):
        """MiB as packages have it, stripped; and with the libraries that it loads."""
        stripped = os.path.join(folder, "stripped")
        subprocess.run(["strip", "-o", stripped, self.path], check=True)
        listed = subprocess.run(["ldd", self.path], capture_output=True, text=True, check=False).stdout
        libraries = {os.path.realpath(path) for path in re.findall(r"(/\S+) \(0x", listed)}
        own = os.path.getsize(stripped) / 2**20
        return own, own + sum(os.path.getsize(each) for each in libraries) / 2**20


def configure(folder, simulator, count):
    path = os.path.join(folder, f"queues{count}.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(queues.HEAD)
        for number in range(count):
            file.write(queues.QUEUE.format(number=number, application=1500000001 + number, url=simulator.url))
    return [f"--config.file={path}", "--log.level=warn"]


def candidates(folder, simulator):
    few, many = configure(folder, simulator, 1), configure(folder, simulator, 37)
    ours = Candidate("taskqueue_exporter", lab.EXPORTER, few, (many, lambda port: None))
    program, port, _ = ours.start(folder, many)
    try:
        lab.wait_until("our ten thousand series", lambda: series(scrape(port)) > 9000, 120, 0.5)
        text = b"".join(re.findall(rb"^(?:# (?:HELP|TYPE) )?taskqueue_.*\n", scrape(port), re.MULTILINE))
    finally:
        program.end()
    os.mkdir(os.path.join(folder, "text"))
    with open(os.path.join(folder, "text", "ours.prom"), "wb") as file:
        file.write(text)

    def push(port):
        answer = lab.fetch(f"http://127.0.0.1:{port}/metrics/job/bench", method="POST", body=text, timeout=60)
        assert answer.status == 200, answer

    with open(os.path.join(folder, "blackbox.yml"), "w", encoding="ascii") as file:
        file.write("modules: { tcp: { prober: tcp } }\n")
    node, blackbox, pushgateway = (lab.find_program(name) for name in GO)
    return [ours,
            Candidate(GO[0], node, [], ([f"--collector.textfile.directory={folder}/text"], lambda port: None)),
            Candidate(GO[1], blackbox, [f"--config.file={folder}/blackbox.yml"]),
            Candidate(GO[2], pushgateway, [], ([], push))]


def beside(what, ours, theirs, unit, most=None):
    """Prints ours beside the least of theirs, by name; true if the bound is kept."""
    name = min(theirs, key=lambda each: statistics.median(theirs[each]))
    words, kept = figures.ratio(f"start: {what}", [mine / other for mine, other in zip(ours, theirs[name])], most=most)
    print(f"{what:<34} ours {statistics.median(ours):6.1f} {unit}, the least of theirs {statistics.median(theirs[name]):6.1f} ({name}): {words}")
    return kept


def show(everyone, folder):
    for each in everyone:
        own, whole = each.disk(folder)
        filled = f"{statistics.median(each.filled):6.1f} MiB with {each.series:,} series" if each.filled else ""
        print(f"{each.name:<30} first scrape after {statistics.median(each.starts):6.1f} ms, {own:5.1f} MiB on disk ({whole:4.1f} with libraries), "
              f"resident {statistics.median(each.idle):5.1f} MiB idle {filled}")
    ours, *others = everyone
    (own, whole), disks = ours.disk(folder), {each.name: each.disk(folder) for each in others}
    return all([beside("start to first scrape", ours.starts, {each.name: each.starts for each in others}, "ms", 1),
                beside("on disk", [own], {name: [sizes[0]] for name, sizes in disks.items()}, "MiB", 1),
                # These a machine has once, for all its programs; Go links them in.
                beside("on disk with libraries", [whole], {name: [sizes[1]] for name, sizes in disks.items()}, "MiB"),
                beside("resident, idle", ours.idle, {each.name: each.idle for each in others}, "MiB", 1.25),
                beside("resident, ten thousand series", ours.filled, {each.name: each.filled for each in others if each.filled}, "MiB", 1)])


def main():
    folder = tempfile.mkdtemp(prefix="taskqueue-")
    simulator = lab.Simulator("simulator", [lab.SIMULATOR, "--listen-address=127.0.0.1:0", "--cloud=load", "--tasks-in-window=0",
                                            "--rate=0", "--jobs=0", "--queues=37"], folder)
    try:
        everyone = candidates(folder, simulator)
        for _ in range(ROUNDS):
            for each in everyone:
                each.measure(folder)
                each.measure_filled(folder)
        return 0 if show(everyone, folder) else 1
    finally:
        simulator.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
