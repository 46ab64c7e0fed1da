"""The instructions that small work takes, counted by callgrind: what grows beyond its share fails, however busy the machine.

tests/bench/instructions.json holds the counts and the toolchain they were made with; another toolchain's code cannot be
compared, and the test says so. After a change that is meant: `python3 tests/e2e/instructions_test.py --write`.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import lab

PROGRAM = os.path.join(lab.BUILD, "tests", "instructions")
KNOWN = os.path.join(os.path.dirname(HERE), "bench", "instructions.json")
WORKS = ("rendering", "parsing", "signing", "counting")
LARGEST_GROWTH = 0.08
# The libraries' own choices between processors' abilities must not decide.
SAME_EVERYWHERE = {"OPENSSL_ia32cap": "0:0", "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-ERMS,-FSRM", "LC_ALL": "C"}


def toolchain():
    return subprocess.run([PROGRAM, "toolchain"], capture_output=True, text=True, check=True).stdout.strip()


def count(work):
    with tempfile.TemporaryDirectory(prefix="taskqueue-") as folder:
        done = subprocess.run([lab.find_program("valgrind"), "--tool=callgrind", "--toggle-collect=measured",
                               f"--callgrind-out-file={folder}/out", PROGRAM, work],
                              env={**os.environ, **SAME_EVERYWHERE}, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise AssertionError(f"valgrind counted nothing:\n{done.stderr[-3000:]}")
    return int(found.group(1))


def known():
    with open(KNOWN, encoding="utf-8") as file:
        return json.load(file)


@lab.not_sanitized
class InstructionsTest(unittest.TestCase):
    def test_no_work_takes_more_instructions_than_it_did(self):
        if toolchain() != known()["toolchain"]:
            self.skipTest(f"the counts hold for {known()['toolchain']}, this is {toolchain()}: instructions of different compilers cannot be compared")
        for work, before in known()["counts"].items():
            with self.subTest(work):
                now = count(work)
                print(f"{work}: {now:,} instructions, {100 * (now / before - 1):+.1f} %")
                self.assertLess(now, before * (1 + LARGEST_GROWTH), f"{work} takes {now:,} instructions, before {before:,}")


def write():
    with open(KNOWN, "w", encoding="utf-8") as file:
        json.dump({"toolchain": toolchain(), "counts": {work: count(work) for work in WORKS}}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    write() if "--write" in sys.argv else unittest.main()
