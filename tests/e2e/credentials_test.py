"""Every way to keys against the simulator, which plays the metadata and token services, and what happens when they fail."""
import collections
import json
import os
import shutil
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

# The demo's accounts, as the simulator has them.
MEDIA = ("AKIDdemomedia0000000000000000000001", "demo-media-key-of-no-worth")
ALI = ("LTAIdemo000000000001", "demo-ali-key-of-no-worth")
MEDIA_ROLE = "qcs::cam::uin/100000000001:roleName/taskqueue-reader"
ALI_ROLE = "acs:ram::1000000000000001:role/taskqueue-reader"
ALI_IDENTITIES = "acs:ram::1000000000000001:oidc-provider/demo-cluster"
EXTERNAL_ID = "demo-external-id"
TOKENS = {"tencent": "demo-media-workload-token", "alibaba": "demo-ali-workload-token"}
EXPIRY = "taskqueue_credentials_expiry_timestamp_seconds"


def account(name, provider, keys, cloud):
    """An account with its queue. `keys` are lines of the account's table."""
    service = 'service = "mps"' if provider == "tencent" else 'service = "ecs"\nregion = "cn-hangzhou"'
    return f"""
[accounts.{name}]
provider = "{provider}"
sts_endpoint = "{cloud.url}"
metadata_endpoint = "{cloud.url}"
{keys}

[queues.{name}]
{service}
account = "{name}"
endpoint = "{cloud.url}"
"""


def assume(role):
    return f'assume_role = {{ arn = "{role}", session_name = "e2e", external_id = "{EXTERNAL_ID}" }}'


class KeysCase(lab.LabCase):
    def setUp(self):
        super().setUp()
        self.cloud = lab.Cloud(self.start_simulator().url)

    def environment(self, **variables):
        """What an exporter sees of the world: nothing of this machine's."""
        return {"PATH": os.environ["PATH"], "HOME": self.folder, **variables}

    def below(self, name, text):
        os.makedirs(os.path.dirname(os.path.join(self.folder, name)), exist_ok=True)
        return self.write(name, text)

    def issued(self):
        return json.loads(lab.fetch(self.cloud.url + "/control/keys").body)

    def asked(self, service, action=None):
        return sum(row["total"] for row in self.cloud.requests()
                   if row["service"] == service and action in (None, row["action"]))

    def start(self, *accounts, polling='interval = "1s"\ntimeout = "3s"', env=None, flags=()):
        path = self.write("c.toml", f"[polling]\n{polling}\n" + "".join(accounts))
        return self.start_exporter(f"--config.file={path}", *flags, env=env or self.environment())

    def failed_refreshes(self, exporter):
        return {(s.labels["queue"], s.labels["result"]): s.value
                for s in lab.select(exporter.scrape(), "taskqueue_refreshes_total")
                if s.value and s.labels["result"] != "success"}

    def refreshes(self, exporter):
        return sum(s.value for s in lab.select(exporter.scrape(), "taskqueue_refreshes_total", result="success"))


class SourcesTest(KeysCase):
    """All ways at once: an account and a queue for each, read to the end by one exporter."""

    def write_files(self):
        self.below("secret/id", MEDIA[0] + "\n")
        self.below("secret/key", MEDIA[1] + "\n")
        self.below(".tencentcloud/credentials", "[default]\nsecret_id = {}\nsecret_key = {}\n".format(*MEDIA))
        self.below(".tccli/tool.credential", json.dumps({"secretId": MEDIA[0], "secretKey": MEDIA[1]}))
        keys = {"access_key_id": ALI[0], "access_key_secret": ALI[1]}
        role = {"ram_role_arn": ALI_ROLE, "ram_session_name": "me", "external_id": EXTERNAL_ID}
        self.below(".aliyun/config.json", json.dumps({"current": "plain", "profiles": [
            {"name": "plain", "mode": "AK", **keys}, {"name": "role", "mode": "RamRoleArn", **keys, **role},
            {"name": "ecs", "mode": "EcsRamRole"}]}))
        self.below(".alibabacloud/credentials", "[ini]\ntype = access_key\naccess_key_id = {}\naccess_key_secret = {}\n".format(*ALI))
        for provider, token in TOKENS.items():
            self.below(f"secret/{provider}-token", token + "\n")

    def variables(self):
        return {"TENCENTCLOUD_SECRET_ID": MEDIA[0], "TENCENTCLOUD_SECRET_KEY": MEDIA[1],
                "ALIBABA_CLOUD_ACCESS_KEY_ID": ALI[0], "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ALI[1], **self.workload()}

    def workload(self):
        """What TKE and RRSA put into the environment of a pod."""
        return {"TKE_REGION": "ap-guangzhou", "TKE_PROVIDER_ID": "demo-cluster", "TKE_ROLE_ARN": MEDIA_ROLE,
                "TKE_WEB_IDENTITY_TOKEN_FILE": f"{self.folder}/secret/tencent-token",
                "ALIBABA_CLOUD_ROLE_ARN": ALI_ROLE, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": ALI_IDENTITIES,
                "ALIBABA_CLOUD_OIDC_TOKEN_FILE": f"{self.folder}/secret/alibaba-token"}

    def check(self, permanent, temporary, env):
        """Each is (name, provider, keys). Every queue is complete, and exactly the temporary keys have an expiry."""
        text = "".join(account(*each, self.cloud) for each in permanent + temporary)
        path = self.write("c.toml", text)
        done = self.run_exporter("--once", "--once.timeout=60s", f"--config.file={path}", env=env, timeout=90)
        self.assertEqual(0, done.returncode, done.stderr)
        samples = lab.parse_exposition(done.stdout)
        self.assertEqual({each[0] for each in permanent + temporary},
                         {s.labels["queue"] for s in lab.select(samples, "taskqueue_data_complete") if s.value == 1})
        expiries = {s.labels["account"]: s.value for s in lab.select(samples, EXPIRY)}
        self.assertEqual({each[0] for each in temporary}, set(expiries))
        for value in expiries.values():
            self.assertTrue(time.time() + 600 < value < time.time() + 12 * 3600, value)

    def test_every_source_gives_keys_that_the_cloud_accepts(self):
        self.write_files()
        files = f'credentials = "static"\nsecret_id_file = "{self.folder}/secret/id"\nsecret_key_file = "{self.folder}/secret/key"'
        permanent = [("environment", "tencent", 'credentials = "environment"'), ("environment-ali", "alibaba", 'credentials = "environment"'),
                     ("static", "tencent", files),
                     ("ini", "tencent", 'credentials = "profile"'), ("tccli", "tencent", 'credentials = "profile"\nprofile = "tool"'),
                     ("cli", "alibaba", 'credentials = "profile"'), ("ini-ali", "alibaba", 'credentials = "profile"\nprofile = "ini"')]
        temporary = [("instance", "tencent", 'credentials = "instance_role"'), ("instance-ali", "alibaba", 'credentials = "instance_role"'),
                     ("oidc", "tencent", 'credentials = "oidc"'), ("oidc-ali", "alibaba", 'credentials = "oidc"'),
                     ("assume", "tencent", assume(MEDIA_ROLE)), ("assume-ali", "alibaba", assume(ALI_ROLE)),
                     ("twice", "tencent", 'credentials = "instance_role"\n' + assume(MEDIA_ROLE)),
                     ("twice-ali", "alibaba", 'credentials = "oidc"\n' + assume(ALI_ROLE)),
                     ("cli-role", "alibaba", 'credentials = "profile"\nprofile = "role"'),
                     ("cli-ecs", "alibaba", 'credentials = "profile"\nprofile = "ecs"')]
        self.check(permanent, temporary, self.environment(**self.variables()))

    def test_a_chain_comes_to_the_machine_and_the_pod_where_nothing_else_has_keys(self):
        self.write_files()
        pod = self.workload()
        for hidden in (".tencentcloud", ".tccli", ".aliyun", ".alibabacloud"):
            shutil.rmtree(os.path.join(self.folder, hidden))
        self.check([], [("machine", "tencent", ""), ("machine-ali", "alibaba", "")], self.environment())
        self.cloud.tell("metadata", '{"role": "none"}')
        self.check([], [("pod", "tencent", ""), ("pod-ali", "alibaba", "")], self.environment(**pod))

    def test_a_session_token_in_files_is_read_again_when_it_changes(self):
        self.check([], [("machine", "tencent", 'credentials = "instance_role"')], self.environment())

        def write(key):
            for name in ("id", "secret", "token"):
                self.below(f"keys/{name}", key[name])

        write(self.issued()[0])
        keys = "\n".join(f'{name} = "{self.folder}/keys/{file}"' for name, file in
                         (("secret_id_file", "id"), ("secret_key_file", "secret"), ("session_token_file", "token")))
        exporter = self.start(account("sts", "tencent", 'credentials = "static"\n' + keys, self.cloud))
        exporter.wait_complete()
        self.cloud.tell("keys", '{"revoke": true}')
        lab.wait_until("keys that are refused", lambda: ("sts", "credentials") in self.failed_refreshes(exporter))
        old = {key["id"] for key in self.issued()}
        self.check([], [("machine", "tencent", 'credentials = "instance_role"')], self.environment())
        write(next(key for key in self.issued() if key["id"] not in old))
        before = self.refreshes(exporter)
        lab.wait_until("the new keys in use", lambda: self.refreshes(exporter) > before)


class ExpiryTest(KeysCase):
    """Keys end while they are in use. No refresh fails for it."""

    def start_slowly(self):
        """An exporter whose first sweeps take seconds, for each of their calls takes a while."""
        self.cloud.tell("faults", '[{"service": "mps", "kind": "slow", "after_seconds": 0.08}, '
                                  '{"service": "ecs", "kind": "slow", "after_seconds": 0.25}]')
        return self.start(*self.four())

    def sweeping(self, exporter):
        """The queues that have read something, and not all yet."""
        return [s.labels["queue"] for s in lab.select(exporter.scrape(), "taskqueue_data_complete") if s.value == 0]

    def four(self):
        return [account("machine", "tencent", 'credentials = "instance_role"', self.cloud),
                account("machine-ali", "alibaba", 'credentials = "instance_role"', self.cloud),
                account("assume", "tencent", 'credentials = "instance_role"\n' + assume(MEDIA_ROLE), self.cloud),
                account("assume-ali", "alibaba", 'credentials = "instance_role"\n' + assume(ALI_ROLE), self.cloud)]

    def test_keys_that_live_for_seconds_are_renewed_in_time(self):
        self.cloud.tell("keys", '{"life_seconds": 4}')
        exporter = self.start_slowly()
        seen = collections.defaultdict(set)

        def both():
            for sample in lab.select(exporter.scrape(), EXPIRY):
                seen[sample.labels["account"]].add(sample.value)
            return len(seen) == 4 and all(len(values) > 1 for values in seen.values())

        lab.wait_until("a second expiry of every account", both)
        exporter.wait_complete()
        self.assertEqual({}, self.failed_refreshes(exporter))
        refused = [row for row in self.cloud.requests() if row["service"] in ("mps", "ecs") and set(row["by_code"]) != {"OK"}]
        self.assertEqual([], refused, "renewed before they expire, not after")

    def test_keys_that_end_in_the_middle_of_a_sweep_are_replaced_and_no_refresh_fails(self):
        exporter = self.start_slowly()
        lab.wait_until("sweeps under way", lambda: self.asked("mps") >= 8 and self.asked("ecs") >= 4)
        self.assertEqual(4, len(self.sweeping(exporter)))
        self.cloud.tell("keys", '{"revoke": true}')
        exporter.wait_complete()
        self.assertEqual({}, self.failed_refreshes(exporter))
        codes = {code for row in self.cloud.requests() for code in row["by_code"]}
        self.assertIn("AuthFailure.TokenFailure", codes)
        self.assertIn("InvalidSecurityToken.Expired", codes)

    def test_while_the_service_hangs_the_keys_at_hand_serve_until_they_expire(self):
        self.cloud.tell("keys", '{"life_seconds": 12}')
        exporter = self.start(*self.four()[:2])
        exporter.wait_complete()
        self.cloud.tell("faults", '[{"service": "metadata", "kind": "hang"}]')
        exporter.find("keys could not be renewed, the old ones are valid still", timeout=30)
        down = exporter.find(r"time=(\S+) .*queue is down", timeout=30).group(1)
        self.assertLessEqual(min(key["expiry"] for key in self.issued()), down)
        self.cloud.tell("faults", "[]")
        exporter.wait_complete()


class BadMetadataTest(KeysCase):
    """A metadata service that is slow, absent or lying: the exporter says so, asks seldom, and recovers."""

    def two(self):
        return [account("machine", "tencent", 'credentials = "instance_role"', self.cloud),
                account("machine-ali", "alibaba", 'credentials = "instance_role"', self.cloud)]

    def test_a_slow_one_is_waited_for(self):
        self.cloud.tell("faults", '[{"service": "metadata", "kind": "slow", "after_seconds": 0.8}]')
        exporter = self.start(*self.two())
        exporter.wait_complete()
        self.assertEqual({}, self.failed_refreshes(exporter))

    def test_an_absent_or_lying_one_is_named_and_nothing_is_called_with_its_keys(self):
        wrongs = [({"role": "none"}, [], "knows no role"), ({"lie": "strange_role"}, [], "answers with no role's name"),
                  ({"lie": "expired"}, [], "gives keys that expired at"), ({"lie": "no_token"}, [], "without a token"),
                  ({"lie": "no_expiry"}, [], "does not say when they expire"), ({"lie": "not_success"}, [], "its Code is InternalError"),
                  ({}, [{"service": "metadata", "kind": "html", "status": 200}], "role's name"),
                  ({}, [{"service": "metadata", "kind": "http", "status": 500}], "answers HTTP 500"),
                  ({}, [{"service": "metadata", "kind": "close"}], "the connection to 127.0.0.1"),
                  ({}, [{"service": "metadata", "kind": "drip"}], "in time")]
        for manner, faults, sentence in wrongs:
            with self.subTest(manner=manner, faults=faults):
                self.cloud.tell("metadata", json.dumps(manner))
                self.cloud.tell("faults", json.dumps(faults))
                path = self.write("c.toml", "".join(self.two()))
                done = self.run_exporter("--once", "--once.timeout=20s", f"--config.file={path}", env=self.environment())
                self.assertEqual(1, done.returncode)
                self.assertIn(sentence, done.stderr)
                samples = lab.parse_exposition(done.stdout)
                for queue in ("machine", "machine-ali"):
                    self.assertEqual(1, sum(s.value for s in lab.select(samples, "taskqueue_refreshes_total", queue=queue, result="credentials")))
        self.assertEqual(0, self.asked("mps") + self.asked("ecs"))

    def test_keys_of_nobody_are_refused_by_the_cloud_and_the_service_is_not_pestered(self):
        self.cloud.tell("metadata", '{"lie": "unknown_keys"}')
        exporter = self.start(*self.two())
        lab.wait_until("some refreshes", lambda: self.failed_refreshes(exporter).get(("machine", "credentials"), 0) >= 3)
        self.assertEqual({"credentials"}, {result for _, result in self.failed_refreshes(exporter)})
        self.assertLess(self.asked("metadata"), 40)
        self.cloud.tell("metadata", "{}")
        exporter.wait_complete()

    def test_one_that_nobody_plays(self):
        text = self.two()[0].replace(f'metadata_endpoint = "{self.cloud.url}"', f'metadata_endpoint = "http://127.0.0.1:{lab.free_port()}"')
        done = self.run_exporter("--once", f"--config.file={self.write('c.toml', text)}", env=self.environment())
        self.assertEqual(1, done.returncode)
        self.assertIn("cannot connect to 127.0.0.1", done.stderr)

    def test_versions_of_the_service_with_and_without_tokens(self):
        for version in (1, 2):
            self.cloud.tell("metadata", json.dumps({"version": version}))
            path = self.write("c.toml", self.two()[1])
            done = self.run_exporter("--once", f"--config.file={path}", env=self.environment())
            self.assertEqual(0, done.returncode, done.stderr)


if __name__ == "__main__":
    unittest.main()
