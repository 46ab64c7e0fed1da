"""Scrapes while 900 connections say nothing, 200 drip and 50 do their worst: ours, and nginx under the same attack.

The two are attacked in turn. Ends with 1 unless every scrape of ours is answered, 99 of 100 within a second and within three
times nginx's, our memory grows by less than 32 MiB and all is released afterwards. SIEGE_ROUNDS is the number of turns.
"""
import os
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import servers
from servers import lab

ROUNDS = int(os.environ.get("SIEGE_ROUNDS", "5"))
SECONDS = 10
KINDS = ("silent", "dripping", "endless line", "endless headers", "chunked flood", "1000 ranges", "pipelined garbage", "half TLS handshake")


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Siege:
    """What the scrapes of one server were like, over all its turns."""

    def __init__(self, name, address):
        self.name, self.address = name, address
        self.turns = []  # of each: kept and new connections: median, p99, greatest, bytes, failed
        self.opened = [0] * len(KINDS)

    def stand(self, watch):
        """One turn. `watch` is called while it lasts."""
        attack = subprocess.Popen([os.path.join(servers.PROGRAMS, "besieger"), f"{self.address}/metrics", str(SECONDS), "900", "200", "50"],
                                  stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        scrapes = [None, None]

        def scrape(which, header):
            scrapes[which] = servers.read_whole((SECONDS - 3) * 20, 25, header, self.address)[0]

        threads = [threading.Thread(target=scrape, args=each) for each in enumerate(("Kept: yes", "Connection: close"))]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            watch()
            time.sleep(0.1)
        opened = attack.communicate()[0].split()
        self.opened = [old + int(new) for old, new in zip(self.opened, opened)]
        self.turns.append(scrapes)

    def worst_p99(self, which):
        """Of the turns the one in the middle: a burst of other work on the machine is nobody's fault."""
        return sorted(turn[which][1] for turn in self.turns)[len(self.turns) // 2] / 1000

    def failed(self):
        return int(sum(scrape[4] for turn in self.turns for scrape in turn))

    def show(self):
        for which, words in enumerate(("kept connection", "new connections")):
            middle = sorted(turn[which][0] for turn in self.turns)[len(self.turns) // 2] / 1000
            greatest = max(turn[which][2] for turn in self.turns) / 1000
            print(f"{self.name:6} {words:16} median {middle:.1f} ms, p99 {self.worst_p99(which):.1f} ms, greatest {greatest:.1f} ms")
        print(f"{self.name:6} failed {self.failed()}; attackers came " + ", ".join(f"{kind} {n}" for kind, n in zip(KINDS, self.opened)))


def main():
    broken = []

    def demand(kept, sentence):
        print(("kept:   " if kept else "BROKEN: ") + sentence)
        if not kept:
            broken.append(sentence)

    with servers.Servers() as all_of_them:
        pid = all_of_them.ours.process.pid
        servers.read_whole(50, 0, "Kept: yes", all_of_them.ours.address)
        memory, descriptors = resident_kib(pid), open_descriptors(pid)
        peaks = [memory]
        ours = Siege("ours", all_of_them.ours.address)
        nginx = Siege("nginx", all_of_them.named["nginx"].address)
        for _ in range(ROUNDS):
            ours.stand(lambda: peaks.append(resident_kib(pid)))
            nginx.stand(lambda: None)
        for siege in (ours, nginx):
            siege.show()
        lab.wait_until("descriptors released", lambda: open_descriptors(pid) <= descriptors)
        demand(ours.failed() == 0, "every scrape is answered")
        for which, words in enumerate(("kept connection", "new connections")):
            ratio = ours.worst_p99(which) / nginx.worst_p99(which)
            demand(ours.worst_p99(which) < 1000, f"p99 under a second, {words}")
            demand(ratio <= 3, f"p99 at most three times nginx's, {words}: {ratio:.2f}")
        growth = (max(peaks) - memory) / 1024
        demand(growth < 32, f"memory grows by less than 32 MiB: {growth:.1f}, from {memory / 1024:.1f}")
        after = (resident_kib(pid) - memory) / 1024
        demand(after < 16, f"memory comes back: {after:.1f} MiB more than before")
        demand(open_descriptors(pid) <= descriptors, f"all descriptors are released: {open_descriptors(pid)} of {descriptors}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
