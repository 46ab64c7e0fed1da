"""A secret of each kind is planted, used and refused; none is found in anything that the exporter says."""
import json
import os
import re
import sys
import unittest
from urllib.parse import quote

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import credentials_test as keys
import lab

PLANTED = {
    "static key": "planted-static-key-9x1", "static key, Alibaba": "planted-static-key-9x2",
    "key in a file": "planted-file-key-9x3", "session token": "planted-session-token-9x4",
    "key in the environment": "planted-environment-key-9x5", "token in the environment": "planted-environment-token-9x6",
    "key in an INI file": "planted-ini-key-9x7", "key in the tool's file": "planted-json-key-9x8",
    "key in a profile with a strange mode": "planted-mode-key-9x9",
    "workload token": "planted-workload-token-9xa", "workload token, Alibaba": "planted-workload-token-9xb",
    "external id": "planted-external-id-9xc", "password of the proxy": "planted-proxy-password-9xd",
    "password of the environment's proxy": "planted-proxy-password-9xe", "password of Redis": "planted-redis-password-9xf",
}


class SecretsTest(keys.KeysCase):
    def accounts(self):
        """Each uses secrets that the cloud refuses: refusals are where secrets are likeliest to be repeated."""
        self.below("secret/key", PLANTED["key in a file"] + "\n")
        self.below(".tencentcloud/credentials", f"[default]\nsecret_id = AKIDini\nsecret_key = {PLANTED['key in an INI file']}\n")
        self.below(".aliyun/config.json", json.dumps({"current": "json", "profiles": [
            {"name": "json", "mode": "AK", "access_key_id": "LTAIjson", "access_key_secret": PLANTED["key in the tool's file"]},
            {"name": "odd", "mode": "Odd", "access_key_id": "LTAIodd", "access_key_secret": PLANTED["key in a profile with a strange mode"]}]}))
        self.below("secret/tencent-token", PLANTED["workload token"])
        self.below("secret/alibaba-token", PLANTED["workload token, Alibaba"])
        static = f'credentials = "static"\nsecret_id = "{keys.MEDIA[0]}"\n'
        ali = f'credentials = "static"\naccess_key_id = "{keys.ALI[0]}"\n'
        wrong = f'assume_role = {{ arn = "{keys.MEDIA_ROLE}", external_id = "{PLANTED["external id"]}" }}'
        wrong_ali = f'assume_role = {{ arn = "{keys.ALI_ROLE}", external_id = "{PLANTED["external id"]}" }}'
        tencent = {
            "static": static + f'secret_key = "{PLANTED["static key"]}"', "file": static + f'secret_key_file = "{self.folder}/secret/key"',
            "session": static + f'secret_key = "{keys.MEDIA[1]}"\nsession_token = "{PLANTED["session token"]}"',
            "environment": 'credentials = "environment"', "ini": 'credentials = "profile"', "oidc": 'credentials = "oidc"',
            "external": static + f'secret_key = "{keys.MEDIA[1]}"\n' + wrong,
            "proxied": static + f'secret_key = "x"\nproxy = "http://me:{PLANTED["password of the proxy"]}@127.0.0.1:1"',
            "role": 'credentials = "instance_role"', "role-twice": 'credentials = "instance_role"\n' + keys.assume(keys.MEDIA_ROLE)}
        alibaba = {
            "static-ali": ali + f'access_key_secret = "{PLANTED["static key, Alibaba"]}"', "json": 'credentials = "profile"',
            "odd": 'credentials = "profile"\nprofile = "odd"', "oidc-ali": 'credentials = "oidc"',
            "external-ali": ali + f'access_key_secret = "{keys.ALI[1]}"\n' + wrong_ali, "role-ali": 'credentials = "instance_role"'}
        return [keys.account(name, "tencent", lines, self.cloud) for name, lines in tencent.items()] + \
               [keys.account(name, "alibaba", lines, self.cloud) for name, lines in alibaba.items()]

    def variables(self):
        return self.environment(
            TENCENTCLOUD_SECRET_ID="AKIDenvironment", TENCENTCLOUD_SECRET_KEY=PLANTED["key in the environment"],
            TENCENTCLOUD_TOKEN=PLANTED["token in the environment"], TKE_REGION="ap-guangzhou", TKE_PROVIDER_ID="demo-cluster",
            TKE_ROLE_ARN=keys.MEDIA_ROLE, TKE_WEB_IDENTITY_TOKEN_FILE=f"{self.folder}/secret/tencent-token",
            ALIBABA_CLOUD_ROLE_ARN=keys.ALI_ROLE, ALIBABA_CLOUD_OIDC_PROVIDER_ARN=keys.ALI_IDENTITIES,
            ALIBABA_CLOUD_OIDC_TOKEN_FILE=f"{self.folder}/secret/alibaba-token",
            HTTPS_PROXY="http://me:{}@127.0.0.1:1".format(PLANTED["password of the environment's proxy"]))

    def search(self, outputs):
        given_out = {f"{part} of the temporary key {key['id']}": key[part] for key in self.issued() for part in ("secret", "token")}
        self.assertTrue(given_out)
        secrets = {**PLANTED, **given_out, "key of the account": keys.MEDIA[1], "key of the account, Alibaba": keys.ALI[1],
                   "token of the metadata service": "metadata-token-0123456789abcdef"}
        for place, text in outputs.items():
            for kind, secret in secrets.items():
                for form in {secret, quote(secret, safe=""), secret[:-1]}:
                    self.assertNotIn(form, text, f"{kind} in {place}")

    def test_no_secret_is_in_logs_metrics_pages_or_errors(self):
        remote = keys.account("remote", "tencent", 'credentials = "environment"', self.cloud)
        remote = re.sub(r'\nendpoint = .*', '\nendpoint = "https://mps.test"', remote)
        exporter = self.start(*self.accounts(), remote, env=self.variables(), flags=("--log.level=debug",))
        exporter.wait_ready(60)
        lab.wait_until("keys of roles in use", lambda: self.refreshes(exporter) >= 3)
        failures = {queue for queue, _ in self.failed_refreshes(exporter)}
        self.assertLessEqual({"static", "file", "session", "environment", "ini", "oidc", "external", "static-ali", "json", "odd",
                              "oidc-ali", "external-ali", "remote"}, failures)
        pages = {path: exporter.get(path).body for path in ("/metrics", "/", "/api/v1/queues", "/-/ready", "/-/healthy")}
        self.cloud.tell("keys", '{"revoke": true}')
        exporter.find("the cloud refused the keys")
        self.search({**pages, "the log": exporter.log(), "the output": exporter.output()})

    def test_no_secret_is_in_what_a_check_of_the_configuration_says(self):
        good = "".join(self.accounts()) + f'\n[ledger]\nredis = "redis://:{PLANTED["password of Redis"]}@127.0.0.1:1/0"\n'
        with_mistakes = re.sub(r"(?m)^(secret_key|access_key_secret|session_token|proxy|external_id|redis|credentials) = ", r"\1x = ", good)
        outputs = {}
        for name, text in (("good", good), ("with mistakes", with_mistakes), ("cut", good[:-3])):
            path = self.write("c.toml", text)
            done = self.run_exporter("--config.check", f"--config.file={path}", env=self.variables())
            outputs[name] = done.stdout + done.stderr
            self.assertTrue(outputs[name])
        path = self.write("c.toml", "".join(keys.account("role", "tencent", 'credentials = "instance_role"', self.cloud)))
        self.run_exporter("--once", f"--config.file={path}", env=self.variables())
        self.search(outputs)


if __name__ == "__main__":
    unittest.main()
