"""A bench for whole programs: starts them on free ports, waits by polling, shows their logs on failure, always cleans up."""
import glob
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections import namedtuple
from urllib.parse import urlencode, urlsplit

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD_DIR", os.path.join(ROOT, "build", "release"))
EXPORTER = os.environ.get("TASKQUEUE_EXPORTER", os.path.join(BUILD, "taskqueue_exporter"))
SIMULATOR = os.environ.get("CLOUD_SIMULATOR", os.path.join(BUILD, "cloud_simulator"))

# Where the programs run with sanitizers, which keep what was freed and take many times as long, nothing is measured.
SANITIZED = bool(re.search(r"lib[at]san", subprocess.run(["ldd", EXPORTER], capture_output=True, text=True, check=False).stdout))
not_sanitized = unittest.skipIf(SANITIZED, "measures, which means nothing with sanitizers")

Answer = namedtuple("Answer", "status headers body")
Sample = namedtuple("Sample", "name labels value")


def find_program(name):
    """A program of the PATH, or the one that ./test has unpacked beside the build folder."""
    unpacked = sorted(glob.glob(os.path.join(os.path.dirname(BUILD), "tools", "*", "usr", "bin", name)))
    found = shutil.which(name) or next(iter(unpacked), None)
    if not found:
        raise FileNotFoundError(f"{name} is neither on the PATH nor in {os.path.dirname(BUILD)}/tools: ./test brings it")
    return found


def wait_until(what, condition, timeout=30.0, pause=0.05):
    """Polls until the condition gives something true, and gives that back."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s in vain for: {what}")
        time.sleep(pause)


def fetch(url, method="GET", headers=None, body=None, timeout=10.0):
    """One request over a connection of its own; raises OSError where nobody listens."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body=body, headers=headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()


def parse_exposition(text):
    """The samples of a text exposition, in its order."""
    line = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
    label = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
    samples = []
    for row in text.split("\n"):
        if not row or row.startswith("#"):
            continue
        match = line.match(row)
        if not match:
            raise AssertionError(f"this is no sample: {row!r}")
        samples.append(Sample(match.group(1), dict(label.findall(match.group(2) or "")), float(match.group(3))))
    return samples


def select(samples, name, **labels):
    """The samples of that name that carry these labels."""
    return [s for s in samples if s.name == name and all(s.labels.get(key) == value for key, value in labels.items())]


def quantile(values, share):
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def free_port():
    """A port of loopback that nobody has now; somebody may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_ipv6():
    """True where this machine can listen on ::1."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Program:
    """A started program. Its output goes to a file, both streams, and can be read at any time."""

    def __init__(self, name, command, folder, env=None):
        self.name = name
        self.out_path = os.path.join(folder, f"{name}.out")
        self.log_path = os.path.join(folder, f"{name}.log")
        with open(self.out_path, "wb") as out, open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, env=env, cwd=folder)

    def output(self):
        return self._read(self.out_path)

    def log(self):
        return self._read(self.log_path)

    @staticmethod
    def _read(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def find(self, pattern, timeout=20.0):
        """Waits until the pattern stands in what the program wrote, and gives the match."""

        def look():
            match = re.search(pattern, self.output() + self.log())
            if not match and self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode} and never wrote {pattern!r}")
            return match

        return wait_until(f"{pattern!r} from {self.name}", look, timeout)

    def stop(self, how=signal.SIGTERM, timeout=10.0):
        """Ends the program and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} was still there {timeout:g} s after signal {how}") from None


    def end(self):
        """Ends the program if it is still there, without asking."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Served(Program):
    """A program that answers HTTP at the address that its log names."""

    listening = r"room=web event=listening .*?\baddress=(\S+)"

    def addresses(self, count=1, timeout=20.0):
        """Where it says that it listens, once it said so for that many addresses."""

        def look():
            found = re.findall(self.listening, self.output() + self.log())
            if len(found) < count and self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode} before it listened")
            return found[:count] if len(found) >= count else None

        return wait_until(f"{self.name} listening", look, timeout)

    @property
    def url(self):
        return "http://" + self.addresses()[0]

    def get(self, path="/", **more):
        return fetch(self.url + path, **more)


class Exporter(Served):
    def __init__(self, name, flags, folder, env=None, command=None):
        super().__init__(name, command or [EXPORTER, *flags], folder, env)

    def scrape(self, path="/metrics"):
        answer = self.get(path)
        assert answer.status == 200, answer
        return parse_exposition(answer.body)

    def demo_cloud(self):
        """The simulator inside --demo."""
        return Cloud(self.find(r"room=simulator event=listening .*?\baddress=(\S+)").group(1))

    def queues(self):
        return {s.labels["queue"] for s in select(self.scrape(), "taskqueue_up")}

    def value(self, name, **labels):
        """The one value of a series, or nothing where there is none."""
        found = select(self.scrape(), name, **labels)
        assert len(found) < 2, f"more than one {name} with {labels}: {found}"
        return found[0].value if found else None

    def wait_ready(self, timeout=30.0):
        wait_until(f"{self.name} being ready", lambda: self.get("/-/ready").status == 200, timeout)

    def wait_complete(self, timeout=60.0):
        """Waits until every queue is up and its data are complete."""

        def complete():
            samples = self.scrape()
            values = [s.value for name in ("taskqueue_up", "taskqueue_data_complete") for s in select(samples, name)]
            return values and all(value == 1 for value in values)

        wait_until("complete data of every queue", complete, timeout)


def start_prometheus(folder, *targets, interval="1s", flags=(), scrapes=None, more=""):
    """Debian's Prometheus, which scrapes host:port targets as the job taskqueue, or what `scrapes` lists; `more` goes into its
    configuration."""
    scraped = scrapes or [scrape("taskqueue", targets)]
    path = os.path.join(folder, "prometheus.yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""
global: {{ scrape_interval: {interval}, scrape_timeout: {interval}, evaluation_interval: {interval} }}
scrape_configs: {json.dumps(scraped)}
{more}
""")
    return Prometheus("prometheus", [find_program("prometheus"), f"--config.file={path}", f"--storage.tsdb.path={folder}/tsdb",
                                     "--web.listen-address=127.0.0.1:0", *flags], folder)


def scrape(job, targets):
    """One of Prometheus' scrape_configs."""
    return {"job_name": job, "static_configs": [{"targets": list(targets)}]}


class Simulator(Served):
    """The pretend cloud as a program of its own. What it prints is a configuration for the exporter."""

    listening = r"listens on http://(\S+)"

    def configuration(self):
        self.addresses()
        return self.output()


class Prometheus(Served):
    listening = r'msg="Listening on" address=(\S+)'
    is_ready = False

    def ask(self, what, **parameters):
        """The data of an answer of /api/v1; a complaint of Prometheus' is an assertion's."""
        if not self.is_ready:
            self.is_ready = wait_until(f"{self.name} being ready", lambda: self.get("/-/ready").status == 200)
        answer = json.loads(self.get(f"/api/v1/{what}?" + urlencode(parameters)).body)
        assert answer["status"] == "success", (parameters, answer)
        return answer["data"]

    def query(self, promql):
        """An instant query: (labels, value) of each series."""
        return [(row["metric"], float(row["value"][1])) for row in self.ask("query", query=promql)["result"]]


class Cloud:
    """The control path of a simulator, wherever it runs."""

    def __init__(self, url):
        self.url = url

    def truth(self):
        return json.loads(fetch(self.url + "/control/truth").body)

    def requests(self):
        return json.loads(fetch(self.url + "/control/requests").body)["actions"]

    def tell(self, what, body=""):
        answer = fetch(f"{self.url}/control/{what}", method="POST", body=body)
        assert answer.status == 200, answer


class LabCase(unittest.TestCase):
    """A test with a folder of its own and programs that end with it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="taskqueue-")
        self.programs = []

    def run(self, result=None):
        def troubles():
            return len(result.failures) + len(result.errors)

        before = troubles() if result else 0
        self.programs = []
        self.folder = None
        super().run(result)
        if result and troubles() > before:
            self.show_logs()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def tearDown(self):
        for program in reversed(self.programs):
            program.end()

    def show_logs(self):
        for program in self.programs:
            for path in (program.out_path, program.log_path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    end = file.read()[-6000:]
                print(f"--- the end of {os.path.basename(path)} of {self.id()}\n{end}", file=sys.stderr)

    def keep(self, program):
        self.programs.append(program)
        return program

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_exporter(self, *flags, listen="127.0.0.1:0", env=None):
        listening = [f"--web.listen-address={listen}"] if listen else []
        return self.keep(Exporter(f"exporter{len(self.programs)}", [*flags, *listening], self.folder, env))

    def start_simulator(self, *flags):
        return self.keep(Simulator("simulator", [SIMULATOR, "--listen-address=127.0.0.1:0", *flags], self.folder))

    def run_exporter(self, *flags, timeout=30.0, env=None):
        """Runs it to its end; gives the finished process with stdout and stderr as text."""
        return subprocess.run([EXPORTER, *flags], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, check=False, cwd=self.folder, env=env)


class DemoCase(unittest.TestCase):
    """Tests that share one demo, complete from the start: its first reading of Batch takes a while at Batch's limits."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="taskqueue-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.exporter = Exporter("exporter", ["--demo", "--web.listen-address=127.0.0.1:0"], cls.folder)
        cls.addClassCleanup(cls.exporter.end)
        cls.cloud = cls.exporter.demo_cloud()
        try:
            cls.exporter.wait_complete(180)
        except AssertionError as error:
            raise AssertionError(f"{error}; its log ends:\n{cls.exporter.log()[-4000:]}") from None
