"""What very many queues cost in one process: start, memory, threads, processor time; and an answer of a million series.

First the exporter as it is, with queues of empty applications of a simulated VOD at an interval of 30 s, calls included; then
the scheduler, refreshers and shelf without calls (tests/bench/many_queues.cc). Ends with 1 if a bound is broken.
QUEUES_SECONDS is how long each is watched.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab
from processes import of_process, processor_seconds, thread_seconds

SECONDS = int(os.environ.get("QUEUES_SECONDS", "30"))
WANTED_SHARE = 0.05  # of one core, for scheduler and shelf of 10,000 queues

HEAD = """
[polling]
quota_share = 1
interval = "30s"
[accounts.load]
provider = "tencent"
credentials = "static"
secret_id = "AKIDload000000000000000000000000001"
secret_key = "load-key-of-no-worth"
limits = { "vod.DescribeTasks" = 100000 }
"""
QUEUE = '[queues.vod-{number}]\nservice = "vod"\naccount = "load"\nsub_app_id = {application}\nendpoint = "{url}"\n'


def watch_exporter(queues):
    folder = tempfile.mkdtemp(prefix="taskqueue-")
    programs = []
    try:
        simulator = lab.Simulator("simulator", [lab.SIMULATOR, "--listen-address=127.0.0.1:0", "--cloud=load", "--tasks-in-window=0",
                                                "--rate=0", "--jobs=0", f"--queues={queues}"], folder)
        programs.append(simulator)
        config = os.path.join(folder, "queues.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(HEAD)
            for number in range(queues):
                file.write(QUEUE.format(number=number, application=1500000001 + number, url=simulator.url))
        began = time.monotonic()
        exporter = lab.Exporter("exporter", [f"--config.file={config}", "--web.listen-address=127.0.0.1:0", "--log.level=warn"], folder)
        programs.append(exporter)
        exporter.listening = r"\0"
        port = lab.wait_until("the exporter's port", lambda: listening_port(exporter.process.pid), 60)
        listening = time.monotonic() - began
        pid = exporter.process.pid
        lab.wait_until("every queue tried", lambda: lab.fetch(f"http://127.0.0.1:{port}/-/ready").status == 200, 300)
        ready = time.monotonic() - began
        before, scheduling = processor_seconds(pid), thread_seconds(pid, "scheduler")
        time.sleep(SECONDS)
        used, ticks = processor_seconds(pid) - before, thread_seconds(pid, "scheduler") - scheduling
        asked = time.monotonic()
        size = len(lab.fetch(f"http://127.0.0.1:{port}/metrics", timeout=60).body)
        scrape = time.monotonic() - asked
        return (f"{queues:>7,} queues: listens after {listening:5.2f} s, all tried after {ready:6.1f} s, {of_process(pid, 'Threads'):3} threads, "
              f"{of_process(pid, 'VmRSS') / 1024:6.1f} MiB, {100 * used / SECONDS:6.2f} % of a core, of which the scheduler's thread "
              f"{100 * ticks / SECONDS:.2f} %; first scrape {size / 1e6:.1f} MB in {1000 * scrape:.0f} ms")
    finally:
        for program in reversed(programs):
            program.end()
        shutil.rmtree(folder, ignore_errors=True)


def listening_port(pid):
    """The TCP port on which a process listens, from the kernel's tables: the log says nothing at this level."""
    sockets = set()
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        try:
            found = re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{descriptor}"))
        except OSError:
            continue
        if found:
            sockets.add(found.group(1))
    with open("/proc/net/tcp", encoding="ascii") as file:
        for line in file.readlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                return int(fields[1].split(":")[1], 16)
    return None


def watch_core(queues, types):
    """What to print, and whether the bound is kept."""
    program = os.path.join(lab.BUILD, "tests", "many_queues")
    done = subprocess.run([program, str(queues), str(types), str(SECONDS)], capture_output=True, text=True, check=True)
    (_, _, started, threads, refreshes, used, ticks, size, joining, resting, in_hand, packed_size, packing, again, packed) = map(float, done.stdout.split())
    share = used / 1000 / SECONDS
    kept = queues != 10000 or share < WANTED_SHARE
    text = (f"{queues:>7,} queues without calls, {size / 1e6:6.1f} MB of text: start {started:5.0f} ms of processor time, {threads:.0f} threads, "
          f"{refreshes / SECONDS:.0f} refreshes a second take {100 * share:.2f} % of a core, of which the scheduler's thread {ticks / 10 / SECONDS:.2f} %"
          + (f", wanted at most {100 * WANTED_SHARE:.0f} %: {'kept' if kept else 'BROKEN'}" if queues == 10000 else "")
          + f"\n{'':15} resident {resting / 1024:.0f} MiB, with an answer in hand {in_hand / 1024:.0f}, after one in gzip ({packed_size / 1e6:.1f} MB) "
            f"{packed / 1024:.0f}; joining an answer takes {joining:.0f} ms, the first in gzip {packing:.0f} ms, the next {again:.0f} ms")
    return text, kept


def main():
    # What takes some percent of a core does not disturb its neighbours, nor processor time anybody.
    with ThreadPoolExecutor(3) as pool:
        print("\n".join(pool.map(watch_exporter, (1, 100, 1000))))
        print(watch_exporter(10000))
        # About ninety series a queue: 10,000 have nearly a million.
        texts, kept = zip(*pool.map(lambda queues: watch_core(queues, 1), (100, 1000, 10000)))
    print("\n".join(texts))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
