"""How much memory two great windows take, once they have been swept: the exporter alone, the cloud is another process."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

TASKS = int(os.environ.get("MEMORY_TASKS", "30000"))
MOST_KIB = 48 * 1024
PATIENCE = 120 + TASKS / 500
LIMITS = '[accounts.load.limits]\n"mps.DescribeTasks" = 5000\n"vod.DescribeTasks" = 5000\n\n'


def resident_kib(pid, name="VmRSS"):
    """Memory of a process as the kernel tells it: VmRSS is now, VmHWM the most so far."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))


@lab.not_sanitized
class MemoryTest(lab.LabCase):
    def test_two_great_windows_are_little_memory(self):
        simulator = self.start_simulator("--cloud=load", f"--tasks-in-window={TASKS}", "--rate=20", "--queues=1", "--jobs=1")
        printed = simulator.configuration()
        own, accounts, batch = (printed.index(part) for part in ("[polling]", "[accounts", "[queues.render"))
        # Without Batch, and with limits that let the sweep go as fast as it can: what is measured is what stays.
        text = printed[:own] + '[polling]\ninterval = "10s"\nquota_share = 1\n\n' + LIMITS + printed[accounts:batch]
        exporter = self.start_exporter(f"--config.file={self.write('c.toml', text)}")
        began = time.monotonic()
        exporter.wait_complete(PATIENCE)
        swept = time.monotonic() - began
        time.sleep(25)  # two refreshes more: what they need is needed always
        shown = sum(s.value for s in lab.select(exporter.scrape(), "taskqueue_tasks"))
        self.assertGreater(shown, 2 * TASKS * 0.99)
        now, most = resident_kib(exporter.process.pid), resident_kib(exporter.process.pid, "VmHWM")
        print(f"two windows of {TASKS} tasks: swept in {swept:.0f} s, {now} KiB resident, {most} KiB at most")
        self.assertLess(now, MOST_KIB)


if __name__ == "__main__":
    unittest.main()
