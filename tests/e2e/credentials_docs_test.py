"""docs/credentials.md: its examples are good configurations, its policies allow what the exporter calls and no more."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

QUEUES = {"mps": "", "vod": "outcomes = \"detail\"", "batch": "region = \"ap-guangzhou\"", "ecs": "region = \"cn-hangzhou\""}
PROVIDERS = {"tencent": ("mps", "vod", "batch"), "alibaba": ("ecs",)}


def blocks(kind):
    with open(os.path.join(lab.ROOT, "docs", "credentials.md"), encoding="utf-8") as file:
        return re.findall(rf"```{kind}\n(.*?)```", file.read(), re.DOTALL)


def queue(name, account):
    """One with tasks, so that every action is called."""
    jobs = "jobs = 10\ntasks_per_job = 3\n" if name == "batch" else "ended_per_hour = 100\n"
    return (f'\n[queues.{name}-{account}]\nservice = "{name}"\naccount = "{account}"\n{QUEUES[name]}\n'
            f"[queues.{name}-{account}.expect]\nrunning = 20\n{jobs}")


class CredentialsDocsTest(lab.LabCase):
    def test_every_example_is_a_good_configuration(self):
        examples = blocks("toml")
        self.assertGreater(len(examples), 6)
        secret = self.write("secret", "x")
        for example in examples:
            accounts = re.findall(r"\[accounts\.(\w+)\]\nprovider *= \"(\w+)\"", example)
            self.assertTrue(accounts, example)
            text = re.sub(r'"/(run|etc)/[^"]*"', f'"{secret}"', example)
            text += "".join(queue(PROVIDERS[provider][0], account) for account, provider in accounts)
            done = self.run_exporter("--config.check", "--config.file=" + self.write("c.toml", text))
            self.assertEqual(0, done.returncode, example + done.stderr)

    def test_the_policies_allow_what_is_called_and_no_more(self):
        accounts = "".join(f'[accounts.{provider}]\nprovider = "{provider}"\n' for provider in PROVIDERS)
        text = accounts + "".join(queue(name, provider) for provider, names in PROVIDERS.items() for name in names)
        done = self.run_exporter("--config.estimate", "--config.file=" + self.write("c.toml", text))
        called = set(re.findall(r"\b(mps|vod|batch|ecs)\b\W+(?:\S+ +)??(Describe\w+)", done.stdout))
        allowed = set()
        for policy in map(json.loads, blocks("json")):
            for statement in policy.get("statement") or policy["Statement"]:
                allowed |= {tuple(action.split(":")) for action in statement.get("action") or statement["Action"]}
        self.assertEqual(called, allowed, done.stdout)


if __name__ == "__main__":
    unittest.main()
