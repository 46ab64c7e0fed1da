"""What the benchmarks measure: our server, nginx with the same bytes as files, other libraries' servers with the same series."""
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import front
import lab
import processes

PROGRAMS = os.path.join(lab.BUILD, "tests")

# sendfile is what Debian's configuration has; large buffers are what serves a file of a megabyte fastest.
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 2048; }}
http {{
  access_log off; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 600s; default_type text/plain;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; root {folder}/www; gzip_static on;
  server {{ listen 127.0.0.1:{ports[0]}; sendfile on; }}
  server {{ listen 127.0.0.1:{ports[1]}; sendfile off; output_buffers 2 1m; }}
  server {{
    listen 127.0.0.1:{ports[2]} ssl; sendfile off; output_buffers 2 1m;
    ssl_certificate {folder}/front.pem; ssl_certificate_key {folder}/front.key; ssl_protocols TLSv1.2 TLSv1.3;
  }}
}}
"""


class Local(lab.Served):
    """A program of the bench, which prints where it listens."""

    listening = r"listens on http://(\S+)"

    def __init__(self, name, folder, *arguments):
        super().__init__("-".join([name, *map(os.path.basename, arguments)]), [os.path.join(PROGRAMS, name), *arguments], folder)
        self.address = self.addresses()[0]


class Served(lab.Program):
    """Somebody's server on a port that we chose."""

    def __init__(self, name, command, folder, address):
        super().__init__(name, command, folder)
        self.address = address
        lab.wait_until(f"{name} listening", lambda: answers(address), 60)


class Servers:
    """All of them with 1,100 series for each queue, in a folder of their own; to be used in a with statement."""

    def __init__(self, queues=9):
        self.queues = str(queues)

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="taskqueue-bench-")
        self.programs = []
        self.named = {}  # where each listens
        try:
            self.ours = self.start(Local("scrape_server", self.folder, self.queues))
            exposer = self.start(Local("exposer", self.folder, self.queues))
            self.plain, self.packed = (self.body(coding) for coding in ("identity", "gzip"))
            assert gzip.decompress(self.packed)[:1000] == self.plain[:1000]
            front.make_certificate(self.folder)
            self.start_nginx()
            ours_tls = self.start(Local("scrape_server", self.folder, self.queues, self.write_web_config()))
            self.named.update({"ours": self.ours, "ours-tls": ours_tls, "exposer": exposer})
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for program in reversed(self.programs):
            program.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, program):
        self.programs.append(program)
        return program

    def body(self, coding):
        """What we answer, byte by byte."""
        done = subprocess.run(["curl", "-sf", "-H", f"Accept-Encoding: {coding}", f"http://{self.ours.address}/metrics"],
                              capture_output=True, check=True)
        return done.stdout

    def start_nginx(self):
        """The same bytes as files: metrics and, for gzip_static, metrics.gz."""
        os.mkdir(os.path.join(self.folder, "www"))
        for name, content in (("metrics", self.plain), ("metrics.gz", self.packed)):
            with open(os.path.join(self.folder, "www", name), "wb") as file:
                file.write(content)
        ports = [lab.free_port() for _ in range(3)]
        nginx = self.start(front.run_nginx("nginx", NGINX.format(folder=self.folder, ports=ports), self.folder))
        for name, port in zip(("nginx", "nginx-buffers", "nginx-tls"), ports):
            self.named[name] = Place(f"127.0.0.1:{port}", nginx.process)
        lab.wait_until("nginx listening", lambda: answers(self.named["nginx"].address))

    def start_libraries(self):
        """What serves the same series with client_golang and with Python's prometheus_client."""
        self.named.update({"client_golang": self.start_pushgateway(), "python": self.start_python()})

    def start_pushgateway(self):
        """Debian's, which holds what was pushed into it and serves it with client_golang."""
        address = f"127.0.0.1:{lab.free_port()}"
        pushgateway = self.start(Served("pushgateway", [lab.find_program("prometheus-pushgateway"), f"--web.listen-address={address}"],
                                        self.folder, address))
        pushed = lab.fetch(f"http://{address}/metrics/job/bench", method="POST", body=self.of_queues(), timeout=120)
        assert pushed.status == 200, pushed
        return pushgateway

    def start_python(self):
        """Debian's prometheus_client, which Debian's Python finds."""
        port = lab.free_port()
        path = os.path.join(self.folder, "series")
        with open(path, "wb") as file:
            file.write(self.of_queues())
        server = os.path.join(os.path.dirname(os.path.abspath(__file__)), "python_server.py")
        command = ["sh", "-c", f'exec /usr/bin/python3 "{server}" {port} <"{path}"']
        return self.start(Served("python", command, self.folder, f"127.0.0.1:{port}"))

    def of_queues(self):
        """What is of queues and not of the process, which each server tells of its own."""
        return b"".join(re.findall(rb"^(?:# (?:HELP|TYPE) )?taskqueue_.*\n", self.plain, re.MULTILINE))

    def write_web_config(self):
        path = os.path.join(self.folder, "web.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"tls_server_config: {{cert_file: {self.folder}/front.pem, key_file: {self.folder}/front.key}}\n")
        return path


class Place(NamedTuple):
    """Where one of several servers of a process listens."""

    address: str
    process: subprocess.Popen


def answers(address):
    try:
        return lab.fetch(f"http://{address}/metrics", timeout=60).status == 200
    except OSError:
        return False


def read_whole(rounds, pause_ms, header, *addresses):
    """What whole_reader measured of each server: median, p99 and greatest in microseconds, bytes, failed scrapes."""
    command = [os.path.join(PROGRAMS, "whole_reader"), str(rounds), str(pause_ms), header, *(f"{each}/metrics" for each in addresses)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


class Scrapes(NamedTuple):
    """Microseconds a scrape, on the way and of the server's processor, and bytes of a body."""

    time: float
    processor: float
    size: int


def observed(server, scrape):
    """What `scrape` gives as time, number and bytes, with the processor time that the server needed meanwhile."""
    before = processes.processor_seconds(server.process.pid)
    time, count, size = scrape()
    return Scrapes(time, 1e6 * (processes.processor_seconds(server.process.pid) - before) / max(1, count), size)


def wrk(server, connections, header, seconds=1, scheme="http"):
    """The median latency of as many scrapes as there can be; in a longer time where there was none."""

    def scrape():
        done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-H", header,
                               f"{scheme}://{server.address}/metrics"], capture_output=True, text=True, check=True)
        value, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", done.stdout).groups()
        count = int(re.search(r"(\d+) requests in", done.stdout).group(1))
        return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit], count, 0

    measured = observed(server, scrape)
    return measured if measured.time else wrk(server, connections, header, 3 * seconds, scheme)


def curl(server, count, connections, header):
    """The median of so many scrapes, for servers that need long: wrk would end before the first."""

    def scrape():
        at_once = ["--parallel", "--parallel-immediate", "--parallel-max", str(connections)] if connections > 1 else []
        done = subprocess.run(["curl", "-sS", *at_once, "-H", header, "-w", "%{http_code} %{time_total} %{size_download}\n",
                               *["-o", "/dev/null", f"http://{server.address}/metrics"] * count], capture_output=True, text=True, check=True)
        rows = [line.split() for line in done.stdout.splitlines()]
        assert [code for code, *_ in rows] == ["200"] * count, done
        return 1e6 * statistics.median(float(time) for _, time, _ in rows), count, int(rows[0][2])

    return observed(server, scrape)
