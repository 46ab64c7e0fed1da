"""The project's files as the house rules see them."""
import os
import re
import unittest
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A file: its path from the project's folder, with slashes, and its text.
File = namedtuple("File", "path text")

ROOMS = ("config", "metrics", "api", "tally", "ledger", "refresh", "tencent", "alibaba", "web", "simulator")


def walk(*folders, endings=(".h", ".cc")):
    """Every file below the folders with one of the endings, in a fixed order."""
    found = []
    for folder in folders:
        for place, below, names in os.walk(os.path.join(ROOT, folder)):
            below[:] = sorted(name for name in below if name not in ("build", "node_modules", "__pycache__", ".git"))
            for name in sorted(names):
                if name.endswith(tuple(endings)):
                    found.append(read(os.path.relpath(os.path.join(place, name), ROOT)))
    return found


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return File(path, file.read())


def room_of(path):
    """The room of exporter/<room>/...; "" for a file at the top of exporter/."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def includes(file):
    """What a file includes: (line number, name, whether in angle brackets)."""
    pattern = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
    for match in pattern.finditer(file.text):
        yield file.text.count("\n", 0, match.start()) + 1, match.group(2), match.group(1) == "<"


def lines_with(file, pattern):
    """Numbers and texts of the lines that match, comments cut off."""
    for number, line in enumerate(file.text.splitlines(), 1):
        if re.search(pattern, line.split("//")[0]):
            yield number, line.strip()


class HouseTest(unittest.TestCase):
    """A rule is a function from one file to sentences about it; each sentence names the place and the rule."""

    def hold(self, rule, files):
        self.assertTrue(files, "there is nothing to look at")
        broken = [sentence for file in files for sentence in rule(file)]
        self.assertFalse(broken, "\n" + "\n".join(broken))

    def catches(self, rule, path, text):
        """Shows that the rule can fail: a planted slip is found, at its place."""
        found = rule(File(path, text))
        self.assertTrue(any(sentence.startswith(path) for sentence in found), f"{rule.__name__} missed {path}: {text!r}")

    def lets_pass(self, rule, path, text):
        self.assertEqual([], list(rule(File(path, text))))
