"""What the benchmarks measure: our server, nginx with the same bytes as files, prometheus-cpp's server with the same series."""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import front
import lab

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


class Servers:
    """All of them, in a folder of their own; to be used in a with statement."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="taskqueue-bench-")
        self.programs = []
        try:
            self.ours = self.start(Local("scrape_server", self.folder))
            self.exposer = self.start(Local("exposer", self.folder))
            self.plain, self.packed = (self.body(coding) for coding in ("identity", "gzip"))
            assert gzip.decompress(self.packed)[:1000] == self.plain[:1000]
            front.make_certificate(self.folder)
            self.nginx, self.nginx_buffers, self.nginx_tls = self.start_nginx()
            self.ours_tls = self.start(Local("scrape_server", self.folder, self.write_web_config())).address
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
        self.start(front.run_nginx("nginx", NGINX.format(folder=self.folder, ports=ports), self.folder))
        addresses = [f"127.0.0.1:{port}" for port in ports]
        lab.wait_until("nginx listening", lambda: self.answers(addresses[0]))
        return addresses

    def write_web_config(self):
        path = os.path.join(self.folder, "web.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"tls_server_config: {{cert_file: {self.folder}/front.pem, key_file: {self.folder}/front.key}}\n")
        return path

    @staticmethod
    def answers(address):
        try:
            return lab.fetch(f"http://{address}/metrics").status == 200
        except OSError:
            return False


def read_whole(rounds, pause_ms, header, *addresses):
    """What whole_reader measured of each server: median, p99 and greatest in microseconds, bytes, failed scrapes."""
    command = [os.path.join(PROGRAMS, "whole_reader"), str(rounds), str(pause_ms), header, *(f"{each}/metrics" for each in addresses)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


def wrk(address, connections, header, seconds=1, scheme="http"):
    """The median latency in microseconds."""
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", header, f"{scheme}://{address}/metrics"],
                          capture_output=True, text=True, check=True)
    value, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", done.stdout).groups()
    return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]
