"""Habits that a search can see."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree

LONGEST_FILE = 450
EMPTY_NAMES = re.compile(r"(^|[/_])(utils?|common|helpers?|misc|managers?)([._/]|$)")
SCRIPTS = (".py", ".sh", ".cmake", "CMakeLists.txt")


def clock_rule(file):
    if file.path == "exporter/clock.cc":
        return []
    return [f"{file.path}:{number}: time comes from a Clock; only exporter/clock.cc calls ::now()"
            for number, _ in tree.lines_with(file, r"::now\(\)")]


def regex_rule(file):
    return [f"{file.path}:{number}: std::regex recurses and is slow; none in this house"
            for number, _ in tree.lines_with(file, r"std::regex|#include <regex>")]


def name_rule(file):
    return [f"{file.path}: the name says nothing about what is inside"] if EMPTY_NAMES.search(file.path) else []


def length_rule(file):
    length = len(file.text.splitlines())
    return [f"{file.path}: {length} lines, more than {LONGEST_FILE}: it does several things"] if length > LONGEST_FILE else []


def guard_rule(file):
    if not file.path.endswith(".h") or "#pragma once" in file.text:
        return []
    return [f"{file.path}: a header begins with #pragma once"]


def namespace_rule(file):
    if not file.path.endswith(".h"):
        return []
    return [f"{file.path}:{number}: no using namespace in a header"
            for number, _ in tree.lines_with(file, r"\busing namespace\b")]


def thread_rule(file):
    # A look-up of the system's cannot be ended, and nobody should wait for it.
    if file.path == "exporter/api/name_lookup.cc":
        return []
    return [f"{file.path}:{number}: std::jthread, never std::thread or detach"
            for number, _ in tree.lines_with(file, r"std::thread\b(?!::)|\.detach\(\)")]


def left_over_rule(file):
    # The words are put together here so that this file does not find itself.
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"))
    return [f"{file.path}:{number}: left over: {line.strip()[:80]}"
            for number, line in enumerate(file.text.splitlines(), 1) if re.search(rf"\b({words})\b", line)]


def idle_test_rule(file):
    if not file.path.startswith("tests/"):
        return []
    return [f"{file.path}:{number}: a test that cannot fail"
            for number, _ in tree.lines_with(file, r"\[!(hide|mayfail|shouldfail)\]|(CHECK|REQUIRE)\(true\)")]


class HabitsTest(tree.HouseTest):
    def setUp(self):
        self.code = tree.walk("exporter")
        self.all = self.code + tree.walk("tests", "dashboards", endings=(".h", ".cc") + SCRIPTS)

    def test_only_the_clock_knows_the_time(self):
        self.hold(clock_rule, self.code)
        self.catches(clock_rule, "exporter/api/client.cc", "auto t = std::chrono::steady_clock::now();\n")
        self.lets_pass(clock_rule, "exporter/api/client.cc", "// not std::chrono::steady_clock::now()\n")

    def test_there_is_no_std_regex(self):
        self.hold(regex_rule, self.code + tree.walk("tests"))
        self.catches(regex_rule, "exporter/web/routes.cc", "std::regex r;\n")

    def test_names_say_what_is_inside(self):
        self.hold(name_rule, self.all)
        self.catches(name_rule, "exporter/api/string_utils.h", "")
        self.catches(name_rule, "exporter/common/x.h", "")

    def test_files_are_short(self):
        self.hold(length_rule, self.all)
        self.catches(length_rule, "exporter/api/client.cc", "\n" * (LONGEST_FILE + 1))

    def test_headers_guard_themselves(self):
        self.hold(guard_rule, self.all)
        self.hold(namespace_rule, self.all)
        self.catches(guard_rule, "exporter/api/client.h", "int x;\n")
        self.catches(namespace_rule, "exporter/api/client.h", "using namespace std;\n")

    def test_threads_join_themselves(self):
        self.hold(thread_rule, self.code)
        self.catches(thread_rule, "exporter/api/client.cc", "std::thread t;\n")

    def test_nothing_is_left_over(self):
        self.hold(left_over_rule, self.all)
        self.catches(left_over_rule, "exporter/api/client.cc", "// TO" + "DO: later\n")

    def test_tests_can_fail(self):
        self.hold(idle_test_rule, self.all)
        self.catches(idle_test_rule, "tests/unit/x_test.cc", "CHECK(" + "true);\n")


class FrontDoorTest(tree.HouseTest):
    """What somebody who arrives here sees first."""

    def test_the_readme_names_both_commands(self):
        text = tree.read("README.md").text
        commands = re.findall(r"^\./\w+", text, re.MULTILINE)
        self.assertIn("./run", commands, "README.md: the first command is ./run, on a line of its own")
        self.assertIn("./test", commands, "README.md: the second command is ./test, on a line of its own")

    def test_commands_can_be_run_and_parsed(self):
        for name in ("run", "test", ".ci/run"):
            path = os.path.join(tree.ROOT, name)
            self.assertTrue(os.access(path, os.X_OK), f"{name}: no run bit")
            self.assertEqual(0, subprocess.run(["bash", "-n", path], check=False).returncode, f"{name}: no valid bash")
        for file in tree.walk("tests/suites", endings=(".sh",)):
            checked = subprocess.run(["bash", "-n", os.path.join(tree.ROOT, file.path)], check=False)
            self.assertEqual(0, checked.returncode, f"{file.path}: no valid bash")
            self.assertRegex(file.text, r"\A[^\n]*\n# \w", f"{file.path}: the second line says what the suite does")

    def test_every_suite_is_listed(self):
        listed = subprocess.run([os.path.join(tree.ROOT, "test"), "--list"], capture_output=True, text=True, check=True)
        for file in tree.walk("tests/suites", endings=(".sh",)):
            self.assertIn(os.path.basename(file.path)[:-3], listed.stdout)

    def test_the_ci_runs_the_tests(self):
        self.assertRegex(tree.read(".ci/run").text, r"(?m)^exec \./test$", ".ci/run does not call ./test")


if __name__ == "__main__":
    unittest.main()
