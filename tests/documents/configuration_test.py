"""docs/configuration.md has every key that the code reads, and the code takes every key with the value shown."""
import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pages
from pages_test import completed, run_exporter

PAGE = "docs/configuration.md"


def rows(title):
    """The keys of the table under a heading, each with the value shown."""
    part = re.search(rf"(?ms)^## `{re.escape(title)}`$(.*?)(?=^## |\Z)", pages.prose(PAGE)).group(1)
    found = {}
    for line in re.findall(r"(?m)^\| `.*$", part):
        cells = line.strip("|").split(" | ")
        for key in pages.code_spans(cells[0]):
            found[key] = pages.code_spans(cells[1])[0]
    return found


def keys_in_code():
    found = set()
    for path in glob.glob(os.path.join(pages.ROOT, "exporter", "config", "read_*.cc")):
        text = pages.read(path)
        found |= set(re.findall(r'\breader\.(?:text|texts|integer|number|boolean|duration|choice|list|table|any)\("(\w+)"', text))
        found |= set(re.findall(r'\bread_\w+\((?:reader|account), "(\w+)"', text))
        found |= set(re.findall(r'\.table\("(\w+)"', text))
        found |= set(re.findall(r'if \(key == "(\w+)"\)', text))
    return found


SERVICE = {"sub_app_id": "vod", "outcomes": "vod", "region": "batch", "jobs": "batch", "job_names": "batch",
           "keep_ended": "batch", "instances_by": "batch"}


def with_key(table, key, value):
    """A whole configuration in which this key has this value."""
    line = f"{key} = {value}\n"
    if table == "[polling]":
        return completed("[polling]\n" + line)
    if table == "[ledger]":
        return completed("[ledger]\n" + ("" if "redis_" not in key else 'redis = "redis://redis.example"\n') + line)
    if table == "[accounts.NAME]":
        return completed("[accounts.media]\n" + account(key, line))
    queue = "" if key == "service" else f'service = "{SERVICE.get(key, "mps")}"\n'
    queue += "" if key == "account" else 'account = "media"\n'
    queue += 'region = "ap-guangzhou"\n' if SERVICE.get(key) == "batch" and key != "region" else ""
    return completed("[queues.x]\n" + queue + line)


def account(key, line):
    alibaba = key.startswith("access_key")
    text = "" if key == "provider" else f'provider = "{"alibaba" if alibaba else "tencent"}"\n'
    halves = ("access_key_id", "access_key_secret") if alibaba else ("secret_id", "secret_key")
    if key in (*halves, "session_token"):
        text += 'credentials = "static"\n' + "".join(f'{each} = "x"\n' for each in halves if each != key)
    return text + line


class ConfigurationTest(unittest.TestCase):
    tables = ("[polling]", "[ledger]", "[accounts.NAME]", "[queues.NAME]")

    def test_every_key_of_the_code_is_on_the_page(self):
        spans = set(pages.code_spans(pages.prose(PAGE)))
        words = spans | {word for span in spans for word in re.findall(r"\w+", span)}
        self.assertGreater(len(keys_in_code()), 30)
        self.assertEqual(set(), keys_in_code() - words)

    def test_every_key_of_the_page_is_taken_with_the_value_shown(self):
        with tempfile.TemporaryDirectory(prefix="taskqueue-") as folder:
            for table in self.tables:
                for key, value in rows(table).items():
                    with self.subTest(table=table, key=key):
                        with open(os.path.join(folder, "shown.toml"), "w", encoding="utf-8") as file:
                            file.write(with_key(table, key, value))
                        done = run_exporter(folder, "--config.check", "--config.file=shown.toml")
                        self.assertEqual(0, done.returncode, done.stderr)

    def test_defaults_are_those_of_the_code(self):
        code = pages.read("exporter/config/config.h")
        units = {"s": "seconds", "m": "minutes", "h": "hours"}
        shown = {**rows("[polling]"), "keep_ended": rows("[queues.NAME]")["keep_ended"]}
        for key in ("interval", "timeout", "recount", "quota_share", "max_series", "max_types", "keep_ended"):
            duration = re.fullmatch(r'"(\d+)([smh])"', shown[key])
            value = f"std::chrono::{units[duration.group(2)]}{{{duration.group(1)}}}" if duration else shown[key]
            self.assertIn(f" {key} = {value};", code)


if __name__ == "__main__":
    unittest.main()
