"""How long a scrape of ten thousand series takes: ours, nginx's file of the same bytes, prometheus-cpp's server.

Each row is measured in rounds, one server after the other in each; a round's figure is the median of its scrapes. What else
runs on the machine disturbs rounds and quickens none, so shown is each server's lower quartile of the rounds, and the ratio of
these, followed by the least and the greatest of the rounds' own ratios. Ends with 1 if a ratio is beyond its bound.
BENCH_ROUNDS is the number of rounds.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import servers

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
GZIP = "Accept-Encoding: gzip"
PLAIN = "Accept-Encoding: identity"


class Row:
    """One way to ask, measured for several servers in turn."""

    def __init__(self, title, measure, names, bounds):
        self.title, self.measure, self.names, self.bounds = title, measure, names, bounds
        self.times = {name: [] for name in names}

    def run(self):
        for name, time in zip(self.names, self.measure()):
            self.times[name].append(time)

    def quiet(self, name):
        times = sorted(self.times[name])
        return times[len(times) // 4]

    def ratios(self, other):
        """Of ours to the other, and of each round; of nginx's two configurations to the one that is quicker here."""
        quickest = min((name for name in self.names if name.startswith(other)), key=self.quiet)
        return (self.quiet("ours") / self.quiet(quickest),
                [ours / theirs for ours, theirs in zip(self.times["ours"], self.times[quickest])])

    def show(self):
        """Prints the row; true if it keeps to its bounds."""
        cells = [f"{name} {self.quiet(name) / 1000:.3f}" for name in self.names]
        print(f"{self.title:42} " + "  ".join(cells))
        kept = True
        for other, bound in self.bounds.items():
            ratio, ratios = self.ratios(other)
            good = ratio <= bound if bound else True
            kept &= good
            wanted = f"wanted at most {bound:.3g}: {'kept' if good else 'BROKEN'}" if bound else ""
            print(f"{'':42} ours / {other}: {ratio:.4g} ({min(ratios):.3g} to {max(ratios):.3g}) {wanted}")
        return kept


def rows(all_of_them):
    ours, exposer = all_of_them.ours.address, all_of_them.exposer.address
    nginx = [all_of_them.nginx, all_of_them.nginx_buffers]
    both = ["ours", "nginx", "nginx-buffers"]

    def with_wrk(connections, header, addresses, scheme="http"):
        return lambda: [servers.wrk(each, connections, header, scheme=scheme) for each in addresses]

    def whole(rounds, pause, header, addresses):
        return lambda: [row[0] for row in servers.read_whole(rounds, pause, header, *addresses)]

    for connections in (1, 8):
        yield Row(f"wrk, {connections} connections, identity", with_wrk(connections, PLAIN, [ours, *nginx]), both, {"nginx": 1})
        yield Row(f"wrk, {connections} connections, gzip", with_wrk(connections, GZIP, [ours, *nginx]), both, {"nginx": 2})
        over_tls = with_wrk(connections, PLAIN, [all_of_them.ours_tls, all_of_them.nginx_tls], "https")
        yield Row(f"wrk, {connections} connections, identity, TLS", over_tls, ["ours", "nginx"], {"nginx": 1.5})
    yield Row("read in one go, identity", whole(200, 0, PLAIN, [ours, *nginx]), both, {"nginx": 1.3})
    yield Row("read in one go, gzip", whole(200, 0, GZIP, [ours, *nginx]), both, {"nginx": None})
    yield Row("read in one go, each 150 ms after the last", whole(8, 150, PLAIN, [ours, *nginx, exposer]), [*both, "exposer"],
              {"nginx": None, "exposer": None})
    yield Row("the same, gzip", whole(8, 150, GZIP, [ours, *nginx, exposer]), [*both, "exposer"], {"nginx": None, "exposer": None})
    yield Row("wrk, 1 connection, identity", with_wrk(1, PLAIN, [ours, exposer]), ["ours", "exposer"], {"exposer": 1 / 30})


def main():
    with servers.Servers() as all_of_them:
        series = sum(1 for line in all_of_them.plain.splitlines() if not line.startswith(b"#"))
        print(f"{series} series, {len(all_of_them.plain)} bytes, {len(all_of_them.packed)} with gzip; {ROUNDS} rounds; milliseconds a scrape")
        table = list(rows(all_of_them))
        for _ in range(ROUNDS):
            for row in table:
                row.run()
        return 0 if all([row.show() for row in table]) else 1


if __name__ == "__main__":
    sys.exit(main())
