"""A real Redis for a test, and a road to it that a test can block."""
import os
import shutil
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab


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
