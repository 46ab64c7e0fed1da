"""Calls and time to refresh a queue of 10^3 to 10^7 ended tasks with 1 to 100 new ones a second, on simulated days of VOD.

A full listing, as by the vendors' SDK, takes ceil(tasks/100) calls for the ended and the pages of the live ones; no reader can do
with less than ceil(queued/100) + ceil(running/100) + ceil(newly ended/100), and one call each at least. Calls are exact, so
their spread is that of the 40 refreshes, of which some look further back. Times are with 50 ms there and back, one call after
the other. CALLS_MOST is the greatest window. Ends with 1 if a bound is broken.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from statistics import fmean, median

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures
from servers import PROGRAMS

MOST = float(os.environ.get("CALLS_MOST", "1e7"))
WANTED = 1.5  # times the least, for the refresh in the middle
ROUND_TRIP = 0.05
# The greatest takes longest to read for the first time: it has a core for itself while the others take turns.
WORLDS = [(10**7, 10), *((tasks, rate) for tasks in (10**3, 10**4, 10**5) for rate in (1, 10, 100)), (10**6, 10)]


def pages(tasks):
    return max(1, -(-tasks // 100))


def live(world):
    """The rows of its refreshes."""
    tasks, rate = world
    environment = {**os.environ, "CALLS_ENDED": str(tasks), "CALLS_RATE": str(rate)}
    done = subprocess.run([os.path.join(PROGRAMS, "calls")], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"calls of {world}: {done.stdout[-3000:]}")
    return [[int(word) for word in line.split()] for line in done.stdout.splitlines() if line[:1].isdigit()]


def show(world, rows):
    """True if it keeps to its bound."""
    calls, took, queued, running, everything, ended, gaps = zip(*rows)
    least = [pages(q) + pages(r) + pages(e) for q, r, e in zip(queued, running, ended)]
    full = [pages(q) + pages(r) + pages(a - q - r) for q, r, a in zip(queued, running, everything)]
    name = f"calls {world[0]:.0e} {world[1]}"
    beside_least, kept = figures.ratio(f"{name} of the least", [c / b for c, b in zip(calls, least)], most=WANTED)
    beside_full, _ = figures.ratio(f"{name} of a full listing", [f / c for f, c in zip(full, calls)])
    print(f"{median(everything) - median(queued) - median(running):>12,.0f} ended, {world[1]:>3} new a second: {median(calls):>3.0f} calls "
          f"(mean {fmean(calls):5.1f}) in {median(took) / 1000:4.1f} s, at most {max(gaps) / 1000:.0f} s apart; full listing {median(full):>7,.0f} in {median(full) * ROUND_TRIP:7,.1f} s, "
          f"{beside_full} times ours; the least {median(least):>2.0f}, ours {beside_least}")
    return kept


def main():
    worlds = [world for world in WORLDS if world[0] <= MOST]
    with ThreadPoolExecutor(2) as pool:
        results = dict(zip(worlds, pool.map(live, worlds)))
    return 0 if all([show(world, results[world]) for world in sorted(worlds)]) else 1


if __name__ == "__main__":
    sys.exit(main())
