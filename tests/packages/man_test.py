"""The man page and the systemd unit name what there is."""
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXPORTER = os.environ.get("TASKQUEUE_EXPORTER", os.path.join(ROOT, "build", "release", "taskqueue_exporter"))


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def flags(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z.-]*[a-z]", text))


class FlagsTest(unittest.TestCase):
    def setUp(self):
        self.known = flags(subprocess.run([EXPORTER, "--help"], capture_output=True, text=True, check=True).stdout)

    def test_the_man_page_has_every_flag_and_no_other(self):
        self.assertEqual(self.known, flags(read("docs", "taskqueue_exporter.1").replace("\\-", "-").replace("enable \\-\\-now", "")) - {"--now"})

    def test_the_reference_has_every_flag_and_no_other(self):
        table = "\n".join(re.findall(r"(?m)^\| `--.*", read("docs", "configuration.md")))
        self.assertEqual(self.known, flags(table))

    def test_packages_use_flags_that_there_are(self):
        for path in (("config", "systemd", "taskqueue-exporter.service"), ("config", "systemd", "taskqueue-exporter.default"),
                     ("config", "helm", "templates", "deployment.yaml")):
            self.assertLessEqual(flags(read(*path)), self.known, path)


if __name__ == "__main__":
    unittest.main()
