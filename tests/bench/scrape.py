"""What a scrape of 1,000 to 100,000 series takes: ours, nginx's file of the same bytes, and what others serve from libraries.

The others are prometheus-cpp's server, client_golang as Debian's Pushgateway has it, and Python's prometheus_client. In each
round all servers are started anew, for where a process lies in memory is part of the spread, and each row is measured, one server
after the other. A round's time is the median of its scrapes, and the servers' processor time is taken meanwhile; shown are the
medians of the rounds, and that of the rounds' own ratios. Of nginx's two configurations the one that was quicker in a third of
the rounds goes on.
Ends with 1 if a ratio is beyond its bound. BENCH_ROUNDS is the number of rounds, BENCH_QUEUES those of whose series is measured,
1,100 each.
"""
import os
import sys
from statistics import median

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures
import servers

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
QUEUES = [int(queues) for queues in os.environ.get("BENCH_QUEUES", "1 9 90").split()]
GZIP = "Accept-Encoding: gzip"
PLAIN = "Accept-Encoding: identity"


class Row:
    """One way to ask, measured for servers in turn, ours the first. Bounds: of times, by the other's name."""

    def __init__(self, title, measure, names, bounds=None):
        self.title, self.measure, self.bounds = title, measure, bounds or {}
        self.scrapes = {name: [] for name in names}

    def run(self, all_of_them):
        for name, rounds in self.scrapes.items():
            rounds.append(self.measure(all_of_them.named[name]))
        nginx = [name for name in self.scrapes if name.startswith("nginx")]
        if len(nginx) == 2 and len(self.rounds(self.first, "time")) >= ROUNDS / 3:
            del self.scrapes[max(nginx, key=lambda name: median(self.rounds(name, "time")))]

    def rounds(self, name, which):
        return [getattr(scrape, which) for scrape in self.scrapes[name]]

    def beside(self, other, which, series, **bound):
        """Words for ours beside another's, and whether it keeps to its bound."""
        ours, theirs = (self.rounds(name, which) for name in (self.first, other))
        words, kept = figures.ratio(f"scrape {series}, {self.title}, {which} beside {other.split('-')[0]}",
                                    [mine / their for mine, their in zip(ours, theirs)], **bound)
        return f"{which} {median(ours) / 1000:8.3f} : {median(theirs) / 1000:9.3f}, {words}", kept

    @property
    def first(self):
        return next(iter(self.scrapes))

    def show(self, series):
        """Prints a line for each other server; true if it keeps to its bounds."""
        everything_kept = True
        title = self.title
        for other in list(self.scrapes)[1:]:
            time, kept = self.beside(other, "time", series, most=self.bounds.get(other.split("-")[0]))
            everything_kept &= kept
            processor, _ = self.beside(other, "processor", series)
            sizes = [self.scrapes[name][0].size for name in (self.first, other)]
            size = f"; bytes {sizes[0]:,} : {sizes[1]:,}" if all(sizes) else ""
            print(f"{title:38} {other:13} {time}; {processor}{size}")
            title = ""
        return everything_kept


LIMIT = ("ours", "nginx", "nginx-buffers")
LIBRARIES = ("ours", "exposer", "client_golang", "python")


def whole(header, count, pause=0, names=LIMIT, bounds=None):
    """Rows of whole_reader's, which asks in turn by itself."""

    def measure(server):
        return servers.observed(server, lambda: (servers.read_whole(count, pause, header, server.address)[0][0], count + 1, 0))

    title = "read in one go" + (f", {pause} ms apart" if pause else "")
    return Row(f"{title}, {header.split()[-1]}", measure, names, bounds)


def rows(queues):
    ten_thousand = queues == 9  # the size that has bounds, and what takes longer

    def with_wrk(connections, header, scheme="http"):
        return lambda server: servers.wrk(server, connections, header, scheme=scheme)

    def with_curl(count, connections, header):
        return lambda server: servers.curl(server, count, connections, header)

    for connections in (1, 8, 64) if ten_thousand else (1, 64):
        bounds = {"identity": {"nginx": 1}, "gzip": {"nginx": 2}, "TLS": {"nginx": 1.5}} if ten_thousand and connections < 64 else {}
        title = f"wrk, {connections} connection{'s' * (connections > 1)}"
        yield Row(f"{title}, identity", with_wrk(connections, PLAIN), LIMIT, bounds.get("identity"))
        yield Row(f"{title}, gzip", with_wrk(connections, GZIP), LIMIT, bounds.get("gzip"))
        if ten_thousand or connections == 1:
            yield Row(f"{title}, identity, TLS", with_wrk(connections, PLAIN, "https"), ("ours-tls", "nginx-tls"), bounds.get("TLS"))
    if ten_thousand:
        yield whole(PLAIN, 200, bounds={"nginx": 1.3})
        yield whole(GZIP, 200)
        for header in (PLAIN, GZIP):
            yield whole(header, 4, pause=150, names=(*LIMIT, "exposer"))
        yield Row("wrk, 1 connection, identity", with_wrk(1, PLAIN), ("ours", "exposer"), {"exposer": 1 / 30})
    # The others' cost grows with the series, and so does what is waited for.
    count = max(2, 20 // queues)
    for header in (PLAIN, GZIP):
        yield Row(f"curl, 1 connection, {header.split()[-1]}", with_curl(count, 1, header), LIBRARIES)
    if ten_thousand:
        for connections in (8, 64):
            yield Row(f"curl, {connections} connections, identity", with_curl(connections, connections, PLAIN), LIBRARIES)


def measure(queues):
    """True if every row keeps to its bounds."""
    table = list(rows(queues))
    for number in range(ROUNDS):
        with servers.Servers(queues) as all_of_them:
            all_of_them.start_libraries()
            if number == 0:
                series = sum(1 for line in all_of_them.plain.splitlines() if not line.startswith(b"#"))
                print(f"{series:,} series, {len(all_of_them.plain):,} bytes, {len(all_of_them.packed):,} with gzip; {ROUNDS} rounds; "
                      "milliseconds a scrape, ours : theirs, ratio", flush=True)
            for row in table:
                row.run(all_of_them)
    return all([row.show(f"{1000 * round(series / 1000):,}") for row in table])


if __name__ == "__main__":
    sys.exit(0 if all([measure(queues) for queues in QUEUES]) else 1)
