"""A cloud that misbehaves: doors before a simulator, each with a fault of its own that is switched on and off."""
import asyncio
import email.utils
import functools
import json
import random
import socket
import struct
import threading
import time
from urllib.parse import parse_qs, urlsplit


class Request:
    """As it came: the bytes, and what of them the faults look at."""

    def __init__(self, head, body):
        self.raw = head + body
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:] if ":" in line)}
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}
        is_json = self.headers.get("content-type") == "application/json"
        self.parameters = json.loads(body) if is_json else query

    @property
    def action(self):
        return self.headers.get("x-tc-action") or self.headers.get("x-acs-action")


def head_of(status, headers, length=None):
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers)]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def date(seconds=0.0):
    return ("Date", email.utils.formatdate(time.time() + seconds, usegmt=True))


class Exchange:
    """One request at a door, and the ways to answer it."""

    def __init__(self, door, request, reader, writer):
        self.door, self.request, self.reader, self.writer = door, request, reader, writer

    async def truth(self):
        """What the simulator says: status, headers, body."""
        return await self.door.cloud.ask_simulator(self.request.raw)

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, status, headers, body):
        await self.send(head_of(status, headers, len(body)) + body)

    def reset(self):
        """The peer gets RST, not FIN."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def hang(self):
        """Until the peer leaves or the fault is over."""
        fault = self.door.fault
        while self.door.fault is fault and not self.reader.at_eof():
            await asyncio.sleep(0.1)


class Door:
    """A port of the hostile cloud. Without a fault it answers as the simulator does."""

    def __init__(self, cloud, service, tls=None):
        self.cloud, self.service, self.tls = cloud, service, tls
        self.fault = None      # async (exchange) -> True where the connection goes on
        self.at_connect = None  # async (exchange without request)
        self.asked = 0         # requests, since the last look
        self.listener = None
        self.writers = set()
        self.port = 0
        self.signatures = []  # of the requests that were echoed
        self.place = None  # holds the port while nobody listens at it

    async def open(self):
        self.listener = await asyncio.start_server(self.serve, "127.0.0.1", self.port, ssl=self.tls, limit=1 << 20)
        self.port = self.listener.sockets[0].getsockname()[1]
        if self.place:
            self.place.close()

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            if self.at_connect:
                self.asked += 1
                await self.at_connect(Exchange(self, None, reader, writer))
                return
            while await self.serve_one(reader, writer):
                pass
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # the exporter has left: its right
        finally:
            self.writers.discard(writer)
            writer.close()

    async def serve_one(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        request = Request(head, await reader.readexactly(int(lengths[0])) if lengths else b"")
        self.asked += 1
        exchange = Exchange(self, request, reader, writer)
        if self.fault:
            return await self.fault(exchange)
        await exchange.answer(*await exchange.truth())
        return True


class HostileCloud:
    """All doors in one thread."""

    def __init__(self, simulator):
        address = urlsplit(simulator)
        self.simulator = (address.hostname, address.port)
        self.idle = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def door(self, service, tls=None):
        door = Door(self, service, tls)
        self.run(door.open())
        return door

    def refuse(self, door):
        """Nobody listens at that port until it is opened again."""
        async def close():
            door.listener.close()
            # Lest somebody else be given the port meanwhile.
            door.place = socket.socket()
            door.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.place.bind(("127.0.0.1", door.port))
        self.run(close())
        self.drop(door)

    def drop(self, door):
        """Ends the connections that stand."""
        async def close():
            for writer in list(door.writers):
                writer.close()
        self.run(close())

    def open(self, door):
        self.run(door.open())

    def stop(self):
        async def end():
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)
            self.loop.stop()
        asyncio.run_coroutine_threadsafe(end(), self.loop)
        self.thread.join(10)

    async def ask_simulator(self, raw):
        while True:
            kept = bool(self.idle)
            reader, writer = self.idle.pop() if kept else await asyncio.open_connection(*self.simulator)
            try:
                writer.write(raw)
                head = await reader.readuntil(b"\r\n\r\n")
                break
            except (OSError, EOFError):
                if not kept:
                    raise
        first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in rest]
        length = int(next(value for name, value in headers if name == "Content-Length"))
        body = await reader.readexactly(length)
        self.idle.append((reader, writer))
        return int(first.split()[1]), [each for each in headers if each[0] not in ("Content-Length", "Connection")], body


# The faults. Each function gives one.


def says(body, status=200, headers=(("Content-Type", "application/json"),)):
    """A whole answer."""
    data = body if isinstance(body, bytes) else body.encode()

    async def fault(exchange):
        await exchange.answer(status, [date(), *headers], data)
        return True
    return fault


def refuses(code, message="made by a fault", status=400, headers=()):
    """The provider's own refusal. `status` is Alibaba's; Tencent refuses with 200."""
    async def fault(exchange):
        if exchange.door.service == "ecs":
            body = {"RequestId": "r-fault", "HostId": "ecs", "Code": code, "Message": message}
        else:
            body = {"Response": {"RequestId": "r-fault", "Error": {"Code": code, "Message": message}}}
        told = status if exchange.door.service == "ecs" else 200
        await exchange.answer(told, [date(), ("Content-Type", "application/json"), *headers], json.dumps(body).encode())
        return True
    return fault


def echoes(code, status=400):
    """Repeats the request, secrets and signature included, in every field of the refusal."""
    async def fault(exchange):
        headers = exchange.request.headers
        token = headers.get("x-tc-token") or headers.get("x-acs-security-token") or ""
        signature = headers.get("authorization", "").rsplit("=", 1)[-1]
        exchange.door.signatures.append(signature)
        # The last is cut off somewhere: what we keep of a refusal is short.
        message = f"{token} {signature} ~{exchange.request.raw[-300:].decode()} {'.' * random.randrange(60)} {token}"
        await refuses(code, message, status)(exchange)
        return True
    return fault


def sends(*pieces, then="close"):
    """These bytes as they are, then `close`, `reset` or `hang`."""
    async def fault(exchange):
        for piece in pieces:
            await exchange.send(piece)
        if then == "reset":
            await asyncio.sleep(0.05)  # what was sent arrives first
            exchange.reset()
        if then == "hang":
            await exchange.hang()
        return False
    return fault


def drips(data, pause=0.1):
    """A byte at a time."""
    async def fault(exchange):
        for i in range(len(data)):
            await exchange.send(data[i:i + 1])
            await asyncio.sleep(pause)
        await exchange.hang()
        return False
    return fault


def floods(head, piece, times=None):
    """The same piece many times over, or without an end."""
    async def fault(exchange):
        active = exchange.door.fault
        await exchange.send(head)
        sent = 0
        while sent != times and exchange.door.fault is active:
            await exchange.send(piece)
            sent += 1
        return False
    return fault


def bends(edit, only=lambda request: True):
    """The true answer's JSON after edit(content, request); content is what Response holds, at ECS the whole."""
    async def fault(exchange):
        status, headers, body = await exchange.truth()
        if status == 200 and only(exchange.request):
            whole = json.loads(body)
            edit(whole.get("Response", whole), exchange.request)
            body = json.dumps(whole).encode()
        await exchange.answer(status, headers, body)
        return True
    return fault


def dates(value):
    """The true answer with another Date: seconds from now, a text, or none."""
    async def fault(exchange):
        status, headers, body = await exchange.truth()
        headers = [each for each in headers if each[0] != "Date"]
        if value is not None:
            headers.append(date(value) if isinstance(value, (int, float)) else ("Date", value))
        await exchange.answer(status, headers, body)
        return True
    return fault


def only_for(chosen, fault):
    """The fault for the requests that are chosen; the others are answered truly."""
    async def some(exchange):
        if chosen(exchange.request):
            return await fault(exchange)
        await exchange.answer(*await exchange.truth())
        return True
    return some


def by_chance(faults, share, seed):
    """One of the faults for that share of the requests."""
    chance = random.Random(seed)

    async def any_of_them(exchange):
        if chance.random() < share:
            return await chance.choice(faults)(exchange)
        await exchange.answer(*await exchange.truth())
        return True
    return any_of_them


def at_once(how):
    """Before a request is read: `close`, `reset`, `hang`, or bytes to say."""
    async def greet(exchange):
        if isinstance(how, bytes):
            await exchange.send(how)
        if how == "reset":
            exchange.reset()
        if how == "hang":
            while exchange.door.at_connect and not exchange.reader.at_eof():
                await asyncio.sleep(0.1)
    return greet


@functools.cache
def gzip_bomb(megabytes):
    """Compressed zeros: a thousandth of that."""
    import zlib
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(megabytes)] + [packer.flush()])
