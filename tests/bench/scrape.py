"""What a scrape of 1,000 to 100,000 series takes: ours, nginx's file of the same bytes, and what others serve from libraries.

The others are prometheus-cpp's server, client_golang as Debian's Pushgateway has it, and Python's prometheus_client. Each row is
measured in rounds, one server after the other in each; a round's time is the median of its scrapes, and the servers' processor
time is taken meanwhile. What else runs on the machine disturbs rounds and quickens none, so shown is each server's lower
quartile of the rounds, and the ratio of these, followed by the least and the greatest of the rounds' own ratios. Of nginx's two
configurations only the one that is quicker in the first round goes on. Ends with 1 if a ratio is beyond its bound.
BENCH_ROUNDS is the number of rounds, BENCH_QUEUES those of whose series is measured, 1,100 each.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures
import servers

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
QUEUES = [int(queues) for queues in os.environ.get("BENCH_QUEUES", "1 9 90").split()]
GZIP = "Accept-Encoding: gzip"
PLAIN = "Accept-Encoding: identity"


class Row:
    """One way to ask, measured for several servers in turn. Bounds: of times, by the other's name."""

    def __init__(self, title, measure, candidates, bounds=None):
        self.title, self.measure, self.bounds = title, measure, bounds or {}
        self.candidates = dict(candidates)
        self.scrapes = {name: [] for name in self.candidates}

    def run(self):
        for name, server in self.candidates.items():
            self.scrapes[name].append(self.measure(server))
        both = [name for name in self.candidates if name.startswith("nginx")]
        if len(both) == 2:
            del self.candidates[max(both, key=lambda name: self.quiet(name, "time"))]

    def rounds(self, name, which):
        return [getattr(scrape, which) for scrape in self.scrapes[name]]

    def quiet(self, name, which):
        values = sorted(self.rounds(name, which))
        return values[len(values) // 4]

    def beside(self, other, which, series, **bound):
        """Words for ours beside another's, and whether it keeps to its bound."""
        rounds = [mine / theirs for mine, theirs in zip(self.rounds("ours", which), self.rounds(other, which))]
        middle = self.quiet("ours", which) / self.quiet(other, which)
        words, kept = figures.ratio(f"scrape {series}, {self.title}, {which} beside {other.split('-')[0]}", rounds, middle, **bound)
        return f"{which} {self.quiet('ours', which) / 1000:8.3f} : {self.quiet(other, which) / 1000:9.3f} = {words}", kept

    def show(self, series):
        """Prints a line for each other server; true if it keeps to its bounds."""
        everything_kept = True
        title = self.title
        for other in list(self.candidates)[1:]:
            time, kept = self.beside(other, "time", series, most=self.bounds.get(other.split("-")[0]))
            everything_kept &= kept
            processor, _ = self.beside(other, "processor", series)
            sizes = [self.scrapes[name][0].size for name in ("ours", other)]
            size = f"; bytes {sizes[0]:,} : {sizes[1]:,}" if all(sizes) else ""
            print(f"{title:38} {other:13} {time}; {processor}{size}")
            title = ""
        return everything_kept


def whole(all_of_them, header, count, pause=0, exposer=False, bounds=None):
    """Rows of whole_reader's, which asks in turn by itself."""
    asked = {"ours": all_of_them.ours, "nginx": all_of_them.nginx, "nginx-buffers": all_of_them.nginx_buffers}
    if exposer:
        asked["exposer"] = all_of_them.exposer

    def measure(server):
        return servers.observed(server, lambda: (servers.read_whole(count, pause, header, server.address)[0][0], count + 1, 0))

    title = "read in one go" + (f", {pause} ms apart" if pause else "")
    return Row(f"{title}, {header.split()[-1]}", measure, asked, bounds)


def rows(all_of_them, queues):
    ours, exposer = all_of_them.ours, all_of_them.exposer
    limit = {"ours": ours, "nginx": all_of_them.nginx, "nginx-buffers": all_of_them.nginx_buffers}
    over_tls = {"ours": all_of_them.ours_tls, "nginx": all_of_them.nginx_tls}
    libraries = {"ours": ours, "exposer": exposer, "client_golang": all_of_them.start_pushgateway(), "python": all_of_them.start_python()}
    ten_thousand = queues == 9  # the size that has bounds, and what takes longer

    def with_wrk(connections, header, scheme="http"):
        return lambda server: servers.wrk(server, connections, header, scheme=scheme)

    def with_curl(count, connections, header):
        return lambda server: servers.curl(server, count, connections, header)

    for connections in (1, 8, 64) if ten_thousand else (1, 64):
        bounds = {"identity": {"nginx": 1}, "gzip": {"nginx": 2}, "TLS": {"nginx": 1.5}} if ten_thousand and connections < 64 else {}
        title = f"wrk, {connections} connection{'s' * (connections > 1)}"
        yield Row(f"{title}, identity", with_wrk(connections, PLAIN), limit, bounds.get("identity"))
        yield Row(f"{title}, gzip", with_wrk(connections, GZIP), limit, bounds.get("gzip"))
        if ten_thousand or connections == 1:
            yield Row(f"{title}, identity, TLS", with_wrk(connections, PLAIN, "https"), over_tls, bounds.get("TLS"))
    if ten_thousand:
        yield whole(all_of_them, PLAIN, 200, bounds={"nginx": 1.3})
        yield whole(all_of_them, GZIP, 200)
        for header in (PLAIN, GZIP):
            yield whole(all_of_them, header, 4, pause=150, exposer=True)
        yield Row("wrk, 1 connection, identity", with_wrk(1, PLAIN), {"ours": ours, "exposer": exposer}, {"exposer": 1 / 30})
    # The others' cost grows with the series, and so does what is waited for.
    count = max(2, 20 // queues)
    for header in (PLAIN, GZIP):
        yield Row(f"curl, 1 connection, {header.split()[-1]}", with_curl(count, 1, header), libraries)
    if ten_thousand:
        for connections in (8, 64):
            yield Row(f"curl, {connections} connections, identity", with_curl(connections, connections, PLAIN), libraries)


def measure(queues):
    """True if every row keeps to its bounds."""
    with servers.Servers(queues) as all_of_them:
        series = sum(1 for line in all_of_them.plain.splitlines() if not line.startswith(b"#"))
        print(f"{series:,} series, {len(all_of_them.plain):,} bytes, {len(all_of_them.packed):,} with gzip; {ROUNDS} rounds; "
              "milliseconds a scrape, ours : theirs", flush=True)
        table = list(rows(all_of_them, queues))
        for _ in range(ROUNDS):
            for row in table:
                row.run()
        return all([row.show(f"{1000 * round(series / 1000):,}") for row in table])


if __name__ == "__main__":
    sys.exit(0 if all([measure(queues) for queues in QUEUES]) else 1)
