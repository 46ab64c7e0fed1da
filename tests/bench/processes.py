"""What the kernel says of a process: memory, threads, processor time."""
import os
import re
import time


def of_process(pid, key):
    """A number of /proc/PID/status, such as VmRSS in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(rf"{key}:\s+(\d+)", file.read()).group(1))


def with_children(pid):
    """It and those that it started and that are still there."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = file.read().split()
    return [pid, *(each for child in children for each in with_children(int(child)))]


def processor_seconds(pid):
    """Of a process and its children, to the nanosecond: its processor time is a clock that others may read."""
    return sum(time.clock_gettime((~each << 3) | 2) for each in with_children(pid))


def thread_seconds(pid, name):
    """Of a process's threads of that name, in the kernel's ticks."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat", encoding="ascii") as file:
            called, rest = re.match(r"\d+ \((.*)\) (.*)", file.read()).groups()
        if called == name:
            fields = rest.split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")
